"""Whether the error model is adequate, and whether the answer hangs on one point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .autoregression import Array, partial_from_phi, precision
from .bootstrap import Refits
from .reml import ArFit
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


@dataclass(frozen=True)
class Memory:
    """Autocorrelation that the model has left over, judged by the refits of the bootstrap.

    Trend and seasonal terms take autocorrelation out of the residuals, most of all at the seasonal lag, so that the
    tabulated chi-square rejects up to a sixth of well-specified series of 24 quarters. The same statistics of the
    simulated series have the same bias.

    Attributes
    ----------
    ljung_box
        Statistic with its tabulated p.
    p
        Of the Ljung–Box statistic, from the draws.
    seasonal
        Autocorrelation of the innovations at the distance of a year; None without seasons.
    p_seasonal
        One-sided: that it is larger than under the model, from the draws.
    """

    ljung_box: LjungBox
    p: float
    seasonal: float | None
    p_seasonal: float | None


def innovations(residual: Array, phi: Array) -> Array:
    """One-step prediction errors of stationary autoregressions, same scale throughout.

    Parameters
    ----------
    residual
        (..., n_times).
    phi
        Coefficients, (..., order).
    """
    partial = partial_from_phi(phi)[..., None]
    out = residual.copy()
    out[..., 0] = residual[..., 0] * np.sqrt(np.prod(1 - partial**2, axis=-2))[..., 0]
    if phi.shape[-1] == 1:
        out[..., 1:] = residual[..., 1:] - phi * residual[..., :-1]
        return out
    second = residual[..., 1] - partial[..., 0, 0] * residual[..., 0]
    out[..., 1] = second * np.sqrt(1 - partial[..., 1, 0] ** 2)
    out[..., 2:] = residual[..., 2:] - phi[..., :1] * residual[..., 1:-1] - phi[..., 1:] * residual[..., :-2]
    return out


def memory(y: Array, columns: Design, fit: ArFit, refits: Refits, period: int) -> Memory:
    """Test what autocorrelation one fit has left over; ``period`` is the number of periods in a year."""
    own = np.where(columns.kept, innovations(y - columns.X @ fit.coef[0], fit.phi[0]), np.nan)
    lags = max(4, min(period, int(columns.kept.sum()) // 4))
    found = ljung_box(own, lags=lags, fitted=fit.order)
    residual = refits.series - refits.fit.coef @ columns.X.T
    simulated = np.where(columns.kept, innovations(residual, refits.fit.phi), np.nan)
    draws = len(simulated)
    larger = _ljung_box_statistic(_autocorrelations(simulated, lags), int(columns.kept.sum())) >= found.statistic
    seasonal = p_seasonal = None
    if 1 < period < columns.kept.sum() // 2:
        seasonal = float(_autocorrelations(own[None, :], period)[0, -1])
        p_seasonal = float((1 + (_autocorrelations(simulated, period)[:, -1] >= seasonal).sum()) / (draws + 1))
    return Memory(found, float((1 + larger.sum()) / (draws + 1)), seasonal, p_seasonal)


def _autocorrelations(values: Array, lags: int) -> Array:
    """Autocorrelations 1 to ``lags`` of every row, (n_series, lags); products with a missing value are left out."""
    centred = values - np.nanmean(values, axis=1, keepdims=True)
    filled = np.where(np.isfinite(centred), centred, 0.0)
    total = np.einsum("st,st->s", filled, filled)
    return np.stack([np.einsum("st,st->s", filled[:, k:], filled[:, :-k]) / total for k in range(1, lags + 1)], axis=1)


def _ljung_box_statistic(correlation: Array, n: int) -> Array:
    statistic: Array = n * (n + 2) * (correlation**2 / (n - np.arange(1, correlation.shape[1] + 1))).sum(axis=1)
    return statistic


def ljung_box(values: Array, *, lags: int, fitted: int) -> LjungBox:
    """Ljung–Box test of one series; NaN where missing. Oracle: ``statsmodels`` ``acorr_ljungbox``."""
    n = int(np.isfinite(values).sum())
    statistic = float(_ljung_box_statistic(_autocorrelations(values[None, :], lags), n)[0])
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
