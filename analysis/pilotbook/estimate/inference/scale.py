"""What an estimate is divided by before it is compared with its draws."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.result import FloatArray

SHRINKAGE = 0.1
"""Share of the mean variance in each unit's own: a unit that hardly moved by chance must not decide alone."""


def pre_period_variance(sums: CohortSums, k: FloatArray) -> FloatArray:
    """Variance of the estimate in each assignment, up to a factor, from how variable its units were before.

    Parameters
    ----------
    sums
        The assignments.
    k : (n_assignments or 1, n_cohorts + 1, n_periods)
        Coefficients of the estimate.

    Returns
    -------
    (n_outcomes, n_assignments)
        Nothing of it depends on periods after the first onset, hence not on the effect either.
    """
    weighted = np.square(sums.units.weight) * own_variance(sums.units)
    factor = np.square(k).sum(axis=2).T / np.square(sums.weights())
    return np.asarray(sum(sums.over(weighted, cohort) * factor[cohort] for cohort in range(len(factor))))


def own_variance(units: AssignedUnits) -> FloatArray:
    """Variance of each unit's path before the first onset, (n_outcomes, n_units), a little shrunk to the mean."""
    before = units.before - units.before.mean(axis=2, keepdims=True)
    own = np.square(before).sum(axis=2) / (units.pre_periods - 1)
    return np.asarray((1 - SHRINKAGE) * own + SHRINKAGE * own.mean(axis=1, keepdims=True))


class Sums(Protocol):
    """Draws as sums over cohorts: of values, of squared values, and of facts of the units themselves."""

    @property
    def units(self) -> AssignedUnits:
        """The assignment units."""
        ...

    def over(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum values (..., n_units), as drawn, over the members of a cohort: (..., n_draws)."""
        ...

    def over_squares(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum products of two values, as drawn."""
        ...

    def size(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum what a draw leaves as it is."""
        ...

    def weights(self) -> FloatArray:
        """Weight of each cohort, (n_cohorts + 1, n_draws)."""
        ...


def cross_section_spread(
    sums: Sums, k: FloatArray, paths: FloatArray, estimate: FloatArray, treated: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Variance of the estimate from the spread of the units' own effects, as a quadratic in the effect.

    A pilot's own effect is :math:`\langle K_c,y_g-\bar y_0\rangle`; deviations are taken from what the common effect
    makes one expect, squared and summed with squared weights. With one start this is CRV1 without its factor.

    Parameters
    ----------
    sums
        The assignments.
    k : (1, n_cohorts + 1, n_periods)
        Coefficients by which own effects are measured.
    paths : (n_outcomes, n_units, n_periods)
        Outcomes of the assignment units.
    estimate : (n_outcomes + 1, n_assignments)
        Estimates of all outcomes, and of the actual treatment dummy as the last one.
    treated : (n_units, n_periods)
        That dummy, prepared like the paths.

    Returns
    -------
    variance, covariance : (n_outcomes, n_assignments)
        For no effect, and its cross term with the treatment dummy.
    curvature : (n_assignments,)
        That of the treatment dummy.
    """
    units, total = sums.units, sums.weights()
    paths = np.concatenate([paths, treated[None]])
    share = ((np.arange(units.n_periods) >= units.starts[:, None]) * k[0, :-1]).sum(axis=1)
    weight = units.weight
    square = np.square(weight)
    own, cross = np.zeros_like(estimate), np.zeros_like(estimate[:-1])
    effects = np.moveaxis(paths @ k[0].T, 2, 0)
    centres = sums.over(weight * effects, units.n_cohorts) / total[-1]
    for cohort, (z, centre) in enumerate(zip(effects, centres, strict=True)):
        if cohort < units.n_cohorts:
            centre = centre + share[cohort] * estimate
        linear = sums.over(square * z, cohort)
        size = sums.size(square, cohort)
        square_sum = sums.over_squares(square * z * z, cohort)
        cross_sum = sums.over_squares(square * z * z[-1], cohort)[:-1]
        scale = np.square(total[cohort])
        own += (square_sum - 2 * centre * linear + centre * centre * size) / scale
        outcome, treatment = centre[:-1], centre[-1]
        cross += (cross_sum - outcome * linear[-1] - treatment * linear[:-1] + outcome * treatment * size) / scale
    own = np.maximum(own, 0.0)
    return own[:-1], cross, own[-1]
