"""The imputation estimate without each of many groups of rows, all solved at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.inference.assigned_units import one_start_each
from pilotbook.estimate.inference.imputation_terms import ImputationTerms, imputed, solved
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import BoolArray, arrange


def estimates_without(
    y: ArrayLike,
    cohort: ArrayLike,
    left_out: BoolArray,
    *,
    estimand: Estimand,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> list[float | NotEstimable]:
    """Return the imputation estimate without each group of rows, and without any error.

    Parameters
    ----------
    y : (n_rows, n_periods)
        The outcome, NaN where missing.
    left_out : (n_groups, n_rows)
        The rows that each estimate does without.
    cohort, estimand, weights, cluster, anticipation
        As in `pilotbook.estimate.inference.incomplete.placebo_imputation`.

    References
    ----------
    Checked against `pilotbook.estimate.imputation.imputation` on the rows that are left.
    """
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return [sample] * len(left_out)
    observed = np.isfinite(sample.y[0])
    kept: BoolArray = ~left_out[:, sample.order]
    terms = ImputationTerms(sample, observed)
    fit = kept @ terms.fit(np.minimum(sample.onset, sample.n_periods))
    aims = kept @ terms.target(sample.cohort, estimand)
    found: list[float | NotEstimable] = []
    for rows, equations, sums in zip(kept, fit, aims, strict=True):
        rest = sample.keep(rows)
        refused = obstacle(rest, observed[rows], never_treated=True) or one_start_each(rest)
        found.append(refused or _estimate(equations, sums, observed[rows].any(axis=0)))
    return found


def _estimate(fit: FloatArray, aims: FloatArray, present: BoolArray) -> float | NotEstimable:
    try:
        estimate = float(imputed(aims[None], solved(fit[None], present[None]))[0, 0])
    except np.linalg.LinAlgError:
        return NotEstimable(Reason.COLLINEAR, "a period is left without an untreated unit")
    if np.isfinite(estimate):
        return estimate
    return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
