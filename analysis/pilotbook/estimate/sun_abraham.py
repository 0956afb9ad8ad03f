"""Sun and Abraham's event study: one coefficient per cohort and event time, then averaged."""

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


def sun_abraham(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    windows: Sequence[Window] = (),
) -> tuple[Path | NotEstimable, ...]:
    """Effects by event time from a regression saturated in cohort and event time.

    Controls are the never treated; without any, the last cohort before its start, and the window ends
    there. Shares of the cohorts at an event time are their shares of the (weighted) observations there,
    taken as fixed.

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
    windows
        Windows (first, last) of event times to average over, each event time counting once.

    Returns
    -------
    tuple of Path or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors; ``overall`` is the mean effect over
        all treated observations.

    References
    ----------
    Sun and Abraham (2021); checked against diff-diff.
    """
    return by_outcome(partial(_sun_abraham, windows=windows), y, cohort, weights, cluster, anticipation)


def _sun_abraham(
    sample: Sample, observed: BoolArray, n_rows: int, windows: Sequence[Window]
) -> list[Path | NotEstimable]:
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    sample, observed = _with_clean_controls(sample, observed)
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    reference = -1 - sample.anticipation
    cells, regressors = _saturated(sample, observed, reference)
    fit = fit_two_way(sample, observed, regressors)
    mass = _mass(sample, fit.used, cells)
    known = fit.estimable(fit.scaled(np.eye(len(cells)))) & (mass > 0)
    event_time = cells[:, 1]
    keys = tuple(int(e) for e in np.unique(event_time[known]))
    rows = np.array([_shares(known & (event_time == e), mass) for e in keys])
    after = _shares(known & (event_time >= 0), mass)
    means = [_plain_mean(rows, keys, window) for window in windows]
    effects, covariances = fit.effects(np.vstack([rows, after, *means]), n_rows)
    support = support_at(sample, fit.used, keys)
    n = len(keys)
    return [
        Path(
            keys=keys,
            effects=tuple(row[:n]),
            covariance={kind: matrix[:n, :n] for kind, matrix in covariance.items()},
            support=support,
            overall=row[n],
            averages=dict(zip(windows, row[n + 1 :], strict=True)),
            reference=reference,
        )
        for row, covariance in zip(effects, covariances, strict=True)
    ]


def _with_clean_controls(sample: Sample, observed: BoolArray) -> tuple[Sample, BoolArray]:
    """Drop units treated from the first period on; without never treated ones the last cohort stands in."""
    usable = sample.onset > 0
    sample, observed = sample.keep(usable), observed[usable]
    if (sample.cohort == NEVER).any():
        return sample, observed
    last = sample.cohort.max()
    end = int(last) - sample.anticipation
    cohort = np.where(sample.cohort == last, NEVER, sample.cohort)
    shortened = Sample(sample.y[:, :, :end], cohort, sample.weights, sample.cluster, sample.order, sample.anticipation)
    return shortened, observed[:, :end]


def _saturated(sample: Sample, observed: BoolArray, reference: int) -> tuple[IntArray, Regressors]:
    """Cells (cohort, event time), (n_cells, 2), and their dummies by cohort."""
    cohorts, pattern = np.unique(sample.cohort, return_inverse=True)
    periods = np.arange(sample.n_periods)
    cells, dummies = [], []
    for row, g in enumerate(cohorts[cohorts != NEVER]):
        present = observed[pattern == row].any(axis=0)
        for t in periods[present & (periods - g != reference)]:
            dummy = np.zeros((len(cohorts), sample.n_periods))
            dummy[row, t] = 1.0
            cells.append((int(g), int(t - g)))
            dummies.append(dummy)
    return np.array(cells), Regressors(np.stack(dummies, axis=2), pattern)


def _mass(sample: Sample, used: BoolArray, cells: IntArray) -> FloatArray:
    """Weighted number of observations in each cell."""
    return np.array([sample.weights[(sample.cohort == g) & used[:, g + e]].sum() for g, e in cells])


def _shares(chosen: BoolArray, mass: FloatArray) -> FloatArray:
    total = mass[chosen].sum()
    return np.where(chosen, mass / total if total > 0 else 0.0, 0.0)


def _plain_mean(rows: FloatArray, keys: tuple[int, ...], window: Window) -> FloatArray:
    inside = [window[0] <= key <= window[1] for key in keys]
    return np.asarray(rows[inside].mean(axis=0)) if any(inside) else np.zeros(rows.shape[1])
