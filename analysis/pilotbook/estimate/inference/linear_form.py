r"""Estimators as linear forms in the mean paths of the cohorts.

On a panel without missing cells each estimator is :math:`\hat\theta=\sum_c\langle K_c,\bar y_c\rangle`, where
:math:`\bar y_c` is the weighted mean path of cohort c (the controls are the last one) and the coefficients
:math:`K` depend on the starts and on the weight of each cohort only. So a placebo assignment costs a few sums, not an
estimation; with equal weights :math:`K` is the same for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray, IntArray

Form = Literal["imputation", "never_treated", "not_yet_treated", "two_way"]
"""Imputation; group-time effects against either set of controls; two-way fixed effects."""

Window = tuple[int, int]


@dataclass(frozen=True)
class Estimand:
    """Which estimate is meant.

    Attributes
    ----------
    form
        The estimator.
    window
        First and last event time, whose mean effects are averaged; None for the mean over all treated unit-periods
        (for two-way fixed effects: its coefficient).
    """

    form: Form
    window: Window | None = None


def coefficients(
    estimand: Estimand,
    cohort_weight: FloatArray,
    starts: IntArray,
    n_periods: int,
    anticipation: int,
    present: BoolArray | None = None,
) -> FloatArray:
    """Coefficients of an estimate on the cohorts' mean paths.

    Parameters
    ----------
    estimand
        Which estimate.
    cohort_weight : (n, n_cohorts + 1)
        Weight of each cohort in each of n assignments, the controls last.
    starts : (n_cohorts,)
        First treated period of each cohort.
    n_periods, anticipation
        Number of periods; those before the start that may be affected.
    present : (n_periods,), optional
        Periods that are observed, by default all.

    Returns
    -------
    (n, n_cohorts + 1, n_periods)
        They sum to zero over periods and over cohorts; NaN where the estimate does not exist.
    """
    onset = np.append(starts - anticipation, n_periods)
    observed = np.ones(n_periods, dtype=np.bool_) if present is None else present
    early = np.arange(n_periods) < onset[:, None]
    if estimand.form == "two_way":
        return _two_way(cohort_weight, ~early, observed)
    untreated = early & observed
    target = _target(estimand.window, cohort_weight, starts, untreated, observed)
    if estimand.form == "imputation":
        return _imputation(target, cohort_weight, untreated)
    if not untreated[np.arange(len(starts)), onset[:-1] - 1].all():
        return np.full_like(target, np.nan)
    return _group_time(target, cohort_weight, onset, not_yet=estimand.form == "not_yet_treated")


def _target(
    window: Window | None, cohort_weight: FloatArray, starts: IntArray, untreated: BoolArray, observed: BoolArray
) -> FloatArray:
    """Weight of each cohort and period in the estimate, (n, n_cohorts + 1, n_periods), summing to one."""
    n_periods = len(observed)
    event_time = np.where(observed, np.arange(n_periods) - starts[:, None], -n_periods)
    usable = np.append(untreated[:-1].any(axis=1), False)
    weight = np.where(usable, cohort_weight, 0.0)
    event_time = np.vstack([event_time, np.full(n_periods, -n_periods)])
    if window is None:
        target = weight[:, :, None] * (event_time >= 0)
        return np.asarray(target / target.sum(axis=(1, 2), keepdims=True))
    target = np.zeros((len(weight), *event_time.shape))
    reached = 0
    for event in range(window[0], window[1] + 1):
        here = (event_time == event) & usable[:, None]
        here[-1] = False
        if here.any():
            share = weight[:, :, None] * here
            target += share / share.sum(axis=(1, 2), keepdims=True)
            reached += 1
    return target / reached if reached else np.full_like(target, np.nan)


def _imputation(target: FloatArray, cohort_weight: FloatArray, untreated: BoolArray) -> FloatArray:
    """Target cells less their imputed values: unit and period effects of the untreated cells (weighted)."""
    share = untreated / np.maximum(untreated.sum(axis=1, keepdims=True), 1)
    demean = (np.eye(untreated.shape[1]) - share[:, None, :]) * untreated[:, :, None]
    gram = np.tensordot(cohort_weight, demean, axes=1) + np.diag(~untreated.any(axis=0)).astype(np.float64)
    total = target.sum(axis=2, keepdims=True)
    load = (target - total * share).sum(axis=1)
    period = np.zeros_like(load)
    period[:, 1:] = np.linalg.solve(gram[:, 1:, 1:], load[:, 1:, None])[:, :, 0]
    fitted = cohort_weight[:, :, None] * np.einsum("cts,ns->nct", np.swapaxes(demean, 1, 2), period)
    return np.asarray(target - total * share - fitted)


def _group_time(target: FloatArray, cohort_weight: FloatArray, onset: IntArray, *, not_yet: bool) -> FloatArray:
    """Change since the last period before the onset, less that of the controls."""
    out = target.copy()
    n_cohorts = len(onset) - 1
    for cohort, period in np.argwhere(np.abs(np.nan_to_num(target, nan=1.0)).sum(axis=0) > 0):
        weight = target[:, cohort, period]
        base = onset[cohort] - 1
        control = onset > max(period, base) if not_yet else np.arange(n_cohorts + 1) == n_cohorts
        control[cohort] = False
        share = np.where(control, cohort_weight, 0.0)
        with np.errstate(invalid="ignore"):  # without a control the form is NaN: the estimand does not exist
            share = share / share.sum(axis=1, keepdims=True) * weight[:, None]
        out[:, cohort, base] -= weight
        out[:, :, period] -= share
        out[:, :, base] += share
    return out


def _two_way(cohort_weight: FloatArray, treated: BoolArray, observed: BoolArray) -> FloatArray:
    """Treatment dummy with cohort and period means removed, scaled to its own variation."""
    d = np.where(observed, treated - treated[:, observed].mean(axis=1, keepdims=True), 0.0)
    share = cohort_weight / cohort_weight.sum(axis=1, keepdims=True)
    rest = d - np.einsum("nc,ct->nt", share, d)[:, None, :]
    weighted = cohort_weight[:, :, None] * rest
    return np.asarray(weighted / (weighted * rest).sum(axis=(1, 2), keepdims=True))
