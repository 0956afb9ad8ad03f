"""The plan's estimator names, and what each of them gives for a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.design.plan import Analysis, EstimatorName
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.path import Path
from pilotbook.estimate.poisson import poisson
from pilotbook.estimate.result import Effect, NotEstimable, Reason
from pilotbook.estimate.sun_abraham import sun_abraham
from pilotbook.estimate.synthetic import synthetic_did
from pilotbook.estimate.twfe import twfe
from pilotbook.estimate.two_by_two import two_by_two
from pilotbook.evaluate.ledger import LOG_EFFECT
from pilotbook.evaluate.sample import AnalysisSample

MOST_SYNTHETIC = 5
"""With more assigned pilots than this, controls weighted to trace them add little, and placebos run out."""


@dataclass(frozen=True, slots=True)
class PlaceboRank:
    """The p value by rank among placebo assignments, the smallest possible one, and the number of placebos."""

    p: float
    smallest: float
    draws: int


@dataclass(frozen=True, slots=True)
class Estimand:
    """One quantity that an analysis gives.

    Attributes
    ----------
    name, spec
        What it is, and what distinguishes it from others of the same name.
    effect
        Its value, or why there is none.
    n_pilots, n_cohorts
        Pilot counties and cohorts behind it, where they are fewer than the analysis has.
    path
        The path of effects by event time that it is a point of.
    rank
        Its place among placebos, for estimators that bring their own test.
    """

    name: str
    spec: dict[str, str]
    effect: Effect | NotEstimable
    n_pilots: int | None = None
    n_cohorts: int | None = None
    path: Path | None = None
    rank: PlaceboRank | None = None


Estimator = Callable[[AnalysisSample, Analysis, bool], Iterator[Estimand]]
"""From sample, analysis and whether to cluster by assigned unit (or else by county) to quantities."""


def estimands(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    """Run the estimator of an analysis and name what it gives."""
    yield from ESTIMATORS[analysis.estimator](sample, analysis, by_assignment)


class _Design(TypedDict):
    """What every estimator is told of a sample besides outcome and cohort."""

    weights: NDArray[np.float64] | None
    cluster: NDArray[np.intp]
    anticipation: int


def _design(sample: AnalysisSample, by_assignment: bool) -> _Design:
    return {
        "weights": sample.weights,
        "cluster": _cluster(sample, by_assignment),
        "anticipation": sample.anticipation,
    }


def _two_by_two(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    pre, post = (pd.Period(text, freq=sample.periods[0].freqstr) for text in (analysis.pre, analysis.post))
    spec = {"pre": str(pre), "post": str(post)}
    if post not in sample.periods:
        detail = f"the report ends in {sample.periods[-1]}, before the period {post} that is compared"
        yield Estimand("att", spec, NotEstimable(Reason.NO_POST_PERIOD, detail))
        return
    pair = sample.between(pre, post)
    (result,) = two_by_two(pair.y, pair.cohort, **_design(pair, by_assignment))
    yield Estimand("att", spec, result if isinstance(result, NotEstimable) else result.effect)


def _twfe(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = twfe(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
    )
    yield Estimand("att", {}, result)


def _extended_twfe(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = extended_twfe(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
    )
    yield Estimand("att", {}, result)


def _poisson(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    """Give the log of the rate ratio; a ratio is a count with its denominator as exposure.

    A count weighs a county by its exposure besides its weight; divided by the mean exposure, the weights mean what
    they mean in every other analysis.
    """
    count, weights = sample.y, sample.weights
    if sample.exposure is not None:
        count = sample.y * sample.exposure
        known = np.isfinite(sample.exposure)
        total = np.where(known, sample.exposure, 0).sum(axis=1)
        weights = sample.weight() * np.maximum(known.sum(axis=1), 1) / np.where(total > 0, total, 1)
    (result,) = poisson(
        count,
        sample.cohort,
        exposure=sample.exposure,
        weights=weights,
        cluster=_cluster(sample, by_assignment),
        anticipation=sample.anticipation,
    )
    yield Estimand(LOG_EFFECT, {}, result)


def _sun_abraham(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = sun_abraham(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
        windows=_windows(analysis),
    )
    if isinstance(result, NotEstimable) or result.overall is None:
        refused = result if isinstance(result, NotEstimable) else NotEstimable(Reason.NO_POST_PERIOD, "no period after")
        yield Estimand("att", {}, refused)
        return
    yield Estimand("att", {}, result.overall)
    yield from _path(result, analysis)


def _synthetic_did(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    refused = _refused_synthetic(sample)
    if refused is not None:
        yield Estimand("att", {}, refused)
        return
    (result,) = synthetic_did(
        sample.y,
        sample.cohort,
        rng=np.random.default_rng(sample.seed),
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
    )
    if isinstance(result, NotEstimable):
        yield Estimand("att", {}, result)
        return
    draws = len(result.placebo)
    yield Estimand("att", {}, result.effect, rank=PlaceboRank(result.rank_p, 1 / (1 + draws), draws))


def _refused_synthetic(sample: AnalysisSample) -> NotEstimable | None:
    pilots = sample.pilots
    if len(np.unique(sample.cohort[pilots])) > 1:
        detail = "synthetic comparisons have one start date; name one in the analysis's `cohorts`"
        return NotEstimable(Reason.COLLINEAR, detail)
    if len(np.unique(sample.assignment[pilots])) > MOST_SYNTHETIC:
        return NotEstimable(Reason.NO_CONTROLS, "synthetic comparisons are for five or fewer assigned pilots")
    return None


def _event_study(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = event_study(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
        windows=_windows(analysis),
    )
    yield from _path(result, analysis)


def _callaway_santanna(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = callaway_santanna(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
        controls="never" if analysis.controls == "never_treated" else "not_yet",
    )
    if isinstance(result, NotEstimable):
        yield Estimand("att", {}, result)
        return
    yield Estimand("att", {}, result.simple())
    yield from _path(result.by_event_time(_windows(analysis)), analysis)
    yield from _cohorts(result.by_cohort(), sample)


def _imputation(sample: AnalysisSample, analysis: Analysis, by_assignment: bool) -> Iterator[Estimand]:
    (result,) = imputation(
        sample.y,
        sample.cohort,
        **_design(sample, by_assignment),
        windows=_windows(analysis),
    )
    if isinstance(result, NotEstimable):
        yield Estimand("att", {}, result)
        return
    yield Estimand("att", {}, result.overall)
    yield from _path(result.event_time, analysis)
    yield from _cohorts(result.cohort, sample)


ESTIMATORS: dict[EstimatorName, Estimator] = {
    "two_by_two": _two_by_two,
    "twfe": _twfe,
    "extended_twfe": _extended_twfe,
    "event_study": _event_study,
    "sun_abraham": _sun_abraham,
    "callaway_santanna": _callaway_santanna,
    "imputation": _imputation,
    "poisson": _poisson,
    "synthetic_did": _synthetic_did,
}


def _path(path: Path | NotEstimable, analysis: Analysis) -> Iterator[Estimand]:
    """Give the average over the plan's event times, then every event time."""
    if isinstance(path, NotEstimable):
        yield Estimand("att_event_time", {}, path)
        return
    for (first, last), effect in path.averages.items():
        yield Estimand("att_average", {"event_times": f"{first}..{last}"}, effect)
    for key, effect, support in zip(path.keys, path.effects, path.support, strict=True):
        spec = {"event_time": str(key)}
        yield Estimand("att_event_time", spec, effect, support.n_pilots, support.n_cohorts, path)


def _cohorts(path: Path, sample: AnalysisSample) -> Iterator[Estimand]:
    """Give the effect on each cohort, where there are several."""
    if len(path.keys) < 2:
        return
    for key, effect, support in zip(path.keys, path.effects, path.support, strict=True):
        spec = {"cohort": str(sample.periods[key])}
        yield Estimand("att_cohort", spec, effect, support.n_pilots, support.n_cohorts)


def _windows(analysis: Analysis) -> tuple[tuple[int, int], ...]:
    return () if analysis.average is None else (analysis.average,)


def _cluster(sample: AnalysisSample, by_assignment: bool) -> NDArray[np.intp]:
    return sample.assignment if by_assignment else sample.county
