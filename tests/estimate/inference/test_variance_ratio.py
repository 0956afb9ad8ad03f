"""The variance ratio against its formula and against planted variability."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.variance_ratio import variance_ratio
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER


def panel(factor: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    cohort = np.where(np.arange(40) < 8, 12, NEVER)
    return rng.normal(size=(40, 16)) * np.where(np.arange(40) < 8, factor, 1.0)[:, None], cohort


def test_the_ratio_is_that_of_the_mean_variances():
    y, cohort = panel(1.0)
    before = y[:, :12] - y[:, :12].mean(axis=0)
    own = before.var(axis=1, ddof=1)
    (found,) = variance_ratio(assigned_units(y, cohort), np.random.default_rng(1))
    assert found.ratio == pytest.approx(own[:8].mean() / own[8:].mean())
    assert found.pilots == pytest.approx(np.sqrt(own[:8].mean()))
    assert found.p > 0.05


@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_planted_variability_is_found(factor):
    y, cohort = panel(factor)
    (found,) = variance_ratio(assigned_units(y, cohort), np.random.default_rng(1))
    assert found.ratio == pytest.approx(factor**2, rel=0.35)  # 88 squares on one side: relative error 0.15
    assert found.p < 0.005


def test_a_short_past_is_said():
    y, cohort = panel(1.0)
    (refused,) = variance_ratio(
        assigned_units(y[:, 10:], np.where(cohort == NEVER, NEVER, 2)), np.random.default_rng(1)
    )
    assert isinstance(refused, NotEstimable)
    assert "2 periods" in refused.detail
