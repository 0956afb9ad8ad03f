"""Averages over counties, and their spread against ``statsmodels``."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.tools.sm_exceptions import InvalidTestWarning

from pilotbook.estimate.its import average_series, heterogeneity


def test_spread_against_statsmodels():
    rng = np.random.default_rng(2)
    se = rng.uniform(0.3, 1.0, 12)
    estimate = 1.0 + rng.normal(0, 0.8, 12) + se * rng.standard_normal(12)
    found = heterogeneity(estimate, se)
    oracle = combine_effects(estimate, se**2, method_re="dl", use_t=True)
    with pytest.warns(InvalidTestWarning):  # about the intervals of single counties, which are not compared
        frame = oracle.summary_frame()
    assert found.mean == pytest.approx(oracle.mean_effect_re, rel=1e-10)
    assert found.tau**2 == pytest.approx(oracle.tau2, rel=1e-10)
    assert found.i_squared == pytest.approx(oracle.i2, rel=1e-10)
    assert found.low == pytest.approx(frame.loc["random effect wls", "ci_low"], rel=1e-8)
    assert found.predicted_low < found.low


def test_two_counties_have_no_spread():
    assert heterogeneity(np.array([1.0, 2.0]), np.array([0.5, 0.5])) is None


def test_a_county_with_a_hole_is_dropped_and_named():
    Y = np.arange(12.0).reshape(3, 4)
    Y[1, 2] = np.nan
    found = average_series(Y, np.array([1.0, 5.0, 3.0]))
    assert (found.used, found.dropped) == ((0, 2), (1,))
    np.testing.assert_allclose(found.values, (Y[0] + 3 * Y[2]) / 4)


def test_a_period_nobody_has_stays_missing():
    Y = np.arange(8.0).reshape(2, 4)
    Y[:, 1] = np.nan
    found = average_series(Y)
    assert found.dropped == ()
    assert np.isnan(found.values).tolist() == [False, True, False, False]
