"""One interrupted time series from values to results: gate, fit, inference, path, diagnostics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .autoregression import Array, Bools
from .bootstrap import bootstrap_t, refit_simulated
from .diagnostics import INFLUENTIAL_FROM, Influence, Memory, influence, memory
from .effects import Contrast, ItsEffect, contrasts, counterfactual_rows, effects, fitted_rows
from .gates import NO_CLAIM_BELOW, SECOND_ORDER_FROM, Flag, NoClaim, Passed, gate
from .newey_west import newey_west, t_inference
from .reml import ArFit, fit_ar
from .segments import Interruption, Segments

AUTOCORRELATED_BELOW = 0.05
"""p-value below which the report warns of autocorrelation left over."""


@dataclass(frozen=True)
class Path:
    """Series, fit and counterfactual, each (n_times,) in the unit of the outcome.

    Attributes
    ----------
    observed
        The values; NaN where missing.
    fitted
        Fitted trend with the interruptions.
    counterfactual
        Fitted trend without any interruption; equal to ``fitted`` before the first.
    low, high
        Pointwise band of the counterfactual from the first interruption on; NaN before. It covers the trend
        that would have been, not single observations around it.
    omitted
        Periods without weight.
    """

    observed: Array
    fitted: Array
    counterfactual: Array
    low: Array
    high: Array
    omitted: tuple[int, ...]


@dataclass(frozen=True)
class ItsResult:
    """An interrupted time series with autoregressive errors.

    Attributes
    ----------
    effects
        Level, slope, effect at each horizon, average and cumulative effect of every interruption, by
        bootstrap-t.
    newey_west
        The same rows by least squares with Newey–West errors, for readers who expect them; never the
        headline.
    path
        For the figure.
    names, coef, se
        All coefficients but the indicators of omitted periods.
    order, phi
        Autoregression chosen and its coefficients (REML).
    sigma
        Standard deviation of the innovations, unit of the outcome.
    r_squared
        Share of the variance that the trend, season and interruptions explain.
    n_obs, n_before, n_after, df
        Points with weight; before the first and from the last interruption on; residual degrees of freedom.
    memory, influence
        Diagnostics; ``influence`` is that of the first contrast in ``effects`` at the longest horizon.
    flags
        What must be said beside the numbers.
    draws, level
        Bootstrap draws; confidence level.
    """

    effects: tuple[ItsEffect, ...]
    newey_west: tuple[ItsEffect, ...]
    path: Path
    names: tuple[str, ...]
    coef: Array
    se: Array
    order: int
    phi: Array
    sigma: float
    r_squared: float
    n_obs: int
    n_before: int
    n_after: int
    df: int
    memory: Memory
    influence: Influence
    flags: tuple[Flag, ...]
    draws: int
    level: float


def interrupted(
    y: Array,
    segments: Segments,
    rng: np.random.Generator,
    *,
    order: int | None = None,
    horizons: Sequence[int] = (4, 8),
    draws: int = 999,
    level: float = 0.95,
) -> ItsResult | NoClaim:
    """Analyse one series.

    Parameters
    ----------
    y
        Outcome, (n_times,), equally spaced; NaN where missing.
    segments
        What the plan declares.
    rng
        Source of the bootstrap draws.
    order
        1 or 2 if the plan fixes it; otherwise the declared rule of `choose_order`.
    horizons
        Periods in force at which the effect is reported.

    Returns
    -------
    ItsResult
        or `NoClaim` with the reason: no number is given for a series that does not carry one.
    """
    passed = gate(y, segments)
    if isinstance(passed, NoClaim):
        return passed
    columns, X = passed.design, passed.design.X
    filled = np.where(columns.kept, y, 0.0)
    n_obs = int(columns.kept.sum())
    fit = fit_ar(filled[None, :], X, order) if order else choose_order(filled, X, n_obs)
    rows = contrasts(segments, columns, horizons)
    C = np.stack([row.vector for row in rows])
    first = segments.interruptions[0].start
    counterfactual = counterfactual_rows(columns)
    refits = refit_simulated(filled, X, fit, rng, draws=draws)
    inference = bootstrap_t(np.vstack([C, counterfactual[first:]]), fit, refits, level)
    coef, cov, phi = fit.coef[0], fit.cov[0], fit.phi[0]
    path = _path(y, columns.omitted, fitted_rows(columns) @ coef, counterfactual @ coef, first)
    path.low[first:], path.high[first:] = inference.low[len(rows) :], inference.high[len(rows) :]
    nw_coef, nw_cov = newey_west(filled, X)
    main = _longest_horizon(rows)
    influences = influence(filled, columns, phi, C[main], float(inference.estimate[main]), float(inference.se[main]))
    left_over = memory(filled, columns, fit, refits, segments.season.period)
    return ItsResult(
        effects=effects(rows, coef, cov, inference.critical[: len(rows)], inference.p[: len(rows)]),
        newey_west=effects(rows, nw_coef, nw_cov, *t_inference(C, nw_coef, nw_cov, columns.df, level)),
        path=path,
        names=columns.names[: columns.n_terms],
        coef=coef[: columns.n_terms],
        se=np.sqrt(np.diagonal(cov))[: columns.n_terms],
        order=fit.order,
        phi=phi,
        sigma=float(np.sqrt(fit.sigma2[0])),
        r_squared=_r_squared(y, path.fitted, columns.kept),
        n_obs=n_obs,
        n_before=passed.n_before,
        n_after=passed.n_after,
        df=columns.df,
        memory=left_over,
        influence=influences,
        flags=_flags(passed, fit, left_over, influences),
        draws=draws,
        level=level,
    )


def choose_order(y: Array, X: Array, n_obs: int) -> ArFit:
    """First order; second from 40 points on if its restricted likelihood is higher by more than one (Akaike).

    The rule is declared, not tuned to the result: on shorter series the second term costs a tenth of the
    power and the data cannot tell when it is needed (calibration in ``docs/methods/its.md``).
    """
    first = fit_ar(y[None, :], X, 1)
    if n_obs < SECOND_ORDER_FROM:
        return first
    second = fit_ar(y[None, :], X, 2)
    return second if prefers_second(first, second)[0] else first


def prefers_second(first: ArFit, second: ArFit) -> Bools:
    """For each series, whether Akaike's criterion prefers the second order."""
    return second.loglik - first.loglik > 1.0


