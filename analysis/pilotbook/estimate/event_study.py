"""The event-study regression: effects by periods since the start, with unit and period effects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, fit_two_way
from pilotbook.estimate.path import Path, support_at
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample

Window = tuple[int, int]


def event_study(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    bins: Window | None = None,
    windows: Sequence[Window] = (),
) -> tuple[Path | NotEstimable, ...]:
    """Effects by event time from a regression on event-time dummies, unit effects and period effects.

    The reference is the last period before the start (before anticipation). With a single cohort and
    never-treated controls each coefficient is a 2 × 2 against the reference; with several cohorts
    coefficients mix cohorts and event times, and `sun_abraham`, `callaway_santanna` or `imputation` should
    lead.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that may already be affected; moves the reference.
    bins
        First and last event time; everything beyond is pooled into these two. By default nothing is pooled.
    windows
        Windows (first, last) of event times to average over; an average leaves out event times that the
        data do not reach, and counts the reference as zero.

    Returns
    -------
    tuple of Path or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors.

    References
    ----------
    Freyaldenhoven et al. (2021); checked against pyfixest and the published Medicaid event study.
    """
    return by_outcome(partial(_event_study, bins=bins, windows=windows), y, cohort, weights, cluster, anticipation)


def _event_study(
    sample: Sample, observed: BoolArray, n_rows: int, bins: Window | None, windows: Sequence[Window]
) -> list[Path | NotEstimable]:
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    reference = -1 - sample.anticipation
    times, regressors = _event_dummies(sample, observed, bins, reference)
    contrasts = np.vstack([np.eye(len(times)), *(_average(times, window, reference) for window in windows)])
    fit = fit_two_way(sample, observed, regressors)
    effects, covariances = fit.effects(contrasts, n_rows)
    n = len(times)
    keys = tuple(int(time) for time in times)
    support = support_at(sample, fit.used, keys)
    return [
        Path(
            keys=keys,
            effects=tuple(row[:n]),
            covariance={kind: matrix[:n, :n] for kind, matrix in covariance.items()},
            support=support,
            averages=dict(zip(windows, row[n:], strict=True)),
            reference=reference,
        )
        for row, covariance in zip(effects, covariances, strict=True)
    ]


def _event_dummies(
    sample: Sample, observed: BoolArray, bins: Window | None, reference: int
) -> tuple[IntArray, Regressors]:
    """Event times that occur, without the reference, and their dummies by cohort."""
    cohorts, pattern = np.unique(sample.cohort, return_inverse=True)
    ever = (cohorts != NEVER)[:, None]
    event_time = np.where(ever, np.arange(sample.n_periods) - np.where(ever, cohorts[:, None], 0), reference)
    if bins is not None:
        event_time = np.where(ever, np.clip(event_time, *bins), reference)
    times = np.unique(event_time[pattern][observed])
    times = times[times != reference]
    return times, Regressors((event_time[:, :, None] == times).astype(np.float64), pattern)


def _average(times: IntArray, window: Window, reference: int) -> FloatArray:
    first, last = window
    inside = (times >= first) & (times <= last)
    return inside / max(1, int(inside.sum()) + int(first <= reference <= last))
