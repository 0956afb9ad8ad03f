"""Segmented regression of counts: quasi-Poisson with an offset, negative binomial beside it.

Coefficients are log rate ratios. The control series of a controlled design enters as the offset (Bottomley,
Scott and Isham 2019): the ratio is then relative to what happened to the control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from .autoregression import Array
from .diagnostics import LjungBox, ljung_box
from .effects import Contrast, Estimand, contrasts, counterfactual_rows, fitted_rows
from .gates import Flag, NoClaim, Passed, Reason, gate
from .segments import Segments
from .series import AUTOCORRELATED_BELOW, Path

OVERDISPERSED_FROM = 1.5
"""Dispersion from which the negative binomial row is shown as well and the report says so."""

_ITERATIONS = 60
_ALPHA_LIMITS = (1e-7, 50.0)


@dataclass(frozen=True)
class RateRatio:
    """Effect on a rate.

    Attributes
    ----------
    estimand, label, horizon
        As in `effects.Contrast`; a slope is the ratio per period.
    ratio, low, high
        Rate ratio and its interval.
    log_ratio, se
        Logarithm of the ratio and its standard error.
    p
        Two-sided.
    """

    estimand: Estimand
    label: str
    horizon: int | None
    ratio: float
    low: float
    high: float
    log_ratio: float
    se: float
    p: float


@dataclass(frozen=True)
class Averted:
    """Events that the interruptions added (negative: averted) up to the end of the series, with interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class CountResult:
    """A segmented regression of counts.

    Attributes
    ----------
    ratios
        Level, slope and effect at each horizon as rate ratios.
    events
        Difference in expected events over the periods in force.
    path
        Expected counts for the figure.
    coef, cov
        Log rate ratios, (n_terms,), and covariance scaled by ``dispersion``.
    dispersion
        Pearson statistic over its degrees of freedom (quasi-Poisson); 1 for the negative binomial.
    alpha
        Variance is ``mu + alpha mu^2``; 0 for quasi-Poisson.
    ljung_box
        On Pearson residuals.
    flags, n_obs, n_before, n_after, df, level
        As in `series.ItsResult`.
    """

    ratios: tuple[RateRatio, ...]
    events: Averted
    path: Path
    coef: Array
    cov: Array
    dispersion: float
    alpha: float
    ljung_box: LjungBox
    flags: tuple[Flag, ...]
    n_obs: int
    n_before: int
    n_after: int
    df: int
    level: float