@dataclass(frozen=True)
class Placebo:
    """An interruption that did not happen, in the years before the reform.

    Attributes
    ----------
    start
        Its period.
    estimate, se, p
        The level change there.
    """

    start: int
    estimate: float
    se: float
    p: float


def placebo_interruptions(
    y: Array, segments: Segments, rng: np.random.Generator, *, draws: int = 999
) -> tuple[Placebo, ...]:
    """Level changes at every admissible date before the first interruption, on the data before it alone.

    Empty when fewer than 16 points precede it: then the check is not evaluable.
    """
    end = segments.interruptions[0].start
    before = y[:end]
    excluded = tuple(period for period in segments.excluded if period < end)
    out = []
    for start in range(NO_CLAIM_BELOW, end - NO_CLAIM_BELOW + 1):
        shifted = Segments(end, (Interruption(start, label="placebo"),), segments.season, excluded)
        passed = gate(before, shifted)
        if isinstance(passed, Passed):
            out.append(_placebo(before, start, passed, rng, draws))
    return tuple(out)


def _placebo(y: Array, start: int, passed: Passed, rng: np.random.Generator, draws: int) -> Placebo:
    columns = passed.design
    filled = np.where(columns.kept, y, 0.0)
    fit = fit_ar(filled[None, :], columns.X, 1)
    level_change = np.eye(columns.X.shape[1])[[int(np.flatnonzero(columns.impact[0])[0])]]
    found = bootstrap_t(level_change, fit, refit_simulated(filled, columns.X, fit, rng, draws=draws))
    return Placebo(start, float(found.estimate[0]), float(found.se[0]), float(found.p[0]))


def _path(y: Array, omitted: tuple[int, ...], fitted: Array, counterfactual: Array, first: int) -> Path:
    empty = np.full(len(y), np.nan)
    return Path(y, fitted, counterfactual, empty, empty.copy(), omitted)


def _longest_horizon(rows: Sequence[Contrast]) -> int:
    """Index of the first interruption's effect at the longest horizon, or of its first contrast."""
    mine = [i for i, row in enumerate(rows) if row.label == rows[0].label and row.horizon]
    return max(mine, key=lambda i: rows[i].horizon or 0, default=0)


def _r_squared(y: Array, fitted: Array, kept: Bools) -> float:
    return float(1 - np.var((y - fitted)[kept]) / np.var(y[kept]))


def _flags(passed: Passed, fit: ArFit, left_over: Memory, influences: Influence) -> tuple[Flag, ...]:
    found = (
        (Flag.NEAR_UNIT_ROOT, bool(fit.at_boundary[0])),
        (Flag.AUTOCORRELATED, left_over.p < AUTOCORRELATED_BELOW),
        (Flag.SEASONAL_MEMORY, (left_over.p_seasonal or 1.0) < AUTOCORRELATED_BELOW),
        (
            Flag.INFLUENTIAL,
            influences.sign_changes or abs(influences.change[influences.most]) >= INFLUENTIAL_FROM,
        ),
    )
    return (*passed.flags, *(flag for flag, holds in found if holds))
