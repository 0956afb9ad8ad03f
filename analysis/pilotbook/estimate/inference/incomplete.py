r"""Randomisation inference for the imputation estimator where cells are missing.

With missing cells an estimate is no longer a function of mean paths. But everything that the imputation solves is still
a sum over assignment units: so each one's terms are computed once for each start that it could have had.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.inference.assigned_units import one_start_each
from pilotbook.estimate.inference.assignments import Assignments, actual_assignment, placebo_assignments
from pilotbook.estimate.inference.imputation_terms import ImputationTerms, by_cluster
from pilotbook.estimate.inference.linear_form import Estimand
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
    terms = ImputationTerms(sample, observed, estimand)
    try:
        draws = _draws(terms, assignments, actual_assignment(label, len(sample.cohorts)), statistic, before)
    except np.linalg.LinAlgError:
        return NotEstimable(Reason.COLLINEAR, "a placebo assignment leaves a period without an untreated unit")
    if not np.isfinite(draws.observed).all():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
    return tests(draws, sample.counts(observed), level)[0]


def _draws(
    terms: ImputationTerms, assignments: Assignments, actual: Assignments, statistic: Statistic, before: int
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


def _own_variance(sample: Sample, observed: BoolArray, before: int) -> FloatArray:
    """Variance of each cluster's path before the first onset, (n_clusters,), a little shrunk to the mean."""
    known = observed[:, :before]
    y = np.where(known, np.nan_to_num(sample.y[0][:, :before]), 0.0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1), 0.0)
    weight = by_cluster(sample.cluster, known * sample.weights[:, None])
    path = by_cluster(sample.cluster, y * sample.weights[:, None]) / np.where(weight > 0, weight, 1.0)
    seen = weight > 0
    path = np.where(seen, path - path.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    n = np.maximum(seen.sum(axis=1), 2)
    path = np.where(seen, path - path.sum(axis=1, keepdims=True) / n[:, None], 0.0)
    own = np.square(path).sum(axis=1) / (n - 1)
    return np.asarray((1 - SHRINKAGE) * own + SHRINKAGE * own.mean())
