"""Effects in subgroups of the pilots and the differences between them, tested by permuting within the subgroups.

Whether subgroups differ is read off the differences, never from one effect being told from zero and another not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import actual_assignment, drawn_assignments
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import FEWEST_PRE_PERIODS
from pilotbook.estimate.inference.scale import pre_period_variance
from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import NEVER, BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class SubgroupDraws:
    """The effect in one subgroup under placebo assignments.

    Attributes
    ----------
    observed, scale
        The effect, and what it is divided by.
    common
        The effect that was taken off the treated cells before drawing.
    estimate, variance, slope : (n_draws,)
        As in `NullDraws`.
    n_pilots, n_controls
        Assignment units.
    """

    observed: float
    scale: float
    common: float
    estimate: FloatArray = field(repr=False)
    variance: FloatArray = field(repr=False)
    slope: FloatArray = field(repr=False)
    n_pilots: int
    n_controls: int

    def alone(self) -> NullDraws:
        """Return the test of the subgroup's own effect."""
        raw = self.estimate + self.common * self.slope
        return _one(self.observed, self.scale, raw, self.variance, self.slope)

    def less(self, other: SubgroupDraws) -> NullDraws:
        """Return the test that the effect is the same as in another subgroup."""
        return _one(
            self.observed - other.observed,
            float(np.hypot(self.scale, other.scale)),
            self.estimate - other.estimate,
            self.variance + other.variance,
            self.slope,
        )


def _one(observed: float, scale: float, estimate: FloatArray, variance: FloatArray, slope: FloatArray) -> NullDraws:
    return NullDraws(np.array([observed]), np.array([scale]), estimate[None], slope, variance[None])


def together(differences: Sequence[NullDraws]) -> NullDraws:
    """Return several tests as one with several outcomes, for p values that allow for their number."""
    return NullDraws(
        observed=np.concatenate([test.observed for test in differences]),
        scale=np.concatenate([test.scale for test in differences]),
        estimate=np.concatenate([test.estimate for test in differences]),
        slope=differences[0].slope,
        variance=np.concatenate([test.variance for test in differences]),
    )


def within_subgroup(
    units: AssignedUnits, members: BoolArray, estimand: Estimand, common: float, n_draws: int, rng: np.random.Generator
) -> SubgroupDraws | None:
    """Draw the effect in a subgroup with controls of its own: its pilots and its controls change places.

    Parameters
    ----------
    units
        The panel at the unit of assignment, one outcome.
    members : (n_units,)
        The subgroup.
    estimand
        What is estimated.
    common
        The effect on all pilots; the draws are those of a subgroup with this effect.
    n_draws, rng
        Number and source of the draws.

    Returns
    -------
    SubgroupDraws or None
        None if the subgroup has no pilot or no control, or its effect does not exist.
    """
    own = _without(units, common).only(members)
    if own is None:
        return None
    assignments = drawn_assignments(own.label, own.n_cohorts, n_draws, rng)
    drawn, actual = CohortSums(own, assignments), CohortSums(own, actual_assignment(own.label, own.n_cohorts))
    everyone = np.arange(own.n_cohorts)
    return _subgroup(drawn, actual, everyone, estimand, common)


def of_pilots(
    units: AssignedUnits, group: IntArray, estimand: Estimand, common: float, n_draws: int, rng: np.random.Generator
) -> list[SubgroupDraws | None]:
    """Draw the effects in groups of pilots that share all controls, such as starts or doses: all change places.

    Parameters
    ----------
    units, estimand, common, n_draws, rng
        As in `within_subgroup`.
    group : (n_units,)
        Codes 0, 1, … of the pilots' groups; whatever for controls.

    Returns
    -------
    list of SubgroupDraws or None
        By code.
    """
    pilot = units.label < units.n_cohorts
    cells, cell = np.unique(np.column_stack([group[pilot], units.label[pilot]]), axis=0, return_inverse=True)
    label = np.full(units.n_units, len(cells), dtype=np.int64)
    label[pilot] = cell.ravel()
    own = replace(_without(units, common), label=label, starts=units.starts[cells[:, 1]])
    drawn = CohortSums(own, drawn_assignments(label, len(cells), n_draws, rng))
    actual = CohortSums(own, actual_assignment(label, len(cells)))
    codes = range(int(group[pilot].max()) + 1)
    return [_subgroup(drawn, actual, np.flatnonzero(cells[:, 0] == code), estimand, common) for code in codes]


def _without(units: AssignedUnits, effect: float) -> AssignedUnits:
    return replace(units, paths=units.paths - effect * units.treated())


def _subgroup(
    drawn: CohortSums, actual: CohortSums, cohorts: IntArray, estimand: Estimand, common: float
) -> SubgroupDraws | None:
    """Estimate from some cohorts and the controls, in every draw and as it was."""
    units = drawn.units
    k, k_actual = (_coefficients(sums, cohorts, estimand) for sums in (drawn, actual))
    if not len(cohorts) or not np.isfinite(k_actual).all():
        return None
    member = np.isin(units.label, cohorts)
    treated = np.where(member[:, None], np.arange(units.n_periods) >= _start(units)[:, None], 0.0) * units.present
    estimate, slope = drawn.estimates(np.concatenate([units.paths, treated[None]]), k)
    scale, variance = np.ones(1), np.ones_like(estimate)
    if units.pre_periods >= FEWEST_PRE_PERIODS:
        scale, variance = pre_period_variance(actual, k_actual)[0], pre_period_variance(drawn, k)[0]
    return SubgroupDraws(
        observed=float(actual.estimates(units.paths, k_actual)[0, 0]) + common,
        scale=float(np.sqrt(scale[0])),
        common=common,
        estimate=estimate,
        variance=variance,
        slope=slope,
        n_pilots=int(member.sum()),
        n_controls=int((units.label == units.n_cohorts).sum()),
    )


def _start(units: AssignedUnits) -> IntArray:
    return np.append(units.starts, NEVER)[units.label]


def _coefficients(sums: CohortSums, cohorts: IntArray, estimand: Estimand) -> FloatArray:
    """Coefficients of an estimate that knows some of the cohorts only, zero for the others."""
    units, weight = sums.units, sums.weights().T
    chosen = np.append(cohorts, units.n_cohorts)
    if not len(cohorts):
        return np.zeros((1, units.n_cohorts + 1, units.n_periods))
    own = coefficients(
        estimand, weight[:, chosen], units.starts[cohorts], units.n_periods, units.anticipation, units.present
    )
    k = np.zeros((len(own), units.n_cohorts + 1, units.n_periods))
    k[:, chosen] = own
    return k[:1] if np.ptp(k, axis=0).max(initial=0.0) <= 1e-12 * np.abs(k).max() else k
