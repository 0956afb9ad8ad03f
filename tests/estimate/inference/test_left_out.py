"""Leaving groups of rows out: the same as running the imputation on the rest."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.left_out import estimates_without
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import NotEstimable, Reason

from .designs import assigned_panel


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("window", [None, (0, 2)], ids=str)
def test_each_is_the_imputation_of_the_rest(window, missing):
    panel = assigned_panel(cohorts=(4, 6), pilots=3, n_units=12, effect=1.0, seed=3)
    panel.y[np.random.default_rng(1).random(panel.y.shape) < missing] = np.nan
    groups = np.eye(len(panel.y), dtype=bool)
    found = estimates_without(panel.y, panel.cohort, groups, **panel.design, estimand=Estimand("imputation", window))
    for group, estimate in zip(groups, found, strict=True):
        rest = {name: None if value is None else value[~group] for name, value in panel.design.items()}
        windows = [] if window is None else [window]
        (true,) = imputation(panel.y[~group], panel.cohort[~group], **rest, windows=windows)
        effect = true.event_time.averages[window] if window else true.overall
        assert estimate == pytest.approx(effect.estimate, abs=1e-9)


def test_a_rest_that_cannot_be_compared_says_why():
    panel = assigned_panel(cohorts=(4,), pilots=2, n_units=8, effect=1.0, seed=3)
    pilots = panel.cohort < panel.y.shape[1]
    nobody, refused = estimates_without(
        panel.y, panel.cohort, np.array([pilots, ~pilots]), **panel.design, estimand=Estimand("imputation")
    )
    assert isinstance(nobody, NotEstimable)
    assert nobody.reason is Reason.NO_PILOTS
    assert isinstance(refused, NotEstimable)
    assert refused.reason is Reason.NO_CONTROLS


def test_a_period_left_without_an_untreated_unit_is_said():
    panel = assigned_panel(cohorts=(4,), pilots=2, n_units=8, effect=1.0, seed=3)
    pilot, only = np.flatnonzero(panel.cohort == 4)[0], np.flatnonzero(panel.cohort != 4)[0]
    seen = np.isin(np.arange(len(panel.y)), (pilot, only))
    panel.y[~seen, 5] = np.nan
    groups = np.array([np.arange(len(panel.y)) == only, np.zeros(len(panel.y), dtype=bool)])
    without, everyone = estimates_without(
        panel.y, panel.cohort, groups, **panel.design, estimand=Estimand("imputation")
    )
    assert isinstance(without, NotEstimable)
    assert without.reason is Reason.COLLINEAR
    assert isinstance(everyone, float)
