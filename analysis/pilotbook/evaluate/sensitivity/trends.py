"""Trends before the start: a test that the design permits, what it would have missed, and what that would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.path import Path
from pilotbook.estimate.result import Effect, FloatArray, NotEstimable, StandardError
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.pretrends import PreTrend, joint_test, randomisation_test
from pilotbook.evaluate.ledger import IMPORTANT, Row
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.sensitivity.examination import Examination
from pilotbook.evaluate.shared_draws import placebos

DRAWS = 4_999
FIRST_PERIODS = 4
FEWEST_FOR_COVARIANCE = 10
"""Assigned pilots from which coefficients before the start have a covariance that anything can rest on."""

LEAST_SPARE = 2
"""Degrees of freedom of that covariance for each coefficient that a joint test needs; docs/methods/inference.md."""

JOINT = "joint Wald test"
NOT_FOUND = "no linear trend, however steep, would be found four times in five"


def event_path(examination: Examination) -> Path | NotEstimable:
    """Return group-time effects against the last period before the start, by event time."""
    sample = examination.sample
    (found,) = callaway_santanna(
        sample.y,
        sample.cohort,
        weights=sample.weights,
        cluster=sample.assignment,
        controls="never",
        base="universal",
        anticipation=sample.anticipation,
    )
    return found if isinstance(found, NotEstimable) else found.by_event_time()


def assigned_pilots(examination: Examination) -> int:
    """Return the number of assigned units with the reform."""
    sample = examination.sample
    return len(np.unique(sample.assignment[sample.pilots]))


def estimates_around_start(examination: Examination, path: Path) -> tuple[EventEstimates, list[int]]:
    """Coefficients before the start and of the first periods after it, where every cohort is observed."""
    events = [event for event in _supported(examination, path) if event < FIRST_PERIODS]
    at = [path.keys.index(event) for event in events]
    values = np.array([effect.estimate for i in at if isinstance(effect := path.effects[i], Effect)])
    covariance = next(iter(path.covariance.values()))[np.ix_(at, at)]
    n = sum(event < -1 for event in events)
    return EventEstimates(values[:n], values[n:], covariance), events[:n]


def _supported(examination: Examination, path: Path) -> list[int]:
    """Event times that every cohort reaches, the reference left out."""
    sample = examination.sample
    n_cohorts = len(np.unique(sample.cohort[sample.pilots]))
    return [
        event
        for event, effect, support in zip(path.keys, path.effects, path.support, strict=True)
        if event != -1 and support.n_cohorts == n_cohorts and isinstance(effect, Effect)
    ]


def trend_rows(examination: Examination, path: Path | NotEstimable) -> Iterator[Row]:
    """Give the test, the largest coefficient, the slope, the trend that would be missed and the bias it would cause."""
    found, method = _test(examination, path)
    test = examination.without_unit("pre_trend", complete=method != JOINT)
    if isinstance(found, NotEstimable):
        yield replace(test, reason=found.detail)
        return
    yield replace(test, estimate=found.statistic, p=found.p, p_method=method, p_smallest=found.smallest_p or None)
    slope = examination.row("pre_trend_detectable", complete=bool(test.flags))
    bounded = bool(np.isfinite(found.detectable_slope))
    yield replace(slope, estimate=found.detectable_slope) if bounded else replace(slope, reason=NOT_FOUND)
    if isinstance(path, NotEstimable):
        return
    yield from _coefficients(examination, path)
    if bounded:
        bias = found.detectable_slope * _distance(examination)
        yield replace(examination.row("pre_trend_missed_bias"), estimate=bias)
        missed = examination.row("pre_trend_missed_bias", measure="important")
        yield replace(missed, unit=IMPORTANT, estimate=bias / examination.outcome.minimum_important_effect)


def _test(examination: Examination, path: Path | NotEstimable) -> tuple[PreTrend | NotEstimable, str]:
    if isinstance(path, NotEstimable):
        return path, ""
    estimates, before = estimates_around_start(examination, path)
    n, df = estimates.n_before, degrees_of_freedom(examination)
    covariance = estimates.covariance[:n, :n]
    few = assigned_pilots(examination) < FEWEST_FOR_COVARIANCE
    if not few and df >= LEAST_SPARE * n and np.isfinite(covariance).all():
        return joint_test(estimates.before, covariance, before, df, examination.level), JOINT
    units = examination.units
    if isinstance(units, NotEstimable):
        return units, ""
    drawn = placebos(units, DRAWS, examination.sample.seed)
    (found,) = randomisation_test(units, before, drawn, examination.level)
    return found, "randomisation, largest studentised coefficient"


def degrees_of_freedom(examination: Examination) -> float:
    """Return those of a difference between the smallest cohort and the controls after Welch and Satterthwaite.

    A covariance that is mostly the pilots' has no more than their number; that of all units together would let a joint
    test reject parallel trends of 12 pilots among 100 every other time. Each cohort has a variance of its own to be
    estimated: with 15 coefficients, two cohorts of 20 among 120 rejected 15 % of true nulls, two of 60 among 240 4 %.
    Units of unequal weight count as fewer (Kish).
    """
    sample = examination.sample
    cohorts = [sample.cohort == start for start in np.unique(sample.cohort[sample.pilots])]
    sizes = (min(_effective(sample, arm) for arm in cohorts), _effective(sample, ~sample.pilots))
    return sum(1 / n for n in sizes) ** 2 / sum(1 / n**2 / max(n - 1, 1) for n in sizes)


def _effective(sample: AnalysisSample, arm: NDArray[np.bool_]) -> float:
    """Return how many equal assigned units those of an arm (n,) are worth."""
    weight = np.bincount(sample.assignment[arm], weights=sample.weight()[arm])
    return float(weight.sum() ** 2 / np.square(weight).sum())


def _coefficients(examination: Examination, path: Path) -> Iterator[Row]:
    """Give the largest coefficient before the start in smallest important effects, and their slope."""
    estimates, before = estimates_around_start(examination, path)
    if not before:
        return
    size = float(np.abs(estimates.before).max()) / examination.outcome.minimum_important_effect
    yield replace(examination.row("pre_trend_largest"), unit=IMPORTANT, estimate=size)
    time = np.array([*before, -1], dtype=np.float64)
    load: FloatArray = (time - time.mean()) / np.square(time - time.mean()).sum()
    row = replace(examination.row("pre_trend_slope"), estimate=float(load[:-1] @ estimates.before))
    n = estimates.n_before
    variance = float(load[:-1] @ estimates.covariance[:n, :n] @ load[:-1])
    few = assigned_pilots(examination) < FEWEST_FOR_COVARIANCE
    if few or not np.isfinite(variance):
        yield replace(row, reason="fewer than ten assigned pilots: the slope has no error of its own")
        return
    error = StandardError(float(np.sqrt(variance)), degrees_of_freedom(examination))
    low, high = error.interval(row.estimate or 0.0, examination.level)
    yield replace(row, ci_low=low, ci_high=high, level=examination.level)


def _distance(examination: Examination) -> float:
    """Periods from the reference to the last of the effect's horizon: how far a trend would have gone on."""
    spec, sample = examination.lead.spec, examination.sample
    if "event_times" in spec:
        return float(spec["event_times"].split("..")[1]) + 1
    return float(len(sample.periods) - int(sample.cohort[sample.pilots].min()))
