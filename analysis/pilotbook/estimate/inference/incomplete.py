r"""Randomisation inference for the imputation estimator where cells are missing.

With missing cells an estimate is no longer a function of mean paths. But everything that the imputation solves, its
normal equations, right-hand sides and target sums, is still a sum over assignment units of terms that depend on the
unit and its start only: so each assignment unit's terms are computed once for each start that it could have had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.inference.assigned_units import one_start_each
from pilotbook.estimate.inference.assignments import Assignments, actual_assignment, placebo_assignments
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import FEWEST_PRE_PERIODS, DrawTest, Statistic, tests
from pilotbook.estimate.inference.scale import SHRINKAGE
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import BoolArray, IntArray, Sample, arrange


def randomisation_of_incomplete(
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
) -> tuple[DrawTest | NotEstimable]:
    """Test an imputation effect on one outcome whose cells may be missing.

    Parameters
    ----------
    y : (n_rows, n_periods)
        The outcome, NaN where missing.
    cohort, estimand, rng, weights, cluster, anticipation, n_draws, level
        As in `pilotbook.estimate.inference.randomisation.randomisation`; the estimand's form is imputation.
    statistic
        ``prescaled`` or ``coefficient``.

    Returns
    -------
    tuple of DrawTest or NotEstimable
        Of length one.

    Raises
    ------
    ValueError
        For another form or statistic, or too few draws.

    References
    ----------
    Checked by listing all assignments and running `pilotbook.estimate.imputation.imputation` on each.
    """
    if estimand.form != "imputation" or statistic == "studentised":
        raise ValueError("with missing cells: the imputation, by its coefficient or prescaled")
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return (sample,)
    return (_test(sample, estimand, statistic, n_draws, rng, level),)


def estimate_of_incomplete(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    estimand: Estimand,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> float | NotEstimable:
    """Return the imputation estimate alone, without any error: for the many samples of a leave-one-out.

    Parameters
    ----------
    y, cohort, estimand, weights, cluster, anticipation
        As in `randomisation_of_incomplete`.
    """
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return sample
    prepared = _prepared(sample)
    if isinstance(prepared, NotEstimable):
        return prepared
    sample, observed, label = prepared
    found = _Terms(sample, observed, estimand).estimates(actual_assignment(label, len(sample.cohorts)))[0, 0]
    if np.isfinite(found):
        return float(found)
    return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")


def _prepared(sample: Sample) -> tuple[Sample, BoolArray, IntArray] | NotEstimable:
    """Return units with an observation, the observed cells, and the cohort of each assignment unit."""
    observed = np.isfinite(sample.y[0])
    refused = obstacle(sample, observed, never_treated=True) or one_start_each(sample)
    if refused:
        return refused
    present = observed.any(axis=1)
    sample = sample.keep(present)
    first = np.unique(sample.cluster, return_index=True)[1]
    return sample, observed[present], np.searchsorted(sample.cohorts, sample.cohort[first]).astype(np.int64)


def _test(
    sample: Sample, estimand: Estimand, statistic: Statistic, n_draws: int, rng: np.random.Generator, level: float
) -> DrawTest | NotEstimable:
    prepared = _prepared(sample)
    if isinstance(prepared, NotEstimable):
        return prepared
    sample, observed, label = prepared
    before = max(int(sample.onset.min()), 0)
    if statistic == "prescaled" and before < FEWEST_PRE_PERIODS:
        return NotEstimable(Reason.NO_PRE_PERIOD, f"{before} periods before the first start are too few")
    assignments = placebo_assignments(label, len(sample.cohorts), n_draws, rng)
    terms = _Terms(sample, observed, estimand)
    try:
        draws = _draws(terms, assignments, actual_assignment(label, len(sample.cohorts)), statistic, before)
    except np.linalg.LinAlgError:
        return NotEstimable(Reason.COLLINEAR, "a placebo assignment leaves a period without an untreated unit")
    if not np.isfinite(draws.observed).all():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
    return tests(draws, sample.counts(observed), level)[0]


def _draws(
    terms: _Terms, assignments: Assignments, actual: Assignments, statistic: Statistic, before: int
) -> NullDraws:
    estimate, observed = terms.estimates(assignments), terms.estimates(actual)
    variance, scale = np.ones((1, len(assignments))), np.ones(1)
    if statistic == "prescaled":
        own = _own_variance(terms.sample, terms.observed, before)
        variance = terms.scaled(assignments, own, actual)
        scale = np.sqrt(terms.scaled(actual, own, actual)[:, 0])
    return NullDraws(
        observed=observed[0],
        scale=scale,
        estimate=np.nan_to_num(estimate[:1], nan=np.inf),
        slope=np.nan_to_num(estimate[1]),
        variance=variance,
        exact=assignments.exact,
    )


@dataclass(frozen=True, eq=False)
class _Terms:
    """Each assignment unit's part in the imputation, for every start it could have had."""

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
        controls = self._fit_terms(n_periods)
        fit = np.repeat(controls.sum(axis=0)[None], len(assignments), axis=0)
        fit -= assignments.treated() @ controls
        n_targets = len(self._targets(int(cohorts[0])))
        aims = np.zeros((len(assignments), n_targets * (n_periods + 3)))
        for c, start in enumerate(cohorts):
            members = assignments.members(c)
            fit += members @ self._fit_terms(int(start) - self.sample.anticipation)
            aims += members @ self._target_terms(int(start))
        absent = np.diag(~self.observed.any(axis=0)).astype(np.float64)
        gram = fit[:, : n_periods**2].reshape(-1, n_periods, n_periods) + absent
        right = fit[:, n_periods**2 :].reshape(-1, 2, n_periods)
        period = np.zeros_like(right)
        period[:, :, 1:] = np.linalg.solve(gram[:, 1:, 1:], right[:, :, 1:].swapaxes(1, 2)).swapaxes(1, 2)
        target = aims.reshape(-1, n_targets, n_periods + 3)
        imputed = np.einsum("bkt,bot->bok", target[:, :, 3:], period)
        size = target[:, None, :, 2]
        exists = size > 0
        effect = np.where(exists, target[:, :, :2].swapaxes(1, 2) - imputed, 0.0) / np.where(exists, size, 1.0)
        number = exists.sum(axis=2)
        return np.asarray(np.where(number > 0, effect.sum(axis=2) / np.maximum(number, 1), np.nan).T)

    def scaled(self, assignments: Assignments, own: FloatArray, actual: Assignments) -> FloatArray:
        """Variance of the estimate from the units' own variances (n_clusters,), (1, n_assignments)."""
        sample = self.sample
        weight = _by_cluster(sample.cluster, sample.weights)
        facts = np.column_stack([weight, np.square(weight) * own])
        by_cohort = [assignments.members(c) @ facts for c in range(len(sample.cohorts))]
        by_cohort.append(facts.sum(axis=0) - assignments.treated() @ facts)
        total = np.array([(actual.members(c) @ weight)[0] for c in range(len(sample.cohorts))])
        total = np.append(total, weight.sum() - total.sum())
        present: BoolArray = np.asarray(self.observed.any(axis=0))
        k = coefficients(self.estimand, total[None], sample.cohorts, sample.n_periods, sample.anticipation, present)[0]
        size = np.square(k).sum(axis=1)
        parts = (s * sums[:, 1] / np.square(sums[:, 0]) for s, sums in zip(size, by_cohort, strict=True))
        return np.asarray(sum(parts))[None]

    def _before(self, onset: int) -> tuple[FloatArray, FloatArray]:
        """Untreated cells if the onset were this, (n_rows, n_periods), and each one's share in its row."""
        untreated = (self.observed & (np.arange(self.sample.n_periods) < onset)).astype(np.float64)
        return untreated, untreated / np.maximum(untreated.sum(axis=1, keepdims=True), 1)

    def _fit_terms(self, onset: int) -> FloatArray:
        """Normal equations and right-hand sides by cluster, (n_clusters, n_periods² + 2 n_periods)."""
        untreated, share = self._before(onset)
        w, y = self.sample.weights, self._outcomes
        n_rows, n_periods = untreated.shape
        gram = untreated[:, :, None] * (np.eye(n_periods) - share[:, None, :])
        right = untreated * (y - (y * share).sum(axis=2, keepdims=True))
        flat = np.concatenate([gram.reshape(n_rows, -1), right.swapaxes(0, 1).reshape(n_rows, -1)], axis=1)
        return _by_cluster(self.sample.cluster, flat * w[:, None])

    def _target_terms(self, start: int) -> FloatArray:
        """Sums over the target cells by cluster: (n_clusters, n_targets · (outcome, dummy, weight, loads))."""
        _, share = self._before(start - self.sample.anticipation)
        has_past: BoolArray = np.asarray(share.any(axis=1))
        y, w = self._outcomes, self.sample.weights
        parts = []
        for cells in self._targets(start):
            chosen = (self.observed & cells & has_past[:, None]).astype(np.float64)
            n = chosen.sum(axis=1)
            level = (y * share).sum(axis=2)
            sums = (y * chosen).sum(axis=2) - n * level
            parts.append(np.column_stack([sums.T, n, chosen - n[:, None] * share]) * w[:, None])
        return _by_cluster(self.sample.cluster, np.concatenate(parts, axis=1))

    def _targets(self, start: int) -> list[BoolArray]:
        """Target cells for one start: all treated ones, or one set for each event time of the window."""
        event_time = np.arange(self.sample.n_periods) - start
        if self.estimand.window is None:
            return [np.asarray(event_time >= 0)]
        return [np.asarray(event_time == e) for e in range(self.estimand.window[0], self.estimand.window[1] + 1)]


def _own_variance(sample: Sample, observed: BoolArray, before: int) -> FloatArray:
    """Variance of each cluster's path before the first onset, (n_clusters,), a little shrunk to the mean."""
    known = observed[:, :before]
    y = np.where(known, np.nan_to_num(sample.y[0][:, :before]), 0.0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1), 0.0)
    weight = _by_cluster(sample.cluster, known * sample.weights[:, None])
    path = _by_cluster(sample.cluster, y * sample.weights[:, None]) / np.where(weight > 0, weight, 1.0)
    seen = weight > 0
    path = np.where(seen, path - path.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    n = np.maximum(seen.sum(axis=1), 2)
    path = np.where(seen, path - path.sum(axis=1, keepdims=True) / n[:, None], 0.0)
    own = np.square(path).sum(axis=1) / (n - 1)
    return np.asarray((1 - SHRINKAGE) * own + SHRINKAGE * own.mean())


def _by_cluster(cluster: IntArray, values: FloatArray) -> FloatArray:
    out = np.zeros((int(cluster.max()) + 1, *values.shape[1:]))
    np.add.at(out, cluster, values)
    return out
