"""Missing cells: every assignment estimated anew, and the complete panel as a special case."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.incomplete import placebo_imputation
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.randomisation import randomisation

from .designs import assigned_panel
from .test_randomisation import every_assignment

WINDOWS = [None, (0, 2)]


def placebo_test(y, cohort, *, estimand, statistic="prescaled", level=0.95, **design):
    return placebo_imputation(y, cohort, rng=rng(), **design).test(estimand, statistic, level)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("statistic", ["prescaled", "coefficient"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_nothing_missing_is_the_short_cut(window, statistic):
    panel = assigned_panel(cohorts=(4, 5), pilots=4, n_units=10, effect=1.0, seed=6)
    design = {**panel.design, "estimand": Estimand("imputation", window), "statistic": statistic, "level": 0.9}
    (short,) = randomisation(panel.y, panel.cohort, **design, rng=rng())
    found = placebo_test(panel.y, panel.cohort, **design)
    for name in ("estimate", "p", "low", "high", "smallest_p"):
        # the scale of a placebo takes its coefficients at the actual weights
        loose = statistic == "prescaled" and name in {"low", "high", "p"}
        assert getattr(found, name) == pytest.approx(getattr(short, name), abs=0.1 if loose else 1e-8)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_exact_p_is_the_share_of_reestimated_placebos(window):
    panel = assigned_panel(cohorts=(4, 6), pilots=2, n_units=8, effect=1.0, seed=3)
    panel.y[np.random.default_rng(1).random(panel.y.shape) < 0.1] = np.nan
    windows = [] if window is None else [window]

    def estimate(cohort: np.ndarray) -> float:
        (result,) = imputation(panel.y, cohort, **panel.design, windows=windows)
        return (result.event_time.averages[window] if window else result.overall).estimate

    placebos = np.abs([estimate(cohort) for cohort in every_assignment(panel)])
    quantity = Estimand("imputation", window)
    found = placebo_test(panel.y, panel.cohort, **panel.design, estimand=quantity, statistic="coefficient")
    assert found.estimate == pytest.approx(estimate(panel.cohort), abs=1e-8)
    assert np.sort(np.abs(found.draws)) == pytest.approx(np.sort(placebos), abs=1e-8)
    assert found.p == pytest.approx((placebos >= abs(found.estimate) - 1e-9).mean())


def test_the_interval_is_the_set_of_effects_not_rejected():
    panel = assigned_panel(cohorts=(3, 5), pilots=3, n_units=10, effect=2.0, seed=8)
    panel.y[np.random.default_rng(1).random(panel.y.shape) < 0.05] = np.nan
    dummy = np.arange(panel.y.shape[1]) >= panel.cohort[:, None]

    def test(effect: float):
        y = panel.y - effect * dummy
        design = {**panel.design, "estimand": Estimand("imputation"), "level": 0.8}
        return placebo_test(y, panel.cohort, **design)

    found = test(0.0)
    width = found.high - found.low
    for end, outward in ((found.low, -1), (found.high, 1)):
        assert test(end - outward * 1e-4 * width).p > 0.2
        assert test(end + outward * 1e-4 * width).p <= 0.2 + 1e-12
