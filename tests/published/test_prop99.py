"""California's tobacco programme: Arkhangelsky et al. (AER 2021), table 1.

Synthetic DiD depends on the stopping rule of its solver, which we follow: 1e-3. The published synthetic
control has one decimal and another solver: 0.15. Placebo errors are published for 8.4 (synthetic DiD) and
9.9 (synthetic control) from random draws with replacement; ours takes every placebo once, so only the order
of magnitude is compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls

from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.synthetic import synthetic_control, synthetic_did
from pilotbook.estimate.two_by_two import two_by_two

from .conftest import DATA

START = 19


@pytest.fixture(scope="module")
def prop99() -> tuple[np.ndarray, np.ndarray]:
    frame = pd.read_csv(DATA / "prop99.csv", sep=";")
    y = frame.pivot_table(index="State", columns="Year", values="PacksPerCapita")
    treated = frame.groupby("State")["treated"].max().loc[y.index] == 1
    assert y.columns[START] == 1989
    return y.to_numpy(), np.where(treated, START, NEVER)


def test_synthetic_did(prop99):
    (result,) = synthetic_did(*prop99, rng=np.random.default_rng(1))
    assert result.effect.estimate == pytest.approx(-15.6038, abs=1e-3)
    assert result.effect.se == pytest.approx(8.4, rel=0.25)
    assert result.period_weights[START - 3 : START] == pytest.approx([0.366, 0.206, 0.427], abs=2e-3)
    assert result.unit_weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert len(result.placebo) == 38


def test_difference_in_differences(prop99):
    (result,) = two_by_two(*prop99)
    assert result.effect.estimate == pytest.approx(-27.349, abs=1e-3)
    assert isinstance(result.effect.error, NotEstimable)


def test_synthetic_control(prop99):
    (result,) = synthetic_control(*prop99, rng=np.random.default_rng(1))
    assert result.effect.estimate == pytest.approx(-19.6, abs=0.15)
    assert result.effect.se == pytest.approx(9.9, rel=0.25)
    assert result.fit_rank_p >= 1 / 39


def test_synthetic_control_is_constrained_least_squares(prop99):
    y, cohort = prop99
    controls, pilot = y[cohort == NEVER], y[cohort != NEVER][0]
    heavy = 1e5
    design = np.vstack([controls[:, :START].T, np.full(len(controls), heavy)])
    weights, _ = nnls(design, np.append(pilot[:START], heavy))
    (result,) = synthetic_control(y, cohort, rng=np.random.default_rng(1))
    np.testing.assert_allclose(result.unit_weights[cohort == NEVER], weights, atol=1e-6)
    assert result.effect.estimate == pytest.approx((pilot - weights @ controls)[START:].mean(), abs=1e-5)
