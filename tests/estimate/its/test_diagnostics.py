"""Ljung–Box against ``statsmodels``; deletion of a point against refitting without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.arima_process import arma_acovf

from pilotbook.estimate.its.autoregression import precision
from pilotbook.estimate.its.bootstrap import refit_simulated
from pilotbook.estimate.its.diagnostics import influence, innovations, ljung_box, memory
from pilotbook.estimate.its.reml import fit_ar
from pilotbook.estimate.its.segments import design

from .series_for_tests import autoregressive, plain, quarterly, stepped

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


def memories(Y, columns):
    rng = np.random.default_rng(3)
    for y in Y:
        fit = fit_ar(y[None], columns.X, 1)
        yield memory(y, columns, fit, refit_simulated(y, columns.X, fit, rng, draws=199), 4)


def test_memory_holds_its_level_where_the_tabulated_test_does_not():
    """24 quarters with dummies, correctly specified; four binomial standard errors around 5 %."""
    columns = design(quarterly(24, 12))
    found = list(memories(autoregressive(24, 0.5, size=300), columns))
    error = 4 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean([m.p < 0.05 for m in found]) < 0.05 + error
    assert np.mean([m.p_seasonal < 0.05 for m in found]) < 0.05 + error
    assert np.mean([m.ljung_box.p < 0.05 for m in found]) > 0.05 + error


def test_memory_of_last_year_is_noticed():
    rng = np.random.default_rng(4)
    Y = rng.standard_normal((60, 80))
    for t in range(4, 80):
        Y[:, t] += 0.6 * Y[:, t - 4]
    assert np.mean([m.p_seasonal < 0.05 for m in memories(Y, design(quarterly(80, 40)))]) > 0.9


def test_no_season_no_seasonal_memory():
    columns = design(plain(30, 15))
    y = autoregressive(30)[0]
    fit = fit_ar(y[None], columns.X, 1)
    found = memory(y, columns, fit, refit_simulated(y, columns.X, fit, np.random.default_rng(1), draws=99), 1)
    assert found.seasonal is None
    assert found.p_seasonal is None
