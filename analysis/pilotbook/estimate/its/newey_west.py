"""Least squares with Newey–West standard errors: the row readers expect, shown with its warning.

It rejects up to half of all true nulls in series of the length met here (`docs/methods/its.md`), because the
kernel cannot see the autocorrelation that trend and season have taken out of the residuals.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from .autoregression import Array


def default_lags(n_times: int) -> int:
    """Lag rule of Newey and West (1994)."""
    return int(np.floor(4 * (n_times / 100) ** (2 / 9)))


def newey_west(y: Array, X: Array, lags: int | None = None) -> tuple[Array, Array]:
    """Coefficients, (n_coef,), and Newey–West covariance with the small-sample factor n / (n - k).

    Newey and West (1987). Oracle: ``statsmodels`` OLS with ``cov_type="HAC"`` and ``use_correction=True``,
    and Stata's ``newey`` as printed in Linden (2015).
    """
    n, k = X.shape
    lags = default_lags(n) if lags is None else lags
    bread = np.linalg.inv(X.T @ X)
    coef = bread @ X.T @ y
    scores = X * (y - X @ coef)[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    return coef, n / (n - k) * bread @ meat @ bread


def t_inference(C: Array, coef: Array, cov: Array, df: int, level: float = 0.95) -> tuple[Array, Array]:
    """Critical values and p-values of contrasts from Student's t, both (n_contrasts,)."""
    ratio = (C @ coef) / np.sqrt(np.einsum("jk,kl,jl->j", C, cov, C))
    critical = np.full(len(C), stats.t.ppf(0.5 + level / 2, df))
    return critical, 2 * stats.t.sf(np.abs(ratio), df)
