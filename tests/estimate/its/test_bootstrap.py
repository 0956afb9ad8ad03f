"""Bootstrap-t: test and interval belong together, the table agrees with direct draws, size is held.

Monte Carlo: with 20,000 draws a p-value near 0.3 has a standard error of 0.003 and a critical value near
2.3 one of about 0.03; the table adds an interpolation error of about 1 %. Sizes below are tested with four
standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its.bootstrap import bootstrap_t, contrast_estimates, refit_simulated, tail_table
from pilotbook.estimate.its.reml import fit_ar, likelihood_weights
from pilotbook.estimate.its.segments import design

from .series_for_tests import autoregressive, quarterly, stepped

P, CRITICAL = 0.02, 0.12
N = 40


@pytest.fixture(name="X", scope="module")
def design_matrix():
    return design(quarterly(N)).X


@pytest.fixture(name="C", scope="module")
def contrasts(X):
    C = np.zeros((3, X.shape[1]))
    C[0, 2] = C[1, 3] = C[2, 2] = 1.0
    C[2, 3] = 7.0
    return C


def direct(y, X, C, fit, rng, **kwargs):
    return bootstrap_t(C, fit, refit_simulated(y, X, fit, rng, **kwargs))


@pytest.mark.parametrize("order", [1, 2])
def test_interval_excludes_zero_exactly_when_the_test_rejects(X, C, order):
    rng = np.random.default_rng(5)
    rejected = 0
    for seed in range(60):
        y = stepped(N, level=1.5, seed=seed)
        found = direct(y, X, C, fit_ar(y[None], X, order), rng, draws=199)
        excluded = (found.low > 0) | (found.high < 0)
        np.testing.assert_array_equal(excluded, found.p <= 0.05 + 1e-12)
        rejected += excluded.sum()
    assert 10 < rejected < 170


@pytest.mark.parametrize("order", [1, 2])
def test_table_agrees_with_direct_draws(X, C, order):
    rng = np.random.default_rng(6)
    y = stepped(N, level=0.8, seed=3)
    fit = fit_ar(y[None], X, order)
    drawn = direct(y, X, C, fit, rng, draws=20_000)
    table = tail_table(X, C, order, rng, draws=999 if order == 2 else 4_999)
    estimate, se = contrast_estimates(fit, C)
    p, critical = table.infer(likelihood_weights(y[None], X, order), estimate / se)
    np.testing.assert_allclose(p[0], drawn.p, atol=P)
    np.testing.assert_allclose(critical[0], drawn.critical, rtol=CRITICAL)


def test_same_seed_same_numbers(X, C):
    y = stepped()
    fit = fit_ar(y[None], X, 1)
    one, two = (direct(y, X, C, fit, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one.p, two.p)
    np.testing.assert_array_equal(one.critical, two.critical)


def test_smallest_p_is_one_in_draws_plus_one(X, C):
    y = stepped(level=100.0)
    found = direct(y, X, C[:1], fit_ar(y[None], X, 1), np.random.default_rng(1), draws=199)
    assert found.p[0] == pytest.approx(1 / 200)


def test_size_where_the_textbook_bootstrap_fails(X, C):
    """At 24 points and autocorrelation 0.7 drawing the autocorrelation keeps the slope near 5 %."""
    rng = np.random.default_rng(8)
    X24 = design(quarterly(24, 12)).X
    Y = autoregressive(24, 0.7, seed=11, size=4_000)
    fit = fit_ar(Y, X24, 1)
    estimate, se = contrast_estimates(fit, C)
    p, _ = tail_table(X24, C, 1, rng, draws=999).infer(likelihood_weights(Y, X24, 1), estimate / se)
    error = 4 * np.sqrt(0.05 * 0.95 / 4_000)
    assert np.all((p < 0.05).mean(axis=0) < 0.08 + error)
    assert np.all((p < 0.05).mean(axis=0) > 0.03 - error)
    textbook = np.mean(
        [direct(y, X24, C, fit_ar(y[None], X24, 1), rng, draws=199, plug_in=True).p < 0.05 for y in Y[:1_000]],
        axis=0,
    )
    assert textbook[1] > (p < 0.05).mean(axis=0)[1]
