"""A small calibration of the test that leads with few pilots; the whole table: benchmarks/inference_calibration.py."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.sample import NEVER

from .designs import ar1

PANELS = 1_000
NOISE = 2.6 * np.sqrt(0.05 * 0.95 / PANELS)  # 1 % two-sided Monte Carlo error of a rate of 5 %


def rejected(pilots: int, spread: float, statistic: str) -> float:
    rng = np.random.default_rng(11)
    y = ar1(rng, (PANELS, 30, 24))
    y[:, :pilots] *= spread
    cohort = np.where(np.arange(30) < pilots, 12, NEVER)
    draws = randomisation_draws(assigned_units(y, cohort), Estimand("two_way"), statistic, 4_999, rng)
    return float((draws.p_value() <= 0.05 + 1e-9).mean())


@pytest.mark.parametrize("pilots", [2, 3])
def test_the_test_that_leads_keeps_its_level(pilots):
    assert rejected(pilots, 1.0, "prescaled") == pytest.approx(0.05, abs=NOISE)


@pytest.mark.parametrize("spread", [0.5, 1.5])
def test_and_where_pilots_are_less_or_more_variable(spread):
    assert 0.01 < rejected(3, spread, "prescaled") < 0.10


def test_the_coefficient_does_not():
    assert rejected(3, 1.5, "coefficient") > 0.10


def test_one_pilot_never_rejects_more_often_than_its_rank_allows():
    assert rejected(1, 1.5, "prescaled") == pytest.approx(1 / 30, abs=NOISE)
