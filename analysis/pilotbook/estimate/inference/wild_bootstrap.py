"""Restricted wild cluster bootstrap: the residuals without an effect get random signs, one for each assignment unit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.assignments import refuse_few_draws
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import DrawTest, tests
from pilotbook.estimate.inference.scale import cross_section_spread
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import IntArray

Signs = Literal["rademacher", "webb"]

WEBB = np.sqrt(np.array([1.5, 1.0, 0.5]))


def wild_bootstrap(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    estimand: Estimand,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    signs: Signs = "rademacher",
    n_draws: int = 9_999,
    level: float = 0.95,
) -> tuple[DrawTest | NotEstimable, ...]:
    """Test an effect by the wild cluster bootstrap with the hypothesis imposed.

    The statistic is the estimate over its cluster-robust error. With few pilots it rejects too rarely (equal
    variances) or too often (variable pilots): below ten it is a second row, never the headline.

    Parameters
    ----------
    y : (n_rows, n_periods) or (n_outcomes, n_rows, n_periods)
        Outcomes without missing cells.
    cohort : (n_rows,)
        Index of the first treated period, or `NEVER`.
    estimand
        Which estimate is tested.
    rng
        Source of the signs.
    weights, cluster : (n_rows,), optional
        Weights of the rows; codes of the assignment unit.
    anticipation
        Periods before the start that may be affected.
    signs
        ``rademacher`` (plus or minus one) or ``webb`` (six points, for fewer than twelve units).
    n_draws
        Number of draws; if there are no more Rademacher signs than that, all are used.
    level
        Level of the interval, by inversion of the same test.

    Returns
    -------
    tuple of DrawTest or NotEstimable
        One per outcome; `NotEstimable` for a single pilot, whose own spread is unknown.

    Raises
    ------
    ValueError
        If ``n_draws`` is below `assignments.FEWEST_DRAWS`.

    References
    ----------
    Cameron, Gelbach and Miller (2008); Webb (2023); Roodman et al. (2019) for the inversion. Checked against pyfixest
    with wildboottest.
    """
    units = assigned_units(y, cohort, weights=weights, cluster=cluster, anticipation=anticipation)
    if isinstance(units, NotEstimable):
        return (units,) * (np.shape(y)[0] if np.ndim(y) == 3 else 1)
    draws = bootstrap_draws(units, estimand, signs, n_draws, rng)
    return (draws,) * len(units.paths) if isinstance(draws, NotEstimable) else tests(draws, units.counts, level)


def bootstrap_draws(
    units: AssignedUnits, estimand: Estimand, signs: Signs, n_draws: int, rng: np.random.Generator
) -> NullDraws | NotEstimable:
    """Draw the statistic of every outcome, with the same signs for all outcomes.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    estimand, signs, n_draws, rng
        As in `wild_bootstrap`.
    """
    return signed_draws(units, estimand, draw_signs(units.n_units, signs, n_draws, rng))


def signed_draws(units: AssignedUnits, estimand: Estimand, signs: SignDraws) -> NullDraws | NotEstimable:
    """Draw the statistic of every outcome with signs that are drawn already: one set serves many estimands.

    Parameters
    ----------
    units, estimand
        As in `bootstrap_draws`.
    signs
        One for each assignment unit and draw.
    """
    if units.n_pilots < 2:
        return NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, "one pilot has no spread of its own; use placebo ranks")
    actual = SignedSums(units, SignDraws(np.ones((1, units.n_units)), exact=True))
    k = coefficients(estimand, actual.weights().T, units.starts, units.n_periods, units.anticipation, units.present)
    if not np.isfinite(k).all():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
    everything = np.concatenate([units.paths, units.treated()[None]])
    residual = np.zeros_like(everything)
    residual[:, :, units.present] = restricted_residuals(everything[:, :, units.present], units.weight)
    sums = SignedSums(units, signs)
    estimate, own = sums.estimates(residual, k), actual.estimates(residual, k)
    variance, covariance, curvature = cross_section_spread(sums, k, residual[:-1], estimate, residual[-1])
    spread, _, _ = cross_section_spread(actual, k, residual[:-1], own, residual[-1])
    return NullDraws(
        observed=own[:-1, 0],
        scale=np.sqrt(spread[:, 0]),
        estimate=estimate[:-1],
        slope=estimate[-1],
        variance=variance,
        covariance=covariance,
        curvature=curvature,
        exact=signs.exact,
    )


@dataclass(frozen=True, eq=False)
class SignDraws:
    """What the residuals of each assignment unit are multiplied by.

    Attributes
    ----------
    values : (n_draws, n_units)
        Multipliers with variance one.
    exact
        Whether these are all there are.
    """

    values: FloatArray
    exact: bool

    @cached_property
    def plain(self) -> bool:
        """Whether all of them are plus or minus one."""
        return bool((np.abs(self.values) == 1).all())

    def squared(self) -> SignDraws:
        """Return their squares."""
        return SignDraws(np.square(self.values), self.exact)


def draw_signs(n_units: int, signs: Signs, n_draws: int, rng: np.random.Generator) -> SignDraws:
    """Draw multipliers, or list them if there are no more than ``n_draws``; laid out by unit, for products."""
    refuse_few_draws(n_draws)
    if signs == "rademacher" and 2**n_units <= n_draws:
        return SignDraws(np.array(list(itertools.product((1.0, -1.0), repeat=n_units))), exact=True)
    sign = rng.integers(0, 2, size=(n_draws, n_units), dtype=np.int8) * 2.0 - 1.0
    values = sign if signs == "rademacher" else sign * rng.choice(WEBB, size=sign.shape)
    return SignDraws(np.asfortranarray(values), exact=False)


def restricted_residuals(paths: FloatArray, weight: FloatArray) -> FloatArray:
    """Paths (..., n_units, n_periods) less unit and weighted period means: the residuals if there is no effect."""
    share = weight / weight.sum()
    rest = paths - paths.mean(axis=-1, keepdims=True)
    return np.asarray(rest - (share @ rest)[..., None, :])


@dataclass(frozen=True, eq=False)
class SignedSums:
    """Bootstrap draws of a set of assignment units.

    Attributes
    ----------
    units
        The assignment units.
    signs
        What each unit's residuals are multiplied by.
    """

    units: AssignedUnits
    signs: SignDraws

    def over(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum values (..., n_units) times their signs over the members of a cohort: (..., n_draws)."""
        members = self.units.label == cohort
        flat = values[..., members].reshape(-1, int(members.sum()))
        return np.asarray((flat @ self._by_cohort[cohort]).reshape(*values.shape[:-1], len(self.signs.values)))

    @cached_property
    def _by_cohort(self) -> list[FloatArray]:
        """Signs of the members of each cohort, (n_members, n_draws), laid out for products."""
        by_unit = np.ascontiguousarray(self.signs.values.T)
        members = [np.flatnonzero(self.units.label == c) for c in range(self.units.n_cohorts + 1)]
        return [by_unit[_neighbours(rows)] for rows in members]

    def over_squares(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum products of two values, each times its sign."""
        return self.size(values, cohort) if self._squared is None else self._squared.over(values, cohort)

    @cached_property
    def _squared(self) -> SignedSums | None:
        """Squares of the signs, None if they are all one."""
        return None if self.signs.plain else SignedSums(self.units, self.signs.squared())

    def size(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum what the signs leave as it is, (..., 1)."""
        return np.asarray(values[..., self.units.label == cohort].sum(axis=-1, keepdims=True))

    def weights(self) -> FloatArray:
        """Weight of each cohort, (n_cohorts + 1, 1)."""
        return np.array([self.size(self.units.weight, c) for c in range(self.units.n_cohorts + 1)])

    def estimates(self, paths: FloatArray, k: FloatArray) -> FloatArray:
        """Estimate in each draw, (n_outcomes, n_draws)."""
        total, weight = self.weights(), self.units.weight
        return np.asarray(sum(self.over(weight * (paths @ k[0, c]), c) / total[c] for c in range(len(total))))


def _neighbours(rows: IntArray) -> slice | IntArray:
    """Return ascending rows as a slice, which takes no copy, if there is no gap between them."""
    whole = slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
    return whole if whole.stop - whole.start == len(rows) else rows
