"""Randomisation inference: how often another choice of pilots would have shown as large an effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.assignments import Assignments, actual_assignment, placebo_assignments
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.scale import cross_section_spread, pre_period_variance
from pilotbook.estimate.result import Counts, FloatArray, NotEstimable, Reason

Statistic = Literal["prescaled", "coefficient", "studentised"]

FEWEST_PRE_PERIODS = 3
"""Common periods before the first onset from which a unit's own variability can be told."""


@dataclass(frozen=True, eq=False)
class DrawTest:
    """An effect with a test made of draws.

    Attributes
    ----------
    estimate
        In the unit of the outcome.
    p
        Two-sided p value of no effect.
    low, high
        Effects that the same test does not reject; infinite if it can reject none at this level.
    level
        Of the interval.
    smallest_p
        The smallest p value that the test can give.
    n_draws, exact
        Number of draws; whether they are all there are.
    counts
        What the estimate rests on.
    draws : (n_draws,)
        The estimates of the draws, for a picture.
    """

    estimate: float
    p: float
    low: float
    high: float
    level: float
    smallest_p: float
    n_draws: int
    exact: bool
    counts: Counts
    draws: FloatArray = field(repr=False)


def randomisation(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    estimand: Estimand,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    statistic: Statistic = "prescaled",
    n_draws: int = 4_999,
    level: float = 0.95,
) -> tuple[DrawTest | NotEstimable, ...]:
    """Test an effect by giving the starts of the pilots to other assignment units.

    Valid if any assignment unit could as well have been a pilot. Where pilots are more or less variable than
    controls, the plain coefficient is not; ``prescaled`` divides it by what the variability of its units before the
    first start makes one expect, and stays near its level (docs/methods/inference.md has the rates).

    Parameters
    ----------
    y : (n_rows, n_periods) or (n_outcomes, n_rows, n_periods)
        Outcomes without missing cells.
    cohort : (n_rows,)
        Index of the first treated period, or `NEVER`.
    estimand
        Which estimate is tested.
    rng
        Source of the draws; not used if all assignments can be listed.
    weights, cluster : (n_rows,), optional
        Weights of the rows; codes of the assignment unit.
    anticipation
        Periods before the start that may be affected.
    statistic
        ``prescaled``, ``coefficient``, or ``studentised`` by the spread of the effects between units.
    n_draws
        Number of draws; if there are no more assignments than that, all are used and the test is exact.
    level
        Level of the interval.

    Returns
    -------
    tuple of DrawTest or NotEstimable
        One per outcome.

    Raises
    ------
    ValueError
        If ``n_draws`` is below `assignments.FEWEST_DRAWS`.

    References
    ----------
    MacKinnon and Webb (2020) on the coefficient and the studentised statistic; the division by the variability before
    the start follows the ratio of Abadie, Diamond and Hainmueller (2010) for one pilot. Checked by listing all
    assignments and estimating each anew.
    """
    units = assigned_units(y, cohort, weights=weights, cluster=cluster, anticipation=anticipation)
    if isinstance(units, NotEstimable):
        return (units,) * (np.shape(y)[0] if np.ndim(y) == 3 else 1)
    draws = randomisation_draws(units, estimand, statistic, n_draws, rng)
    if isinstance(draws, NotEstimable):
        return (draws,) * len(units.paths)
    return tests(draws, units.counts, level)


def tests(draws: NullDraws, counts: Counts, level: float) -> tuple[DrawTest, ...]:
    """Read p values and intervals off the draws, one test per outcome."""
    p, (low, high) = draws.p_value(), draws.interval(level)
    return tuple(
        DrawTest(
            estimate=float(draws.observed[o]),
            p=float(p[o]),
            low=float(low[o]),
            high=float(high[o]),
            level=level,
            smallest_p=draws.smallest_p,
            n_draws=draws.n_draws,
            exact=draws.exact,
            counts=counts,
            draws=draws.estimate[o],
        )
        for o in range(len(p))
    )


def randomisation_draws(
    units: AssignedUnits, estimand: Estimand, statistic: Statistic, n_draws: int, rng: np.random.Generator
) -> NullDraws | NotEstimable:
    """Draw the statistic of every outcome under placebo assignments, the same ones for all outcomes.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    estimand, statistic, n_draws, rng
        As in `randomisation`.
    """
    return placebo_draws(units, estimand, statistic, placebo_assignments(units.label, units.n_cohorts, n_draws, rng))


def placebo_draws(
    units: AssignedUnits, estimand: Estimand, statistic: Statistic, placebos: Assignments
) -> NullDraws | NotEstimable:
    """Draw the statistic of every outcome under assignments that are drawn already: one set serves many estimands.

    Parameters
    ----------
    units, estimand, statistic
        As in `randomisation_draws`.
    placebos
        The placebo assignments.
    """
    if statistic == "prescaled" and units.pre_periods < FEWEST_PRE_PERIODS:
        return NotEstimable(
            Reason.NO_PRE_PERIOD,
            f"{units.pre_periods} periods before the first start are too few to tell how variable a unit is; "
            f"{FEWEST_PRE_PERIODS} are needed",
        )
    if statistic == "studentised" and units.n_pilots < 2:
        return NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, "one pilot has no spread; use another statistic")
    sums = CohortSums(units, placebos)
    actual = CohortSums(units, actual_assignment(units.label, units.n_cohorts))
    k, k_actual = sums.coefficients(estimand), actual.coefficients(estimand)
    if not np.isfinite(k_actual).all():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
    everything = np.concatenate([units.paths, units.treated()[None]])
    estimate = sums.estimates(everything, k)
    observed = actual.estimates(units.paths, k_actual)[:, 0]
    common = {"observed": observed, "estimate": estimate[:-1], "slope": estimate[-1], "exact": sums.assignments.exact}
    if statistic == "coefficient":
        return NullDraws(scale=np.ones(len(observed)), variance=np.ones_like(estimate[:-1]), **common)
    if statistic == "prescaled":
        scale = np.sqrt(pre_period_variance(actual, k_actual)[:, 0])
        return NullDraws(scale=scale, variance=pre_period_variance(sums, k), **common)
    own = actual.estimates(everything, k_actual)
    spread = cross_section_spread(actual, k_actual, units.paths, own, everything[-1])
    variance, covariance, curvature = cross_section_spread(sums, k_actual, units.paths, estimate, everything[-1])
    return NullDraws(
        scale=np.sqrt(spread[0][:, 0]), variance=variance, covariance=covariance, curvature=curvature, **common
    )
