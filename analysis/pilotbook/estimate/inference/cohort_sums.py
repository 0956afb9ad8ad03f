"""Sums over the members of each cohort in each placebo assignment: all that an assignment's estimate needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import Assignments
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.result import FloatArray

CHUNK = 4_000_000
"""Numbers held at a time where the coefficients differ between assignments."""


@dataclass(frozen=True, eq=False)
class CohortSums:
    """Placebo assignments of a set of assignment units.

    Attributes
    ----------
    units
        The assignment units.
    assignments
        Who gets which start.
    """

    units: AssignedUnits
    assignments: Assignments

    def over(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum values (..., n_units) over the members of a cohort in each assignment: (..., n_assignments)."""
        flat = np.ascontiguousarray(values.reshape(-1, values.shape[-1]).T)
        if cohort < self.units.n_cohorts:
            sums = self.assignments.members(cohort) @ flat
        else:
            sums = flat.sum(axis=0) - self.assignments.treated @ flat
        return np.asarray(sums.T.reshape(*values.shape[:-1], len(self.assignments)))

    def over_squares(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum products of values: an assignment changes who is a member, not the values."""
        return self.over(values, cohort)

    def size(self, values: FloatArray, cohort: int) -> FloatArray:
        """Sum facts of the units."""
        return self.over(values, cohort)

    def weights(self) -> FloatArray:
        """Weight of each cohort, (n_cohorts + 1, n_assignments)."""
        return self._weights

    @cached_property
    def _weights(self) -> FloatArray:
        units, chosen = self.units, self.assignments.label
        if np.ptp(units.weight) > 0:
            return np.array([self.over(units.weight, c) for c in range(units.n_cohorts + 1)])
        size = np.bincount(chosen, minlength=units.n_cohorts + 1)
        size[units.n_cohorts] = units.n_units - len(chosen)
        return np.repeat(size[:, None] * units.weight[0], len(self.assignments), axis=1)

    @cached_property
    def _different_weights(self) -> FloatArray:
        """Weight of each cohort, (n_assignments, n_cohorts + 1), or (1, …) if it is the same in all assignments."""
        weight = self.weights().T
        return weight[:1] if np.ptp(weight, axis=0).max() <= 1e-9 * weight.max() else weight

    def coefficients(self, estimand: Estimand) -> FloatArray:
        """Coefficients of the estimate in each assignment, or (1, …) if they are the same in all."""
        units, weight = self.units, self._different_weights
        k = coefficients(estimand, weight, units.starts, units.n_periods, units.anticipation, units.present)
        return k[:1] if len(k) > 1 and np.ptp(k, axis=0).max(initial=0.0) <= 1e-12 * np.abs(k).max() else k

    def estimates(self, paths: FloatArray, k: FloatArray) -> FloatArray:
        """Estimate in each assignment, (n_outcomes, n_assignments).

        Parameters
        ----------
        paths : (n_outcomes, n_units, n_periods)
            Outcomes of the assignment units.
        k : (n_assignments or 1, n_cohorts + 1, n_periods)
            What `coefficients` returned.
        """
        weighted = paths * self.units.weight[:, None]
        total = self.weights()
        if len(k) == 1:
            return np.asarray(sum(self.over(weighted @ k[0, c], c) / total[c] for c in range(len(total))))
        return self._with_own_coefficients(weighted, k / total.T[:, :, None])

    def estimates_of_each(self, paths: FloatArray, each: Sequence[FloatArray]) -> FloatArray:
        """Estimates of several quantities, (n_quantities, n_outcomes, n_assignments), in one product where that can be.

        Parameters
        ----------
        paths
            As in `estimates`.
        each
            What `coefficients` returned for each quantity.
        """
        if any(len(k) > 1 for k in each):
            return np.stack([self.estimates(paths, k) for k in each])
        weighted, common = paths * self.units.weight[:, None], np.concatenate(each)
        by_cohort = (self.over(np.moveaxis(weighted @ common[:, c].T, 2, 0), c) for c in range(common.shape[1]))
        return np.ascontiguousarray(sum(sums / total for sums, total in zip(by_cohort, self.weights(), strict=True)))

    def _with_own_coefficients(self, weighted: FloatArray, k: FloatArray) -> FloatArray:
        """Estimates whose coefficients differ between assignments, some assignments at a time."""
        n_outcomes, n_units, n_periods = weighted.shape
        flat = np.ascontiguousarray(weighted.transpose(1, 0, 2).reshape(n_units, -1))
        members = [self.assignments.members(c) for c in range(self.units.n_cohorts)]
        everyone = weighted.sum(axis=1)
        out = np.einsum("ot,bt->ob", everyone, k[:, -1])
        size = max(CHUNK // (n_outcomes * n_periods), 1)
        for first in range(0, len(self.assignments), size):
            part = slice(first, first + size)
            for cohort, member in enumerate(members):
                sums = (member[part] @ flat).reshape(-1, n_outcomes, n_periods)
                out[:, part] += np.einsum("bot,bt->ob", sums, k[part, cohort] - k[part, -1])
        return np.asarray(out)
