"""Ljung–Box against ``statsmodels``; deletion of a point against refitting without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.arima_process import arma_acovf

from pilotbook.estimate.its.autoregression import precision
from pilotbook.estimate.its.diagnostics import influence, innovations, ljung_box
from pilotbook.estimate.its.segments import design

from .series_for_tests import autoregressive, plain, stepped

TOLERANCE = 1e-8


def test_ljung_box():
    values = autoregressive(60, 0.5)[0]
    found = ljung_box(values, lags=6, fitted=1)
    expected = acorr_ljungbox(values, lags=[6], model_df=1)
    assert found.statistic == pytest.approx(expected["lb_stat"].iloc[0], rel=TOLERANCE)
    assert found.p == pytest.approx(expected["lb_pvalue"].iloc[0], rel=TOLERANCE)


@pytest.mark.parametrize("phi", [(0.6,), (0.5, 0.3)])
def test_innovations_are_white(phi):
    n = 15
    root = np.linalg.cholesky(toeplitz(arma_acovf(np.r_[1.0, -np.array(phi)], [1.0], n)))
    whitened = np.column_stack([innovations(column, np.array(phi)) for column in root.T])
    np.testing.assert_allclose(whitened @ whitened.T, np.eye(n), atol=1e-10)


def test_influence_is_the_change_on_deleting_the_point():
    y, phi = stepped(30, 15), np.array([0.4])
    columns = design(plain(30, 15))
    contrast = np.array([0.0, 0.0, 1.0, 0.0])

    def level(columns, values):
        P = precision(phi, len(values))
        X = columns.X
        return np.linalg.solve(X.T @ P @ X, X.T @ P @ values)[2]

    full = level(columns, y)
    found = influence(y, columns, phi, contrast, full, 1.0)
    for period in range(30):
        observed = np.arange(30) != period
        without = level(design(plain(30, 15), observed), np.where(observed, y, 0.0))
        assert found.change[period] == pytest.approx(without - full, abs=TOLERANCE)
    assert found.most == np.abs(found.change).argmax()


def test_one_wild_point_is_found():
    y = stepped(30, 15)
    y[16] += 15
    columns = design(plain(30, 15))
    found = influence(y, columns, np.array([0.0]), np.array([0.0, 0.0, 1.0, 0.0]), 1.0, 1.0)
    assert found.most == 16
    assert found.sign_changes
