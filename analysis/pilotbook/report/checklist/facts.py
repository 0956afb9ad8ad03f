"""What an automatic item of the checklist is computed from: an evaluation, and the chapters of its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import Ledger, Row
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.report.chapters import chapters_of
from pilotbook.report.earlier import pages_kept
from pilotbook.report.selection import shown

Answer = Literal["yes", "no", "not_applicable", "unknown", "enforced", "at_release"]
"""``enforced``, ``at_release``: a check that stops the report, or its release, otherwise; ``unknown``: what it rests on
could not be computed."""


@dataclass(frozen=True, slots=True)
class SinceLast:
    """What the chapter on changes shows.

    Attributes
    ----------
    outcomes
        Those whose effects stand beside the ones of the last release.
    causes
        What the report rests on that is another than in the last release.
    """

    outcomes: frozenset[str]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation, the chapters in which it is shown, and the releases before it.

    Attributes
    ----------
    evaluation, chapters
        What is shown, and where.
    earlier
        Records of earlier releases, and whether their pages are still there.
    since
        What the chapter on changes shows; None if nothing was compared.
    """

    evaluation: Evaluation
    chapters: frozenset[str]
    earlier: Mapping[str, bool]
    since: SinceLast | None

    @classmethod
    def of(cls, evaluation: Evaluation, since: SinceLast | None = None) -> Report:
        """Return the report that the plan of an evaluation asks for."""
        chapters = frozenset(shown(chapters_of(evaluation.plan), evaluation))
        return cls(evaluation, chapters, pages_kept(evaluation.ledger.plan, evaluation.ledger.period), since)

    @property
    def plan(self) -> AnalysisPlan:
        """The plan."""
        return self.evaluation.plan

    @property
    def ledger(self) -> Ledger:
        """Everything that was estimated."""
        return self.evaluation.ledger

    @property
    def leads(self) -> list[Row]:
        """The headline of every outcome."""
        return [self.ledger.lead(outcome.id) for outcome in self.plan.outcomes]

    @property
    def judgements(self) -> list[Judgement]:
        """What is said of every outcome."""
        return [self.evaluation.judgement(outcome.id) for outcome in self.plan.outcomes]

    @property
    def led_by_series(self) -> bool:
        """Whether an interrupted series leads, which has no trends of controls to be parallel to."""
        return all(row.estimator in SERIES_ESTIMATORS for row in self.leads)

    def has(self, *chapters: str) -> bool:
        """Tell whether the report has one of some chapters."""
        return not self.chapters.isdisjoint(chapters)

    def examined(self, outcome: str, estimand: str, **spec: str) -> list[Row]:
        """Return the rows of one examination of a headline that have an estimate."""
        rows = self.ledger.select(estimator=ESTIMATOR, outcome=outcome, estimand=estimand, **spec)
        return [row for row in rows if row.estimate is not None]

    def measured(self, measure: str) -> bool:
        """Tell whether a measure of the design has a value for every outcome."""
        return all(any(m.measure == measure and m.value is not None for m in j.measures) for j in self.judgements)


Check = Callable[[Report], Answer]


def yes_if(holds: bool, otherwise: Answer = "no") -> Answer:
    """Answer yes, or else what is said otherwise."""
    return "yes" if holds else otherwise


def all_known(values: Iterable[object]) -> Answer:
    """Answer yes if no value is missing: what was not computed for every outcome is not evaluable, never yes."""
    return yes_if(all(value is not None for value in values), otherwise="unknown")