def interrupted_counts(
    counts: Array,
    segments: Segments,
    *,
    exposure: Array | None = None,
    negative_binomial: bool = False,
    normal: bool = False,
    horizons: Sequence[int] = (4, 8),
    level: float = 0.95,
) -> CountResult | NoClaim:
    """Analyse one series of counts.

    Parameters
    ----------
    counts
        Events, (n_times,); NaN where missing.
    exposure
        Person-time, or the count of the control series, (n_times,), positive where counts are observed.
    negative_binomial
        Variance ``mu + alpha mu^2`` with ``alpha`` by profile likelihood instead of ``dispersion * mu``.
    normal
        Normal quantiles, as published analyses use, instead of Student's t.

    Notes
    -----
    Serial correlation is not modelled: it is tested, and flagged when found. Checked against
    ``statsmodels`` GLM (``scale="X2"``) and discrete ``NegativeBinomial``, and against the published
    smoking ban in Sicily.
    """
    passed = gate(counts, segments)
    if isinstance(passed, NoClaim):
        return passed
    kept, first = passed.design.kept, segments.interruptions[0].start
    y, X = counts[kept], passed.design.X[kept][:, : passed.design.n_terms]
    offset = np.zeros(len(counts)) if exposure is None else np.log(exposure)
    if not y[np.flatnonzero(kept) < first].any() or not y[np.flatnonzero(kept) >= first].any():
        return NoClaim(Reason.TOO_FEW_EVENTS, passed.n_before, passed.n_after, "no event on one side")
    fit = _fit(y, X, offset[kept], negative_binomial)
    if fit is None:
        return NoClaim(Reason.NOT_CONVERGED, passed.n_before, passed.n_after, "iterations did not settle")
    coef, cov, alpha, converged = fit
    mu = np.exp(X @ coef + offset[kept])
    pearson = (y - mu) / np.sqrt(mu * (1 + alpha * mu))
    df = len(y) - X.shape[1]
    dispersion = 1.0 if negative_binomial else float(pearson @ pearson / df)
    quantile = stats.norm.ppf(0.5 + level / 2) if normal else stats.t.ppf(0.5 + level / 2, df)
    cov = cov * dispersion
    residual = np.full(len(counts), np.nan)
    residual[kept] = pearson
    left_over = ljung_box(residual, lags=max(4, min(segments.season.period, len(y) // 4)), fitted=0)
    rows = [row for row in contrasts(segments, passed.design, horizons) if row.estimand in _RATIOS]
    return CountResult(
        ratios=tuple(_ratio(row, coef, cov, float(quantile), df, normal) for row in rows),
        events=_events(passed, coef, cov, offset, first, float(quantile)),
        path=_path(counts, passed, coef, cov, offset, first, float(quantile)),
        coef=coef,
        cov=cov,
        dispersion=dispersion,
        alpha=alpha,
        ljung_box=left_over,
        flags=_flags(passed, left_over, dispersion, converged),
        n_obs=len(y),
        n_before=passed.n_before,
        n_after=passed.n_after,
        df=df,
        level=level,
    )


_RATIOS = (Estimand.LEVEL, Estimand.SLOPE, Estimand.AT_HORIZON)


def _fit(y: Array, X: Array, offset: Array, negative_binomial: bool) -> tuple[Array, Array, float, bool] | None:
    """Coefficients, unscaled covariance, alpha, and whether alpha was found inside its range."""
    poisson = _irls(y, X, offset, 0.0)
    if poisson is None or not negative_binomial:
        return None if poisson is None else (*poisson, 0.0, True)

    def profile(log_alpha: float) -> float:
        found = _irls(y, X, offset, float(np.exp(log_alpha)))
        return np.inf if found is None else -_loglik(y, np.exp(X @ found[0] + offset), float(np.exp(log_alpha)))

    search = optimize.minimize_scalar(profile, bounds=np.log(_ALPHA_LIMITS), method="bounded")
    alpha = float(np.exp(search.x))
    found = _irls(y, X, offset, alpha)
    inside = alpha > 10 * _ALPHA_LIMITS[0] and search.success
    # Counts no more variable than Poisson have no alpha: the Poisson fit stands in, and the result says so.
    return (*found, alpha, True) if found is not None and inside else (*poisson, 0.0, False)


def _irls(y: Array, X: Array, offset: Array, alpha: float) -> tuple[Array, Array] | None:
    """Solve by iteratively reweighted least squares with a log link; None if it does not settle."""
    eta = np.log(y + 0.5)
    coef: Array = np.zeros(X.shape[1])
    for _ in range(_ITERATIONS):
        mu = np.exp(eta)
        weight = mu / (1 + alpha * mu)
        cov = np.linalg.pinv((X * weight[:, None]).T @ X)
        previous, coef = coef, cov @ X.T @ (weight * (eta - offset + (y - mu) / mu))
        eta = np.clip(X @ coef + offset, -30.0, 30.0)
        if np.max(np.abs(coef - previous)) < 1e-10 * (1 + np.max(np.abs(coef))):
            return coef, np.asarray(cov, dtype=float)
    return None


def _loglik(y: Array, mu: Array, alpha: float) -> float:
    size = 1 / alpha
    terms = special.gammaln(y + size) - special.gammaln(size) - special.gammaln(y + 1)
    return float(np.sum(terms + size * np.log(size / (size + mu)) + y * np.log(mu / (size + mu))))


def _ratio(row: Contrast, coef: Array, cov: Array, quantile: float, df: int, normal: bool) -> RateRatio:
    vector = row.vector[: len(coef)]
    log_ratio, se = float(vector @ coef), float(np.sqrt(vector @ cov @ vector))
    reference = stats.norm if normal else stats.t(df)
    low, high = np.exp(log_ratio + quantile * se * np.array([-1.0, 1.0]))
    p = float(2 * reference.sf(abs(log_ratio / se)))
    key = (row.estimand, row.label, row.horizon)
    return RateRatio(*key, float(np.exp(log_ratio)), float(low), float(high), log_ratio, se, p)


def _events(passed: Passed, coef: Array, cov: Array, offset: Array, first: int, quantile: float) -> Averted:
    """Fitted less counterfactual events; interval by the delta method."""
    after = passed.design.kept & (np.arange(len(offset)) >= first)
    rows = [rows(passed.design)[after, : len(coef)] for rows in (fitted_rows, counterfactual_rows)]
    fitted, counterfactual = (np.exp(row @ coef + offset[after]) for row in rows)
    gradient = fitted @ rows[0] - counterfactual @ rows[1]
    estimate, se = float(fitted.sum() - counterfactual.sum()), float(np.sqrt(gradient @ cov @ gradient))
    return Averted(estimate, estimate - quantile * se, estimate + quantile * se)


def _path(counts: Array, passed: Passed, coef: Array, cov: Array, offset: Array, first: int, quantile: float) -> Path:
    fitted, without = (rows(passed.design)[:, : len(coef)] for rows in (fitted_rows, counterfactual_rows))
    half_width = quantile * np.sqrt(np.einsum("tk,kl,tl->t", without, cov, without))
    centre = without @ coef + offset
    low, high = np.exp(centre - half_width), np.exp(centre + half_width)
    low[:first] = high[:first] = np.nan
    return Path(counts, np.exp(fitted @ coef + offset), np.exp(centre), low, high, passed.design.omitted)


def _flags(passed: Passed, left_over: LjungBox, dispersion: float, converged: bool) -> tuple[Flag, ...]:
    found = (
        (Flag.AUTOCORRELATED, left_over.p < AUTOCORRELATED_BELOW),
        (Flag.OVERDISPERSED, dispersion >= OVERDISPERSED_FROM),
        (Flag.NOT_CONVERGED, not converged),
    )
    unrelated = {Flag.FIRST_ORDER_ONLY}
    return (*(f for f in passed.flags if f not in unrelated), *(flag for flag, holds in found if holds))
