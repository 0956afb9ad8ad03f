"""The structural model agrees with regression where both are right, and says when it did not converge."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import statsmodels.api as sm

from pilotbook.estimate.its import Flag, NoClaim, Reason, structural
from pilotbook.estimate.its.effects import Estimand
from pilotbook.estimate.its.segments import design

from .series_for_tests import quarterly, stepped

SAME_MODEL = 5e-3
"""Relative; white errors make the level's variance zero, so this is least squares up to the optimiser."""


def test_without_a_wandering_level_it_is_least_squares():
    time = np.arange(60)
    y = 50 + 0.1 * time + 3.0 * (time >= 30) + np.random.default_rng(6).standard_normal(60)
    found = structural(y, quarterly(60, 30))
    ols = sm.OLS(y, design(quarterly(60, 30)).X).fit()
    assert found.level < 1e-3 * found.irregular
    level, slope = (next(e for e in found.effects if e.estimand is what) for what in (Estimand.LEVEL, Estimand.SLOPE))
    assert level.estimate == pytest.approx(ols.params[2], rel=SAME_MODEL)
    assert level.se == pytest.approx(ols.bse[2], rel=SAME_MODEL)
    assert slope.se == pytest.approx(ols.bse[3], rel=SAME_MODEL)


def test_a_random_walk_has_no_irregular_and_its_step_is_known_to_the_variance_of_a_difference():
    y = np.random.default_rng(7).standard_normal(80).cumsum() + 5.0 * (np.arange(80) >= 40)
    found = structural(y, quarterly(80, 40))
    level = next(e for e in found.effects if e.estimand is Estimand.LEVEL)
    assert found.irregular < 0.2 * found.level
    assert level.se == pytest.approx(np.sqrt(found.level), rel=0.3)
    assert abs(level.estimate - 5.0) < 5 * level.se


class _Results:
    mle_retvals = {"converged": False}  # noqa: RUF012  # a stand-in for a foreign object
    smoothed_state_cov = np.zeros((10, 10, 1))

    def __init__(self, results):
        self.params = results.params


@pytest.fixture
def optimisers_fail(monkeypatch):
    """Make the named optimisers report that they did not converge."""
    model = sys.modules["pilotbook.estimate.its.structural"].UnobservedComponents
    original = model.fit

    def fail(*names):
        def fit(self, *args, method, **kwargs):
            results = original(self, *args, method=method, **kwargs)
            return _Results(results) if method in names else results

        monkeypatch.setattr(model, "fit", fit)

    return fail


def test_another_optimiser_is_used_and_said(optimisers_fail):
    optimisers_fail("lbfgs")
    found = structural(stepped(60, 30), quarterly(60, 30))
    assert found.optimiser == "powell"
    assert Flag.NOT_CONVERGED in found.flags


def test_no_number_when_none_converges(optimisers_fail):
    optimisers_fail("lbfgs", "powell", "nm")
    found = structural(stepped(60, 30), quarterly(60, 30))
    assert isinstance(found, NoClaim)
    assert found.reason is Reason.NOT_CONVERGED
