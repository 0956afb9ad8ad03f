"""From coefficients to what a report prints: level, slope, effect at a horizon, cumulative, relative.

All but the relative effects are linear contrasts of the coefficients. A relative effect is the ratio of
two; its interval is Fieller's (1954) with the critical value of the absolute effect, so that it excludes
zero exactly when the absolute one does, and it is absent when the counterfactual itself cannot be told from
zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .autoregression import Array
from .segments import Design, Segments

ALL = "all"
"""Label of the joint effect of several interruptions."""


class Estimand(StrEnum):
    """What is estimated."""

    LEVEL = "level"
    SLOPE = "slope"
    AT_HORIZON = "effect"
    AVERAGE = "average"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True)
class Contrast:
    """One linear function of the coefficients.

    Attributes
    ----------
    estimand
        What it measures.
    label
        The interruption, or ``all``.
    horizon
        For an effect at a horizon: periods in force, so 1 is the first; otherwise None.
    vector
        Weights of the coefficients, (n_coef,).
    baseline
        Weights that give the counterfactual it is compared with, (n_coef,); None where no ratio makes sense.
    """

    estimand: Estimand
    label: str
    horizon: int | None
    vector: Array
    baseline: Array | None = None


@dataclass(frozen=True)
class ItsEffect:
    """One estimate with its interval.

    Attributes
    ----------
    estimand, label, horizon
        As in `Contrast`.
    estimate, se, low, high
        Unit of the outcome (slope: per period; cumulative: summed over periods).
    p
        Two-sided; from the same test as the interval.
    relative, relative_low, relative_high
        Per cent of the counterfactual; None where not defined.
    """

    estimand: Estimand
    label: str
    horizon: int | None
    estimate: float
    se: float
    low: float
    high: float
    p: float
    relative: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None


def contrasts(segments: Segments, columns: Design, horizons: Sequence[int] = (4, 8)) -> tuple[Contrast, ...]:
    """Everything a report prints about every interruption, in a fixed order.

    A horizon beyond the end of the series is left out: an effect is never extrapolated.
    """
    out: list[Contrast] = []
    for number, interruption in enumerate(segments.interruptions):
        out += _coefficient_contrasts(columns, number, interruption.label)
        out += _path_contrasts(columns, {number}, interruption.start, interruption.label, horizons)
    if len(segments.interruptions) > 1:
        everything = set(range(len(segments.interruptions)))
        out += _path_contrasts(columns, everything, segments.interruptions[0].start, ALL, horizons)
    return tuple(out)


def counterfactual_rows(columns: Design) -> Array:
    """Weights that give the series without any interruption, (n_times, n_coef)."""
    return _rows(columns, keep_impact_of=())


def fitted_rows(columns: Design) -> Array:
    """Weights that give the fitted series; an omitted period is fitted as if it had been observed."""
    return _rows(columns, keep_impact_of=range(len(columns.impact)))


def effects(
    found: Sequence[Contrast],
    coef: Array,
    cov: Array,
    critical: Array,
    p: Array,
) -> tuple[ItsEffect, ...]:
    """Estimates and intervals from a covariance and one critical value and p-value a contrast."""
    out = []
    for contrast, quantile, probability in zip(found, critical, p, strict=True):
        estimate = float(contrast.vector @ coef)
        se = float(np.sqrt(contrast.vector @ cov @ contrast.vector))
        ratio = (None, None, None) if contrast.baseline is None else fieller(contrast, coef, cov, float(quantile))
        low, high = estimate - quantile * se, estimate + quantile * se
        key = (contrast.estimand, contrast.label, contrast.horizon)
        out.append(ItsEffect(*key, estimate, se, float(low), float(high), float(probability), *ratio))
    return tuple(out)


def fieller(contrast: Contrast, coef: Array, cov: Array, critical: float) -> tuple[float | None, ...]:
    """Ratio of effect to counterfactual in per cent with its interval; (None, None, None) if not defined."""
    assert contrast.baseline is not None
    both = np.stack([contrast.vector, contrast.baseline])
    effect, baseline = both @ coef
    (v_effect, v_both), (_, v_baseline) = both @ cov @ both.T
    squared = critical**2
    a = baseline**2 - squared * v_baseline
    if a <= 0 or baseline <= 0:
        return (None, None, None)
    b = effect * baseline - squared * v_both
    c = effect**2 - squared * v_effect
    root = np.sqrt(max(b**2 - a * c, 0.0))
    return tuple(float(100 * value) for value in (effect / baseline, (b - root) / a, (b + root) / a))


def _rows(columns: Design, keep_impact_of: Sequence[int]) -> Array:
    rows = columns.X.copy()
    rows[:, columns.n_terms :] = 0.0
    gone = [number for number in range(len(columns.impact)) if number not in set(keep_impact_of)]
    rows[:, columns.impact[gone].any(axis=0)] = 0.0
    return rows


def _coefficient_contrasts(columns: Design, number: int, label: str) -> Iterator[Contrast]:
    for index in np.flatnonzero(columns.impact[number]):
        estimand = Estimand(columns.names[index].removeprefix(f"{label}: "))
        yield Contrast(estimand, label, None, np.eye(columns.X.shape[1])[index])


def _path_contrasts(
    columns: Design, of: set[int], start: int, label: str, horizons: Sequence[int]
) -> Iterator[Contrast]:
    earlier = range(min(of))
    baseline = _rows(columns, earlier)
    impact = _rows(columns, [*earlier, *of]) - baseline
    for horizon in horizons:
        at = start + horizon - 1
        if at < len(impact):
            yield Contrast(Estimand.AT_HORIZON, label, horizon, impact[at], baseline[at])
    after = columns.kept & (np.arange(len(impact)) >= start)
    yield Contrast(Estimand.AVERAGE, label, None, impact[after].mean(axis=0), baseline[after].mean(axis=0))
    yield Contrast(Estimand.CUMULATIVE, label, None, impact[after].sum(axis=0), baseline[after].sum(axis=0))
