"""Tests of the trends before the start, and what they would have missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import Assignments, actual_assignment
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.quantile import quantile
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason

DOUBLINGS, BISECTIONS = 30, 20
"""Of the slope that would be found, whose power moves in steps of one draw: six digits are more than it has."""


@dataclass(frozen=True)
class PreTrend:
    """A test that nothing happened before the start.

    Attributes
    ----------
    statistic, p
        Of the test; its smallest attainable p value is ``smallest_p``.
    detectable_slope
        Linear trend, in the unit of the outcome per period, that the test finds with a power of 80 %; smaller ones it
        would as a rule have missed.
    smallest_p
        Zero for a test that does not rest on draws.
    """

    statistic: float
    p: float
    detectable_slope: float
    smallest_p: float = 0.0


def joint_test(
    before: FloatArray, covariance: FloatArray, event_times: Sequence[int], df: float, level: float = 0.95
) -> PreTrend | NotEstimable:
    """Wald test that all coefficients before the start are zero, on the F distribution.

    Parameters
    ----------
    before, covariance : (n,), (n, n)
        Coefficients before the start and their covariance, clustered on the assignment unit.
    event_times
        Their event times; the reference period is -1.
    df
        Denominator degrees of freedom: assignment units less one.
    level
        Level of the interval whose complement is the size of the test.
    """
    n = len(before)
    if n == 0 or np.linalg.matrix_rank(covariance) < n or df <= n:
        return NotEstimable(Reason.NO_PRE_PERIOD, "the coefficients before the start cannot be tested jointly")
    wald = float(before @ np.linalg.solve(covariance, before)) * (df - n + 1) / df / n
    df2 = df - n + 1
    trend = np.array(event_times, dtype=np.float64) + 1
    critical = stats.f.ppf(level, n, df2)
    needed = optimize.brentq(lambda size: stats.ncf.sf(critical, n, df2, size) - 0.8, 1e-6, 1e4)
    slope = float(np.sqrt(needed / (trend @ np.linalg.solve(covariance, trend))))
    return PreTrend(wald, float(stats.f.sf(wald, n, df2)), slope)


def randomisation_test(
    units: AssignedUnits, event_times: Sequence[int], placebos: Assignments, level: float = 0.95
) -> tuple[PreTrend | NotEstimable, ...]:
    """Largest studentised coefficient before the start against the same under placebo assignments.

    Each coefficient is the change from an earlier period to the last before the onset, pilots less controls, divided by
    its standard deviation over the assignments. Valid with few pilots, where a joint Wald test has no covariance.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    event_times
        Event times before the reference period, such as -5, …, -2.
    placebos
        Placebo assignments of these units.
    level
        As in `joint_test`.
    """
    if not event_times:
        refusal = NotEstimable(Reason.NO_PRE_PERIOD, "no period before the reference period")
        return (refusal,) * len(units.paths)
    actual = CohortSums(units, actual_assignment(units.label, units.n_cohorts))
    sums = CohortSums(units, placebos)
    targets = [Estimand("never_treated", (event, event)) for event in event_times]
    found = actual.estimates_of_each(units.paths, [actual.coefficients(t) for t in targets])[:, :, 0]
    paths = np.concatenate([units.paths, _trend_of_pilots(units)[None]])
    both = sums.estimates_of_each(paths, [sums.coefficients(t) for t in targets])
    drawn, trended = both[:, :-1], both[:, -1]
    spread = drawn.std(axis=2)
    trend = np.array(event_times, dtype=np.float64)[:, None] + 1
    exact = placebos.exact
    out: list[PreTrend | NotEstimable] = []
    for o in range(found.shape[1]):
        scale = spread[:, o, None]
        if not (scale > 0).all():  # also where a coefficient is NaN, for want of a control
            detail = "before the start the outcome does not vary between assigned units, or a control is lacking"
            out.append(NotEstimable(Reason.NO_VARIATION, detail))
            continue
        null = (np.abs(drawn[:, o]) / scale).max(axis=0)
        statistic = float((np.abs(found[:, o, None]) / scale).max())
        count = int(np.count_nonzero(null >= statistic * (1 - 1e-9)))
        p = count / len(null) if exact else (1 + count) / (1 + len(null))
        slope = _slope_found(drawn[:, o], trend, trended, level)
        out.append(PreTrend(statistic, p, slope, 1 / len(null) if exact else 1 / (1 + len(null))))
    return tuple(out)


def _trend_of_pilots(units: AssignedUnits) -> FloatArray:
    """Return (n_units, n_periods) a trend of slope one in the actual pilots."""
    return np.where(units.label[:, None] < units.n_cohorts, np.arange(units.n_periods), 0.0)


def _largest(coefficients: FloatArray, spread: FloatArray) -> FloatArray:
    """Return (n_draws,) the largest absolute coefficient of each draw in standard deviations; overwrites them."""
    np.abs(coefficients, out=coefficients)
    coefficients /= spread
    return np.asarray(coefficients.max(axis=0))


def _slope_found(null: FloatArray, trend: FloatArray, trended: FloatArray, level: float) -> float:
    """Slope whose addition lifts four of five draws (n_times, n_draws) beyond the critical value.

    The pilots' trend is in the placebo assignments too, because some of them hold pilots: it raises the critical value.
    """

    def power(slope: float) -> float:
        planted = null + slope * trended
        spread = planted.std(axis=1, keepdims=True)
        critical = quantile(_largest(planted, spread), level)
        return float((_largest(null + slope * trend, spread) > critical).mean()) - 0.8

    high = float(null.std() / np.abs(trend).max())
    for _ in range(DOUBLINGS):
        if power(high) >= 0:
            break
        high *= 2
    else:
        return float("inf")
    low = 0.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle) < 0 else (low, middle)
    return high
