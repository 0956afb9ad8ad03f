"""The headline's question answered in other defensible ways: one choice is changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import Analysis, AnalysisPlan
from pilotbook.design.scope import left_out
from pilotbook.estimate.sample import NEVER
from pilotbook.evaluate.ledger import IMPORTANT, Row
from pilotbook.evaluate.places import prefectures
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.sensitivity.again import ask
from pilotbook.evaluate.sensitivity.examination import Examination
from pilotbook.evaluate.sensitivity.left_out import PROVINCE

ESTIMAND = "specification"
SHIFT = "specification_shift"
"""By how much a specification moves the effect, in smallest important effects; of those with a bound on it."""

EPIDEMIC_YEARS = range(2020, 2023)
"""Years of the epidemic, for plans that do not name its periods."""

TRIMMED = 1, 99
"""Percentiles that values beyond them are set to."""

NO_EPIDEMIC = "the data have no period of the epidemic"
NO_DATES = "a comparison of two periods has no other start"


@dataclass(frozen=True, slots=True)
class Specification:
    """One choice changed: the counties, periods or values, and the analysis; or why it cannot be changed."""

    name: str
    sample: AnalysisSample | None
    analysis: Analysis | None = None
    why_not: str | None = None


Change = Callable[[Examination], "AnalysisSample | str | None"]
"""To the sample of a specification, the reason why there is none, or None where there is nothing to change."""


def specification_rows(examination: Examination, rows: list[Row]) -> Iterator[Row]:
    """Answer the question in every other way; a way that is not open here has a row that says why.

    Parameters
    ----------
    examination
        The headline.
    rows
        The rows of its leave-one-out, whose extremes among the provinces are specifications too.
    """
    for specification in _specifications(examination, rows):
        row = examination.row(ESTIMAND, specification=specification.name)
        if specification.sample is None:
            yield replace(row, reason=specification.why_not)
            continue
        answer = ask(examination, specification.sample, specification.analysis)
        yield answer.into(row, examination.level)
        if specification.name.startswith("anticipation_") and answer.estimate is not None:
            shift = (answer.estimate - examination.estimate) / examination.outcome.minimum_important_effect
            moved = examination.row(SHIFT, specification=specification.name)
            yield replace(moved, unit=IMPORTANT, estimate=shift)


def _specifications(examination: Examination, rows: list[Row]) -> Iterator[Specification]:
    yield from _estimators(examination)
    for name, change in CHANGES.items():
        found = change(examination)
        if isinstance(found, str):
            yield Specification(name, None, why_not=found)
        elif found is not None:
            yield Specification(name, found)
    yield from _extreme_provinces(examination, rows)


def _estimators(examination: Examination) -> Iterator[Specification]:
    """Other estimators of the same effect that the plan does not run anyway."""
    question, sample = examination.question, examination.sample
    own = {a.estimator for a in question.plan.analyses if a.cohorts == question.analysis.cohorts}
    if question.analysis.estimator == "two_by_two":
        return
    staggered = len(np.unique(sample.cohort[sample.pilots])) > 1
    for name in ("imputation", "callaway_santanna", "twfe"):
        if name in own or (name == "twfe" and staggered):
            continue
        changed = {"estimator": name, "average": None if name == "twfe" else question.analysis.average}
        yield Specification(name, sample, question.analysis.model_copy(update=changed))


def _without_epidemic(examination: Examination) -> AnalysisSample | str | None:
    plan, sample = examination.question.plan, examination.sample
    if plan.covid is not None and plan.covid.policy == "drop":
        return None
    if examination.question.analysis.estimator == "two_by_two":
        return NO_DATES
    if plan.covid is not None:
        first, last = (examination.panel.period(text) for text in (plan.covid.first, plan.covid.last))
        epidemic = np.asarray([first <= period <= last for period in sample.periods])
    else:
        epidemic = np.asarray([period.year in EPIDEMIC_YEARS for period in sample.periods])
    if not epidemic.any():
        return NO_EPIDEMIC
    return replace(sample, y=np.where(epidemic, np.nan, sample.y))


def _with_epidemic(examination: Examination) -> AnalysisSample | None:
    plan = examination.question.plan
    if plan.covid is None or plan.covid.policy == "keep":
        return None
    return _of_another_plan(examination, plan.model_copy(update={"covid": None}))


def _without_price_index(examination: Examination) -> AnalysisSample | None:
    if not examination.outcome.deflate:
        return None
    return _of_another_plan(examination, examination.question.plan.model_copy(update={"deflator": None}))


def _of_another_plan(examination: Examination, plan: AnalysisPlan) -> AnalysisSample:
    """Return the sample with the values that another plan would have read; of the same counties."""
    panel, sample = examination.panel, examination.sample
    position = {name: i for i, name in enumerate(panel.units)}
    chosen = [position[str(name)] for name in sample.names]
    values = np.where(left_out(plan, panel), np.nan, outcome_matrix(plan, examination.outcome, panel))
    return replace(sample, y=values[chosen])


def _trimmed(examination: Examination) -> AnalysisSample:
    sample = examination.sample
    low, high = np.nanpercentile(sample.y, TRIMMED)
    return replace(sample, y=np.clip(sample.y, low, high))


def _started(examination: Examination, later: int) -> AnalysisSample | str:
    sample = examination.sample
    if examination.question.analysis.estimator == "two_by_two":
        return NO_DATES
    start = np.where(sample.pilots, np.where(sample.pilots, sample.cohort, 0) + later, NEVER)
    if start[sample.pilots].min() < 1 or start[sample.pilots].max() >= len(sample.periods):
        return "a start would lie outside the panel"
    return replace(sample, cohort=start)


def _anticipated(examination: Examination, periods: int) -> AnalysisSample | str:
    sample = examination.sample
    if examination.question.analysis.estimator == "two_by_two":
        return NO_DATES
    if int(sample.cohort[sample.pilots].min()) - sample.anticipation - periods < 1:
        return "no period would be left before the start"
    return replace(sample, anticipation=sample.anticipation + periods)


def _in_province(examination: Examination) -> AnalysisSample | str:
    return _controls(examination, examination.provinces, beside=True)


def _away(examination: Examination) -> AnalysisSample | str:
    return _controls(examination, prefectures(examination.sample), beside=False)


def _controls(examination: Examination, place: NDArray[np.str_] | None, *, beside: bool) -> AnalysisSample | str:
    """Keep the controls that lie in a place with a pilot, or those that do not."""
    sample = examination.sample
    if place is None:
        return "it is not known where the counties lie"
    chosen = np.isin(place, place[sample.pilots]) == beside
    if chosen[~sample.pilots].all():
        return "all controls lie there" if beside else "no control lies there"
    if not chosen[~sample.pilots].any():
        return "no control would be left"
    return sample.only(chosen | sample.pilots)


CHANGES: dict[str, Change] = {
    "without_epidemic": _without_epidemic,
    "with_epidemic": _with_epidemic,
    "without_price_index": _without_price_index,
    "trimmed": _trimmed,
    "start_earlier": lambda examination: _started(examination, -1),
    "start_later": lambda examination: _started(examination, 1),
    "anticipation_1": lambda examination: _anticipated(examination, 1),
    "anticipation_2": lambda examination: _anticipated(examination, 2),
    "controls_in_province": _in_province,
    "controls_away": _away,
}
"""What is changed, by the name that the ledger gives it."""


def _extreme_provinces(examination: Examination, rows: list[Row]) -> Iterator[Specification]:
    """The two provinces whose omission moves the effect most, in either direction."""
    known = [row for row in rows if row.estimand == PROVINCE and row.estimate is not None]
    places, sample = examination.provinces, examination.sample
    if places is None or len(known) < 2:
        yield Specification("without_province", None, why_not="it is not known where the counties lie")
        return
    for choose in (min, max):
        name = choose(known, key=lambda row: row.estimate or 0.0).spec["left_out"]
        yield Specification(f"without_province_{name}", sample.only(places != name))
