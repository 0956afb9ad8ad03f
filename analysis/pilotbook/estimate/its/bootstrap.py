r"""Parametric bootstrap-t for linear contrasts of a regression with autoregressive errors.

The t ratio of a contrast depends on the autocorrelation alone, not on coefficients or variance. The textbook
version simulates it at the estimated autocorrelation; in short series that estimate is poor, the critical
value rises steeply with it, and 8 to 12 % of true nulls on a slope are rejected. Here every draw takes its
own autocorrelation from the restricted likelihood of the series (flat before on Fisher's z), so that the
reference distribution carries what the series does not know about itself. `docs/methods/its.md` has the
calibration of both.

p and interval come from the same draws: the interval is the set of null values that the test does not reject.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .autoregression import Array, partial_from_phi, simulate
from .reml import ArFit, fit_ar, grid_steps, likelihood_weights, parameter_grid

_Z_EDGE = 3.0
"""Draws stay below a partial autocorrelation of tanh(3) = 0.995."""


@dataclass(frozen=True)
class BootstrapT:
    """Inference on several contrasts of one series.

    Attributes
    ----------
    estimate, se
        Contrasts and their standard errors given the autocorrelation, (n_contrasts,), unit of the outcome.
    p
        Two-sided p-values, (n_contrasts,); the smallest attainable is 1 / (draws + 1).
    critical
        Critical value of the absolute t ratio at the level asked for, (n_contrasts,).
    draws
        Number of bootstrap series.
    """

    estimate: Array
    se: Array
    p: Array
    critical: Array
    draws: int

    @property
    def low(self) -> Array:
        """Lower ends."""
        return self.estimate - self.critical * self.se

    @property
    def high(self) -> Array:
        """Upper ends."""
        return self.estimate + self.critical * self.se


def contrast_estimates(fit: ArFit, C: Array) -> tuple[Array, Array]:
    """Contrasts ``C b`` and their standard errors, both (n_series, n_contrasts)."""
    variance = np.einsum("jk,skl,jl->sj", C, fit.cov, C, optimize=True)
    return fit.coef @ C.T, np.sqrt(np.maximum(variance, 0.0))


@dataclass(frozen=True)
class Refits:
    """Series simulated without any effect, and the model refitted to each.

    Attributes
    ----------
    series
        (draws, n_times).
    fit
        Their fits.
    """

    series: Array
    fit: ArFit


def refit_simulated(
    y: Array,
    X: Array,
    fit: ArFit,
    rng: np.random.Generator,
    *,
    draws: int = 999,
    plug_in: bool = False,
) -> Refits:
    """Simulate the errors of one series and fit its model to them.

    Parameters
    ----------
    y
        One series, (n_times,), as given to `reml.fit_ar`.
    X
        Its design, (n_times, n_coef).
    fit
        The fit of this series.
    plug_in
        Simulate at the estimated autocorrelation instead (the textbook version, for comparison).
    """
    if plug_in:
        partial = np.repeat(partial_from_phi(fit.phi), draws, axis=0)
    else:
        weights = likelihood_weights(y[None, :], X, fit.order)[0]
        partial = _draw_partial(weights, fit.order, draws, rng)
    series = simulate(partial, rng.standard_normal((len(X), draws))).T
    return Refits(series, fit_ar(series, X, fit.order, refine=False))


def bootstrap_t(C: Array, fit: ArFit, refits: Refits, level: float = 0.95) -> BootstrapT:
    """Test and interval for every row of ``C``, (n_contrasts, n_coef), of one fit."""
    estimate, se = (a[0] for a in contrast_estimates(fit, C))
    simulated = np.abs(np.divide(*contrast_estimates(refits.fit, C)))
    draws = len(simulated)
    exceed = (simulated >= np.abs(estimate / se)).sum(axis=0)
    return BootstrapT(
        estimate=estimate,
        se=se,
        p=(1 + exceed) / (draws + 1),
        critical=_critical(simulated, level),
        draws=draws,
    )


def _critical(simulated: Array, level: float) -> Array:
    """Smallest absolute t ratio that the test rejects: p < 1 - level exactly when the ratio exceeds it."""
    draws = len(simulated)
    rank = min(int(np.floor(round((1 - level) * (draws + 1), 9))), draws)
    critical: Array = np.sort(simulated, axis=0)[draws - max(rank, 1)]
    return critical


def _draw_partial(weights: Array, order: int, draws: int, rng: np.random.Generator) -> Array:
    """Partial autocorrelations drawn from the likelihood, spread evenly within a cell of the grid."""
    cell = np.searchsorted(np.cumsum(weights)[:-1], rng.random(draws))
    z = np.arctanh(parameter_grid(order)[cell])
    return np.tanh(np.clip(z + (rng.random((draws, order)) - 0.5) * grid_steps(order), -_Z_EDGE, _Z_EDGE))


@dataclass(frozen=True)
class TailTable:
    """Tail of the absolute t ratio at every point of the autocorrelation grid, for one design.

    Made once a design, it gives the bootstrap p-value and critical value of any number of series: the
    mixture of the tails with the likelihood weights of the series.

    Attributes
    ----------
    ratio
        Absolute t ratios, (n_ratios,), from 0.
    tail
        Share of simulated ratios at least as large, (n_grid, n_contrasts, n_ratios).
    """

    X: Array
    C: Array
    order: int
    ratio: Array
    tail: Array
    draws: int

    def infer(self, weights: Array, statistic: Array, level: float = 0.95) -> tuple[Array, Array]:
        """P-values and critical values, both (n_series, n_contrasts).

        Parameters
        ----------
        weights
            From `reml.likelihood_weights`, (n_series, n_grid).
        statistic
            t ratios, (n_series, n_contrasts).
        """
        p, critical = np.empty_like(statistic), np.empty_like(statistic)
        for j in range(statistic.shape[1]):
            mixture = weights @ self.tail[:, j]
            p[:, j] = _interpolate_rows(self.ratio, mixture, np.abs(statistic[:, j]))
            critical[:, j] = _first_below(self.ratio, mixture, 1 - level)
        return p, critical


def tail_table(X: Array, C: Array, order: int, rng: np.random.Generator, *, draws: int = 1_999) -> TailTable:
    """Simulate the t ratios of ``C`` under every autocorrelation of the grid (common random numbers)."""
    ratio = np.sinh(np.linspace(0.0, np.arcsinh(200.0), 400))
    grid = parameter_grid(order)
    noise = rng.standard_normal((len(X), draws))
    tail = np.empty((len(grid), len(C), len(ratio)))
    for g, partial in enumerate(grid):
        series = simulate(np.broadcast_to(partial, (draws, order)), noise).T
        simulated = np.sort(np.abs(np.divide(*contrast_estimates(fit_ar(series, X, order, refine=False), C))), axis=0)
        for j in range(len(C)):
            tail[g, j] = (1 + draws - np.searchsorted(simulated[:, j], ratio)) / (draws + 1)
    return TailTable(X=X, C=C, order=order, ratio=ratio, tail=tail, draws=draws)


def _interpolate_rows(x: Array, rows: Array, at: Array) -> Array:
    right = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    share = np.clip((at - x[right - 1]) / (x[right] - x[right - 1]), 0.0, 1.0)
    index = np.arange(len(rows))
    value: Array = rows[index, right - 1] * (1 - share) + rows[index, right] * share
    return value


def _first_below(x: Array, rows: Array, threshold: float) -> Array:
    """Where each falling row crosses the threshold; infinite if it never does."""
    below = rows < threshold
    right = np.clip(below.argmax(axis=1), 1, len(x) - 1)
    index = np.arange(len(rows))
    upper, lower = rows[index, right - 1], rows[index, right]
    crossing = x[right - 1] + (x[right] - x[right - 1]) * (upper - threshold) / np.maximum(upper - lower, 1e-12)
    return np.where(below.any(axis=1), crossing, np.inf)
