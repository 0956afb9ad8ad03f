"""What each row of a panel with missing cells adds to the equations of the imputation, for any start of its.

The normal equations, their right-hand sides and the sums over the cells that are imputed are sums over rows, of terms
that depend on the row and its start only. So an estimate with other starts, or without some rows, is another sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.inference.assignments import Assignments
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray, IntArray, Sample


@dataclass(frozen=True, eq=False)
class ImputationTerms:
    """The rows' parts in the imputation of one quantity.

    Attributes
    ----------
    sample
        One outcome.
    observed : (n_rows, n_periods)
        Cells with a value.
    estimand
        The quantity.
    """

    sample: Sample
    observed: BoolArray
    estimand: Estimand

    @property
    def _outcomes(self) -> FloatArray:
        """The outcome and the actual treatment dummy, zero where missing: (2, n_rows, n_periods)."""
        dummy = np.arange(self.sample.n_periods) >= self.sample.cohort[:, None]
        return np.where(self.observed, np.stack([np.nan_to_num(self.sample.y[0]), dummy]), 0.0)

    def estimates(self, assignments: Assignments) -> FloatArray:
        """Estimate of the outcome and of the treatment dummy in each assignment, (2, n_assignments)."""
        n_periods, cohorts = self.sample.n_periods, self.sample.cohorts
        controls = by_cluster(self.sample.cluster, self.fit(n_periods))
        fit = np.repeat(controls.sum(axis=0)[None], len(assignments), axis=0)
        fit -= assignments.treated @ controls
        aims = np.zeros((len(assignments), self.n_targets * (n_periods + 3)))
        for c, start in enumerate(cohorts):
            members = assignments.members(c)
            fit += members @ by_cluster(self.sample.cluster, self.fit(start - self.sample.anticipation))
            aims += members @ by_cluster(self.sample.cluster, self.target(start))
        return self.solved(fit, aims, self.observed.any(axis=0)[None])

    def solved(self, fit: FloatArray, aims: FloatArray, present: BoolArray) -> FloatArray:
        """Estimates (2, n) from sums of the rows' terms.

        Parameters
        ----------
        fit, aims
            Sums of what `fit` and `target` return, one row for each estimate.
        present : (n or 1, n_periods)
            Periods in which anything is observed.

        Raises
        ------
        LinAlgError
            If a period has no untreated unit.
        """
        n_periods = self.sample.n_periods
        absent = ~present[:, :, None] * np.eye(n_periods)
        gram = fit[:, : n_periods**2].reshape(-1, n_periods, n_periods) + absent
        right = fit[:, n_periods**2 :].reshape(-1, 2, n_periods)
        period = np.zeros_like(right)
        period[:, :, 1:] = np.linalg.solve(gram[:, 1:, 1:], right[:, :, 1:].swapaxes(1, 2)).swapaxes(1, 2)
        target = aims.reshape(-1, self.n_targets, n_periods + 3)
        imputed = np.einsum("bkt,bot->bok", target[:, :, 3:], period)
        size = target[:, None, :, 2]
        exists = size > 0
        effect = np.where(exists, target[:, :, :2].swapaxes(1, 2) - imputed, 0.0) / np.where(exists, size, 1.0)
        number = exists.sum(axis=2)
        return np.asarray(np.where(number > 0, effect.sum(axis=2) / np.maximum(number, 1), np.nan).T)

    def scaled(self, assignments: Assignments, own: FloatArray, actual: Assignments) -> FloatArray:
        """Variance of the estimate from the units' own variances (n_clusters,), (1, n_assignments)."""
        sample = self.sample
        weight = by_cluster(sample.cluster, sample.weights)
        facts = np.column_stack([weight, np.square(weight) * own])
        by_cohort = [assignments.members(c) @ facts for c in range(len(sample.cohorts))]
        by_cohort.append(facts.sum(axis=0) - assignments.treated @ facts)
        total = np.array([(actual.members(c) @ weight)[0] for c in range(len(sample.cohorts))])
        total = np.append(total, weight.sum() - total.sum())
        present: BoolArray = np.asarray(self.observed.any(axis=0))
        k = coefficients(self.estimand, total[None], sample.cohorts, sample.n_periods, sample.anticipation, present)[0]
        size = np.square(k).sum(axis=1)
        parts = (s * sums[:, 1] / np.square(sums[:, 0]) for s, sums in zip(size, by_cohort, strict=True))
        return np.asarray(sum(parts))[None]

    def _before(self, onset: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Untreated cells if the onset were this, (n_rows, n_periods), and each one's share in its row."""
        before = np.arange(self.sample.n_periods) < np.asarray(onset)[..., None]
        untreated = (self.observed & before).astype(np.float64)
        return untreated, untreated / np.maximum(untreated.sum(axis=1, keepdims=True), 1)

    def fit(self, onset: ArrayLike) -> FloatArray:
        """Normal equations and right-hand sides, (n_rows, n_periods² + 2 n_periods).

        Parameters
        ----------
        onset
            First period that may be affected: one for all, or (n_rows,).
        """
        untreated, share = self._before(onset)
        w, y = self.sample.weights, self._outcomes
        n_rows, n_periods = untreated.shape
        gram = untreated[:, :, None] * (np.eye(n_periods) - share[:, None, :])
        right = untreated * (y - (y * share).sum(axis=2, keepdims=True))
        flat = np.concatenate([gram.reshape(n_rows, -1), right.swapaxes(0, 1).reshape(n_rows, -1)], axis=1)
        return np.asarray(flat * w[:, None])

    def target(self, start: ArrayLike) -> FloatArray:
        """Sums over the target cells, (n_rows, n_targets · (outcome, dummy, weight, loads)).

        Parameters
        ----------
        start
            First treated period: one for all, or (n_rows,).
        """
        _, share = self._before(np.asarray(start) - self.sample.anticipation)
        has_past: BoolArray = np.asarray(share.any(axis=1))
        y, w = self._outcomes, self.sample.weights
        parts = []
        for cells in self._targets(start):
            chosen = (self.observed & cells & has_past[:, None]).astype(np.float64)
            n = chosen.sum(axis=1)
            level = (y * share).sum(axis=2)
            sums = (y * chosen).sum(axis=2) - n * level
            parts.append(np.column_stack([sums.T, n, chosen - n[:, None] * share]) * w[:, None])
        return np.concatenate(parts, axis=1)

    @property
    def n_targets(self) -> int:
        """Number of sets of target cells, over whose means the estimate is the mean."""
        window = self.estimand.window
        return 1 if window is None else window[1] - window[0] + 1

    def _targets(self, start: ArrayLike) -> list[BoolArray]:
        """Target cells of these starts: all treated ones, or one set for each event time of the window."""
        event_time = np.arange(self.sample.n_periods) - np.asarray(start)[..., None]
        if self.estimand.window is None:
            return [np.asarray(event_time >= 0)]
        return [np.asarray(event_time == e) for e in range(self.estimand.window[0], self.estimand.window[1] + 1)]


def by_cluster(cluster: IntArray, values: FloatArray) -> FloatArray:
    """Sum values of the rows over the rows of each assignment unit.

    Parameters
    ----------
    cluster : (n_rows,)
        Codes 0, 1, … of the assignment unit.
    values : (n_rows, ...)
        What is summed.
    """
    out = np.zeros((int(cluster.max()) + 1, *values.shape[1:]))
    np.add.at(out, cluster, values)
    return out
