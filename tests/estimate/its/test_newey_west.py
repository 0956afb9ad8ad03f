"""Newey–West against ``statsmodels``; the same closed form, so to rounding."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotbook.estimate.its.newey_west import default_lags, newey_west, t_inference
from pilotbook.estimate.its.segments import design

from .series_for_tests import quarterly, stepped

TOLERANCE = 1e-9


@pytest.mark.parametrize("lags", [1, 3])
def test_against_statsmodels(lags):
    X, y = design(quarterly()).X, stepped()
    coef, cov = newey_west(y, X, lags)
    oracle = sm.OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    np.testing.assert_allclose(coef, oracle.params, rtol=TOLERANCE)
    np.testing.assert_allclose(np.sqrt(np.diag(cov)), oracle.bse, rtol=TOLERANCE)
    _, p = t_inference(np.eye(len(coef)), coef, cov, len(y) - len(coef))
    np.testing.assert_allclose(p, oracle.pvalues, rtol=1e-6, atol=1e-300)


def test_lag_rule_of_newey_and_west_1994():
    assert [default_lags(n) for n in (24, 40, 100)] == [2, 3, 4]
