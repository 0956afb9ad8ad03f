"""Counts against ``statsmodels``; iteratively reweighted least squares, so to 1e-6.

The negative binomial's ``alpha`` comes from a bounded search on its logarithm (1e-5) there and from a joint
Newton search here: coefficients agree to about 1e-4 of a standard error. Standard errors are expected
information here and observed information there: 3 %.
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotbook.estimate.its import Flag, NoClaim, Reason, interrupted_counts
from pilotbook.estimate.its.effects import Estimand
from pilotbook.estimate.its.segments import design

from .series_for_tests import plain, quarterly

TOLERANCE, ALPHA, NB_SE = 1e-6, 1e-2, 0.03


@pytest.fixture
def counts():
    rng = np.random.default_rng(3)
    mean = 100 * np.exp(0.01 * np.arange(40) - 0.25 * (np.arange(40) >= 20))
    return rng.poisson(mean * rng.gamma(25, 1 / 25, 40)).astype(float)


def test_quasi_poisson(counts):
    exposure = np.linspace(900, 1100, 40)
    found = interrupted_counts(counts, quarterly(), exposure=exposure)
    model = sm.GLM(counts, design(quarterly()).X, family=sm.families.Poisson(), offset=np.log(exposure))
    oracle = model.fit(scale="X2")
    np.testing.assert_allclose(found.coef, oracle.params, rtol=TOLERANCE)
    np.testing.assert_allclose(np.sqrt(np.diag(found.cov)), oracle.bse, rtol=TOLERANCE)
    assert found.dispersion == pytest.approx(oracle.scale, rel=TOLERANCE)


def test_negative_binomial(counts):
    found = interrupted_counts(counts, quarterly(), negative_binomial=True)
    X = design(quarterly()).X
    oracle = sm.NegativeBinomial(counts, X).fit(disp=0, maxiter=500)
    np.testing.assert_allclose(found.coef, oracle.params[:-1], atol=1e-4)
    assert found.alpha == pytest.approx(oracle.params[-1], rel=ALPHA)
    np.testing.assert_allclose(np.sqrt(np.diag(found.cov)), oracle.bse[:-1], rtol=NB_SE)


def test_a_missing_period_is_left_out(counts):
    gap = counts.copy()
    gap[5] = np.nan
    found = interrupted_counts(gap, quarterly())
    kept = np.arange(40) != 5
    oracle = sm.GLM(counts[kept], design(quarterly()).X[kept], family=sm.families.Poisson()).fit(scale="X2")
    np.testing.assert_allclose(found.coef, oracle.params, rtol=TOLERANCE)
    assert Flag.GAP in found.flags


def test_events_are_the_difference_of_the_two_paths(counts):
    found = interrupted_counts(counts, quarterly())
    difference = (found.path.fitted - found.path.counterfactual)[20:].sum()
    assert found.events.estimate == pytest.approx(difference)
    assert found.events.low < difference < found.events.high


def test_ratio_at_a_horizon_is_level_times_slope(counts):
    found = {(r.estimand, r.horizon): r for r in interrupted_counts(counts, plain(40, 20)).ratios}
    level, slope = (found[key, None].ratio for key in (Estimand.LEVEL, Estimand.SLOPE))
    assert found[Estimand.AT_HORIZON, 8].ratio == pytest.approx(level * slope**7)


def test_equidispersed_counts_have_no_alpha_and_say_so():
    found = interrupted_counts(np.tile([99.0, 101.0], 20), plain(40, 20), negative_binomial=True)
    assert found.alpha == 0.0
    assert Flag.NOT_CONVERGED in found.flags


def test_overdispersion_is_flagged(counts):
    assert Flag.OVERDISPERSED in interrupted_counts(counts, quarterly()).flags


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (np.zeros(40), Reason.CONSTANT),
        (np.r_[np.zeros(20), np.tile([3.0, 5.0], 10)], Reason.TOO_FEW_EVENTS),
        (np.r_[np.tile([3.0, 5.0], 10), np.zeros(20)], Reason.TOO_FEW_EVENTS),
        (np.tile([3.0, 5.0], 4), Reason.TOO_FEW_POINTS),
    ],
)
def test_refused(counts, reason):
    found = interrupted_counts(counts, plain(len(counts), len(counts) // 2))
    assert isinstance(found, NoClaim)
    assert found.reason is reason
