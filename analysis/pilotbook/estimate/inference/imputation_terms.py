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
    """The rows' parts in the imputation of one outcome.

    Attributes
    ----------
    sample
        One outcome.
    observed : (n_rows, n_periods)
        Cells with a value.
    """

    sample: Sample
    observed: BoolArray

    @property
    def _outcomes(self) -> FloatArray:
        """The outcome and the actual treatment dummy, zero where missing: (2, n_rows, n_periods)."""
        dummy = np.arange(self.sample.n_periods) >= self.sample.cohort[:, None]
        return np.where(self.observed, np.stack([np.nan_to_num(self.sample.y[0]), dummy]), 0.0)

    def periods(self, assignments: Assignments) -> FloatArray:
        """Period effects of the outcome and of the treatment dummy in each assignment, (n_assignments, 2, n_periods).

        Raises
        ------
        LinAlgError
            If an assignment leaves a period without an untreated unit.
        """
        controls = by_cluster(self.sample.cluster, self.fit(self.sample.n_periods))
        fit = np.repeat(controls.sum(axis=0)[None], len(assignments), axis=0)
        fit -= assignments.treated @ controls
        for c, start in enumerate(self.sample.cohorts):
            onset = start - self.sample.anticipation
            fit += assignments.members(c) @ by_cluster(self.sample.cluster, self.fit(onset))
        present: BoolArray = np.asarray(self.observed.any(axis=0))
        return solved(fit, present[None])

    def estimates(self, assignments: Assignments, estimand: Estimand, periods: FloatArray) -> FloatArray:
        """Estimate of the outcome and of the treatment dummy in each assignment, (2, n_assignments).

        Parameters
        ----------
        assignments, estimand
            Who gets which start; the quantity.
        periods
            What `periods` returned.
        """
        aims = sum(
            assignments.members(c) @ by_cluster(self.sample.cluster, self.target(start, estimand))
            for c, start in enumerate(self.sample.cohorts)
        )
        return imputed(np.asarray(aims), periods)

    def scaled(self, assignments: Assignments, estimand: Estimand, own: FloatArray, actual: Assignments) -> FloatArray:
        """Variance of the estimate from the units' own variances (n_clusters,), (1, n_assignments)."""
        sample = self.sample
        weight = by_cluster(sample.cluster, sample.weights)
        facts = np.column_stack([weight, np.square(weight) * own])
        by_cohort = [assignments.members(c) @ facts for c in range(len(sample.cohorts))]
        by_cohort.append(facts.sum(axis=0) - assignments.treated @ facts)
        total = np.array([(actual.members(c) @ weight)[0] for c in range(len(sample.cohorts))])
        total = np.append(total, weight.sum() - total.sum())
        present: BoolArray = np.asarray(self.observed.any(axis=0))
        k = coefficients(estimand, total[None], sample.cohorts, sample.n_periods, sample.anticipation, present)[0]
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

    def target(self, start: ArrayLike, estimand: Estimand) -> FloatArray:
        """Sums over the target cells, (n_rows, n_targets · (outcome, dummy, weight, loads)).

        Parameters
        ----------
        start
            First treated period: one for all, or (n_rows,).
        estimand
            The quantity: a mean over all treated cells, or over the means of the event times of a window.
        """
        _, share = self._before(np.asarray(start) - self.sample.anticipation)
        has_past: BoolArray = np.asarray(share.any(axis=1))
        y, w = self._outcomes, self.sample.weights
        level = (y * share).sum(axis=2)
        parts = []
        for cells in self._targets(start, estimand):
            chosen = (self.observed & cells & has_past[:, None]).astype(np.float64)
            n = chosen.sum(axis=1)
            sums = (y * chosen).sum(axis=2) - n * level
            parts.append(np.column_stack([sums.T, n, chosen - n[:, None] * share]) * w[:, None])
        return np.concatenate(parts, axis=1)

    def _targets(self, start: ArrayLike, estimand: Estimand) -> list[BoolArray]:
        """Target cells of these starts: all treated ones, or one set for each event time of the window."""
        event_time = np.arange(self.sample.n_periods) - np.asarray(start)[..., None]
        if estimand.window is None:
            return [np.asarray(event_time >= 0)]
        return [np.asarray(event_time == e) for e in range(estimand.window[0], estimand.window[1] + 1)]


def solved(fit: FloatArray, present: BoolArray) -> FloatArray:
    """Return period effects (n, 2, n_periods), that of the first period being zero.

    Parameters
    ----------
    fit : (n, n_periods² + 2 n_periods)
        Sums over rows of what `ImputationTerms.fit` returns.
    present : (n or 1, n_periods)
        Periods in which anything is observed.

    Raises
    ------
    LinAlgError
        If a period has no untreated unit.
    """
    n_periods = present.shape[1]
    absent = ~present[:, :, None] * np.eye(n_periods)
    gram = fit[:, : n_periods**2].reshape(-1, n_periods, n_periods) + absent
    right = fit[:, n_periods**2 :].reshape(-1, 2, n_periods)
    period = np.zeros_like(right)
    period[:, :, 1:] = np.linalg.solve(gram[:, 1:, 1:], right[:, :, 1:].swapaxes(1, 2)).swapaxes(1, 2)
    return period


def imputed(aims: FloatArray, periods: FloatArray) -> FloatArray:
    """Return the estimates of outcome and dummy, (2, n): target cells less what is imputed for them.

    Parameters
    ----------
    aims : (n, n_targets · (n_periods + 3))
        Sums over rows of what `ImputationTerms.target` returns.
    periods : (n, 2, n_periods)
        What `solved` returned.
    """
    target = aims.reshape(len(aims), -1, periods.shape[2] + 3)
    expected = np.einsum("bkt,bot->bok", target[:, :, 3:], periods)
    size = target[:, None, :, 2]
    exists = size > 0
    effect = np.where(exists, target[:, :, :2].swapaxes(1, 2) - expected, 0.0) / np.where(exists, size, 1.0)
    number = exists.sum(axis=2)
    return np.asarray(np.where(number > 0, effect.sum(axis=2) / np.maximum(number, 1), np.nan).T)


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
