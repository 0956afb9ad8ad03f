"""Many counties under one national reform: one pooled series, and how far the counties differ.

The pooled effect is that of the average series. What shakes all counties in a quarter stays in its
residuals; a meta-analysis of county estimates would treat those shocks as independent and be far too sure.
The county estimates are summarised for their spread only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .autoregression import Array


@dataclass(frozen=True)
class PooledSeries:
    """Average over counties.

    Attributes
    ----------
    values
        Weighted mean, (n_times,); NaN where no county used has a value.
    used
        Indices of the counties that enter.
    dropped
        Indices left out because a period is missing that others have: an average over changing counties would
        move by itself.
    """

    values: Array
    used: tuple[int, ...]
    dropped: tuple[int, ...]


@dataclass(frozen=True)
class Heterogeneity:
    """Spread of county effects.

    Attributes
    ----------
    mean, low, high
        Random-effects mean with the interval of Hartung and Knapp; valid only if counties are independent.
    tau
        Standard deviation of true effects (DerSimonian and Laird), unit of the outcome.
    i_squared
        Share of the spread that is not sampling error, 0 to 1.
    predicted_low, predicted_high
        Interval for the effect in a further county.
    n_counties
        Number of county estimates.
    """

    mean: float
    low: float
    high: float
    tau: float
    i_squared: float
    predicted_low: float
    predicted_high: float
    n_counties: int


def average_series(Y: Array, weights: Array | None = None) -> PooledSeries:
    """Weighted mean of counties, (n_counties, n_times), over those observed whenever any county is."""
    observed = np.isfinite(Y)
    ever = observed.any(axis=0)
    complete = observed[:, ever].all(axis=1)
    used = np.flatnonzero(complete)
    values = np.full(Y.shape[1], np.nan)
    if len(used):
        weight = np.ones(len(used)) if weights is None else weights[used]
        values[ever] = weight @ Y[used][:, ever] / weight.sum()
    return PooledSeries(values, tuple(used.tolist()), tuple(np.flatnonzero(~complete).tolist()))


def heterogeneity(estimate: Array, se: Array, level: float = 0.95) -> Heterogeneity | None:
    """Random-effects summary of county estimates, (n_counties,) each; None with fewer than three.

    DerSimonian and Laird (1986); Hartung and Knapp (2001); Higgins, Thompson and Spiegelhalter (2009).
    """
    n = len(estimate)
    if n < 3:
        return None
    fixed = 1 / se**2
    q = float(np.sum(fixed * (estimate - np.average(estimate, weights=fixed)) ** 2))
    tau2 = max(0.0, (q - (n - 1)) / float(fixed.sum() - (fixed**2).sum() / fixed.sum()))
    weight = 1 / (se**2 + tau2)
    mean = float(np.average(estimate, weights=weight))
    variance = float(np.sum(weight * (estimate - mean) ** 2) / ((n - 1) * weight.sum()))
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * float(np.sqrt(variance))
    spread = float(stats.t.ppf(0.5 + level / 2, n - 2)) * float(np.sqrt(tau2 + variance))
    i_squared = max(0.0, 1 - (n - 1) / q) if q > 0 else 0.0
    return Heterogeneity(
        mean=mean,
        low=mean - half,
        high=mean + half,
        tau=float(np.sqrt(tau2)),
        i_squared=i_squared,
        predicted_low=mean - spread,
        predicted_high=mean + spread,
        n_counties=n,
    )
