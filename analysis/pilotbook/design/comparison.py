"""How comparable pilots and controls are before any model: balance, other reforms, the controls that really count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import AnalysisPlan
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period

DRAWS = 1_999
"""Placebo choices of pilots that a difference is compared with."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One characteristic before the first start, at the unit of assignment.

    Attributes
    ----------
    name, kind
        The covariate's column or the outcome's id; ``covariate``, ``level`` or ``trend`` (change per period).
    pilots, controls
        Means.
    difference
        Standardised by the pooled standard deviation; None if nothing varies.
    variance_ratio
        Variance among the pilots over that among the controls; None if either is not known or zero.
    p
        Share of placebo choices of as many pilots whose difference is at least as large.
    """

    name: str
    kind: str
    pilots: float | None
    controls: float | None
    difference: float | None
    variance_ratio: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """How far another reform reached, after the first start.

    Attributes
    ----------
    id
        As the plan calls it.
    pilots, controls
        Shares of county-periods.
    counties
        Share of the controls that it reached at any time.
    by_period
        Numbers of pilots and controls under it, by period; those periods alone in which one of them changes.
    """

    id: str
    pilots: float
    controls: float
    counties: float
    by_period: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pilots and controls side by side.

    Attributes
    ----------
    balance
        Covariates, then level and trend of every outcome.
    exposures
        Of every other reform that the plan names; None if it does not say whether there are any.
    exposed_controls
        Share of the control counties that a reform reached which did not reach pilots and controls alike; None if not
        known.
    effective_controls
        Number of equally weighted assigned units that would tell as much as the weighted controls (Kish).
    """

    balance: tuple[Balance, ...]
    exposures: tuple[Exposure, ...] | None
    exposed_controls: float | None
    effective_controls: float


def compare(plan: AnalysisPlan, panel: Panel, weights: NDArray[np.float64] | None) -> Comparison:
    """Compare pilots and controls.

    Parameters
    ----------
    plan
        The plan.
    panel
        The panel up to the period of the report; it has pilots and controls.
    weights
        (N,) county weights, or None for county-equal.
    """
    cohort = panel.cohort(never=-1)
    used = cohort != 0
    weight = np.ones(len(used)) if weights is None else np.nan_to_num(weights)
    treated, first = cohort > 0, int(cohort[cohort > 0].min())
    exposures, exposed = _exposures(plan, panel, treated, used, first)
    return Comparison(
        balance=tuple(_balance(plan, panel.select(used), weight[used], treated[used], first)),
        exposures=exposures,
        exposed_controls=exposed,
        effective_controls=_kish(weight[used & ~treated], panel.assignment[used & ~treated]),
    )


def _balance(
    plan: AnalysisPlan, panel: Panel, weight: NDArray[np.float64], treated: NDArray[np.bool_], first: int
) -> Iterator[Balance]:
    _, unit = np.unique(panel.assignment, return_inverse=True)
    pilot = np.bincount(unit, weights=treated) > 0
    rng = np.random.default_rng(plan.seed)
    placebo = rng.permuted(np.tile(pilot, (DRAWS, 1)), axis=1).astype(np.float64)
    for name, kind, values in _characteristics(plan, panel, first):
        by_unit = _unit_means(values, weight, unit)
        known = np.isfinite(by_unit)
        observed = _standardised(by_unit[known], pilot[None, known].astype(np.float64))[0]
        drawn = _standardised(by_unit[known], placebo[:, known])
        p = (1 + (np.abs(drawn) >= abs(observed) - 1e-12).sum()) / (DRAWS + 1)
        told = bool(np.isfinite(observed))
        yield Balance(
            name,
            kind,
            pilots=_mean(by_unit[known & pilot]),
            controls=_mean(by_unit[known & ~pilot]),
            difference=float(observed) if told else None,
            variance_ratio=_variance_ratio(by_unit[known & pilot], by_unit[known & ~pilot]),
            p=float(p) if told else None,
        )


