"""REML against a dense evaluation with a general optimiser, and GLS against ``statsmodels``.

The optimiser stops at 1e-9 in the parameters; the refined grid is right to about 1e-6 in ``phi``, 1e-5 in
coefficients of the size of one. At the boundary only the flag is compared: the optimiser has none.
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.linalg import toeplitz
from scipy.optimize import minimize
from statsmodels.tsa.arima_process import arma_acovf

from pilotbook.estimate.its.autoregression import phi_from_partial
from pilotbook.estimate.its.reml import fit_ar, likelihood_weights, parameter_grid
from pilotbook.estimate.its.segments import design

from .series_for_tests import autoregressive, quarterly

PHI, COEF = 5e-5, 5e-4
N = 40


@pytest.fixture(name="X", scope="module")
def design_matrix():
    return design(quarterly(N)).X


@pytest.fixture(name="Y", scope="module")
def outcomes():
    return 1000 + 3 * autoregressive(N, 0.5, seed=4, size=25)


def dense(z, y, X):
    """Negative restricted log-likelihood, coefficients and phi, straight from the textbook."""
    phi = phi_from_partial(np.tanh(np.atleast_1d(z)))
    covariance = toeplitz(arma_acovf(np.r_[1.0, -phi], [1.0], len(y)))
    inverse = np.linalg.inv(covariance)
    information = X.T @ inverse @ X
    coef = np.linalg.solve(information, X.T @ inverse @ y)
    residual = y - X @ coef
    log_dets = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
    df = len(y) - X.shape[1]
    return 0.5 * log_dets + 0.5 * df * np.log(residual @ inverse @ residual), coef, phi


def maximum(y, X, order):
    found = [
        minimize(
            lambda z: dense(z, y, X)[0],
            np.full(order, start),
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000},
        )
        for start in (0.1, 0.6)
    ]
    return dense(min(found, key=lambda f: f.fun).x, y, X)


@pytest.mark.parametrize("order", [1, 2])
def test_agrees_with_a_dense_likelihood(X, Y, order):
    fit = fit_ar(Y, X, order)
    compared = 0
    for i in np.flatnonzero(~fit.at_boundary):
        _, coef, phi = maximum(Y[i], X, order)
        np.testing.assert_allclose(fit.phi[i], phi, atol=PHI)
        np.testing.assert_allclose(fit.coef[i], coef, atol=COEF)
        compared += 1
    assert compared >= 20


def test_coefficients_and_errors_are_gls_at_the_estimate(X, Y):
    fit = fit_ar(Y, X, 1)
    covariance = toeplitz(arma_acovf([1.0, -fit.phi[0, 0]], [1.0], N))
    gls = sm.GLS(Y[0], X, sigma=covariance).fit()
    np.testing.assert_allclose(fit.coef[0], gls.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.cov[0])), gls.bse, rtol=1e-8)
    assert fit.sigma2[0] == pytest.approx(gls.scale, rel=1e-8)


def test_a_period_with_an_indicator_is_a_period_left_out(Y):
    """The restricted likelihood of the kept periods, evaluated with the covariance of those periods alone."""
    segments = quarterly(N, excluded=(7, 20, 21))
    columns = design(segments)
    fit = fit_ar(Y[:1], columns.X, 1)
    kept, terms = columns.kept, columns.n_terms

    def kept_only(z):
        phi = np.tanh(z)
        covariance = toeplitz(arma_acovf([1.0, -phi[0]], [1.0], N))[np.ix_(kept, kept)]
        inverse = np.linalg.inv(covariance)
        X, y = columns.X[kept][:, :terms], Y[0, kept]
        information = X.T @ inverse @ X
        coef = np.linalg.solve(information, X.T @ inverse @ y)
        residual = y - X @ coef
        log_dets = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
        return 0.5 * log_dets + 0.5 * (kept.sum() - terms) * np.log(residual @ inverse @ residual), coef

    best = minimize(lambda z: kept_only(z)[0], [0.3], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert fit.phi[0, 0] == pytest.approx(np.tanh(best.x[0]), abs=PHI)
    np.testing.assert_allclose(fit.coef[0, :terms], kept_only(best.x)[1], atol=COEF)


def test_value_of_an_omitted_period_does_not_matter(Y):
    X = design(quarterly(N, excluded=(7,))).X
    other = Y[:3].copy()
    other[:, 7] += 1e3
    one, two = fit_ar(Y[:3], X, 1), fit_ar(other, X, 1)
    np.testing.assert_allclose(one.coef[:, :-1], two.coef[:, :-1], rtol=1e-6)
    np.testing.assert_allclose(one.phi, two.phi, atol=1e-8)


def test_a_random_walk_is_flagged(X):
    walks = np.random.default_rng(0).standard_normal((200, N)).cumsum(axis=1)
    assert fit_ar(walks, X, 1).at_boundary.mean() > 0.3
    assert fit_ar(np.diff(walks, axis=1, prepend=0), X, 1).at_boundary.mean() < 0.02


def test_scale_and_trend_of_the_outcome_do_not_matter(X, Y):
    shifted = 1e-3 * Y + X @ np.arange(X.shape[1])
    one, two = fit_ar(Y, X, 2), fit_ar(shifted, X, 2)
    np.testing.assert_allclose(one.phi, two.phi, atol=1e-6)
    np.testing.assert_allclose(1e-3 * one.coef + np.arange(X.shape[1]), two.coef, atol=1e-5)


def test_likelihood_weights_peak_at_the_estimate(X, Y):
    fit, weights = fit_ar(Y, X, 1), likelihood_weights(Y, X, 1)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    peak = np.arctanh(parameter_grid(1)[weights.argmax(axis=1), 0])
    step = np.diff(np.arctanh(parameter_grid(1)[:2, 0]))[0]
    assert np.all(np.abs(peak - np.arctanh(fit.phi[:, 0])) <= step)
