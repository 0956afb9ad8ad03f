"""Whether the error model is adequate, and whether the answer hangs on one point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .autoregression import Array, partial_from_phi, precision
from .segments import Design

INFLUENTIAL_FROM = 1.0
"""Standard errors by which leaving out a point must move an effect for it to be called influential."""


@dataclass(frozen=True)
class LjungBox:
    """Test for autocorrelation left in the innovations.

    Attributes
    ----------
    statistic, df, p
        Of Ljung and Box (1978); degrees of freedom are the lags less the order of the autoregression.
    lags
        Number of autocorrelations tested.
    """

    statistic: float
    df: int
    p: float
    lags: int


@dataclass(frozen=True)
class Influence:
    """What leaving out each single point does to one contrast.

    Attributes
    ----------
    change
        Change of the contrast in its standard errors, (n_times,); NaN where the period was omitted already.
    most
        The period that moves it most.
    sign_changes
        Whether leaving out some single point turns the sign of the contrast.
    """

    change: Array
    most: int
    sign_changes: bool


def innovations(residual: Array, phi: Array) -> Array:
    """One-step prediction errors of a stationary autoregression, same scale throughout, (n_times,)."""
    partial = partial_from_phi(phi)
    out = residual.copy()
    out[0] = residual[0] * np.sqrt(np.prod(1 - partial**2))
    if len(phi) == 1:
        out[1:] = residual[1:] - phi[0] * residual[:-1]
        return out
    out[1] = (residual[1] - partial[0] * residual[0]) * np.sqrt(1 - partial[1] ** 2)
    out[2:] = residual[2:] - phi[0] * residual[1:-1] - phi[1] * residual[:-2]
    return out


def ljung_box(values: Array, *, lags: int, fitted: int) -> LjungBox:
    """Ljung–Box test; missing values (NaN) leave out the products they enter. Oracle: ``acorr_ljungbox``."""
    centred = values - np.nanmean(values)
    seen = np.isfinite(centred)
    filled = np.where(seen, centred, 0.0)
    n = int(seen.sum())
    correlation = np.array([filled[k:] @ filled[:-k] for k in range(1, lags + 1)]) / (filled @ filled)
    statistic = float(n * (n + 2) * np.sum(correlation**2 / (n - np.arange(1, lags + 1))))
    df = lags - fitted
    return LjungBox(statistic, df, float(stats.chi2.sf(statistic, df)), lags)


def influence(y: Array, columns: Design, phi: Array, contrast: Array, estimate: float, se: float) -> Influence:
    """Delete every point in turn, the autocorrelation held at its estimate.

    A deleted point is an indicator column more; the coefficients then change by a closed form (Martin
    1992), so no refit is needed.
    """
    P = precision(phi, len(y))
    PX = P @ columns.X
    G = np.linalg.inv(columns.X.T @ PX)
    projected = P - PX @ G @ PX.T
    kept = columns.kept
    shock = (projected @ y)[kept] / np.diagonal(projected)[kept]
    change = np.full(len(y), np.nan)
    change[kept] = -(contrast @ G @ PX.T)[kept] * shock / se
    turned = np.sign(estimate + change * se) * np.sign(estimate) < 0
    return Influence(change, int(np.nanargmax(np.abs(change))), bool(turned[kept].any()))