def _variance_ratio(pilots: NDArray[np.float64], controls: NDArray[np.float64]) -> float | None:
    if min(len(pilots), len(controls)) < 2 or np.ptp(pilots) == 0 or np.ptp(controls) == 0:
        return None
    return float(pilots.var(ddof=1) / controls.var(ddof=1))


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _characteristics(plan: AnalysisPlan, panel: Panel, first: int) -> Iterator[tuple[str, str, NDArray[np.float64]]]:
    for covariate in plan.covariates:
        yield covariate.column, "covariate", _mean_over_time(panel.columns[covariate.column][:, :first])
    for outcome in plan.outcomes:
        before = outcome_matrix(plan, outcome, panel)[:, :first]
        yield outcome.id, "level", _mean_over_time(before)
        if first > 1:
            yield outcome.id, "trend", _slope(before)


def _mean_over_time(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=1) / known.sum(axis=1))


def _slope(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least-squares change per period of each county, NaN where a value is missing."""
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    return np.asarray(values @ time / (time @ time))


def _unit_means(
    values: NDArray[np.float64], weight: NDArray[np.float64], unit: NDArray[np.intp]
) -> NDArray[np.float64]:
    known = np.isfinite(values)
    total = np.bincount(unit, weights=np.where(known, values * weight, 0))
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.bincount(unit, weights=weight * known))


def _standardised(values: NDArray[np.float64], pilots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) standardised mean differences for n choices (n, units) of pilots."""
    n = pilots.sum(axis=1)
    first, second = pilots @ values, pilots @ np.square(values)
    rest, rest_second = values.sum() - first, np.square(values).sum() - second
    m = len(values) - n
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (second / n - (first / n) ** 2 + rest_second / m - (rest / m) ** 2) / 2
        return np.asarray((first / n - rest / m) / np.sqrt(np.maximum(variance, 0)))


def _exposures(
    plan: AnalysisPlan, panel: Panel, treated: NDArray[np.bool_], used: NDArray[np.bool_], first: int
) -> tuple[tuple[Exposure, ...] | None, float | None]:
    if plan.co_interventions is None:
        return None, None
    found, reached = [], np.zeros(len(treated), dtype=bool)
    for other in plan.co_interventions:
        if other.reached is None:
            assert other.everywhere_from is not None
            after = np.asarray([period >= panel.period(other.everywhere_from) for period in panel.periods])
            there = np.tile(after, (len(treated), 1))
        else:
            there = panel.columns[other.reached] > 0
            reached |= there[:, first:].any(axis=1)
        later = there[:, first:]
        found.append(
            Exposure(
                other.id,
                float(later[used & treated].mean()),
                float(later[used & ~treated].mean()),
                float(later[used & ~treated].any(axis=1).mean()),
                _by_period(panel, there, used & treated, used & ~treated),
            )
        )
    return tuple(found), float(reached[used & ~treated].mean())


def _by_period(
    panel: Panel, there: NDArray[np.bool_], pilots: NDArray[np.bool_], controls: NDArray[np.bool_]
) -> tuple[tuple[str, int, int], ...]:
    """Count the arms under a reform in every period in which a count changes."""
    counts = zip(panel.periods, there[pilots].sum(axis=0), there[controls].sum(axis=0), strict=True)
    found: list[tuple[str, int, int]] = []
    for period, reached_pilots, reached_controls in counts:
        last = found[-1][1:] if found else (0, 0)
        if (int(reached_pilots), int(reached_controls)) != last:
            found.append((format_period(period), int(reached_pilots), int(reached_controls)))
    return tuple(found)


def _kish(weight: NDArray[np.float64], assignment: NDArray[np.str_]) -> float:
    _, unit = np.unique(assignment, return_inverse=True)
    total = np.bincount(unit, weights=weight)
    return float(total.sum() ** 2 / np.square(total).sum()) if total.size and total.sum() > 0 else 0.0
