"""The verdict: an ordered list of decisions, the first that holds is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pilotbook.judge.evidence import Evidence
from pilotbook.judge.grade import DesignGrade, grade_design
from pilotbook.judge.thresholds import Check, Grade, meets, thresholds

PRE_TREND = "pre_trend"


class Kind(StrEnum):
    """What may be said of an effect."""

    NOT_ESTIMABLE = "not_estimable"
    NOT_ATTRIBUTABLE = "not_attributable"
    TOO_SMALL = "too_small_to_matter"
    WORSENED = "worsened"
    WORSENED_FRAGILE = "worsened_fragile"
    IMPROVED = "improved"
    IMPROVED_FRAGILE = "improved_fragile"
    NO_DETECTABLE_EFFECT = "no_detectable_effect"


FIRMNESS = {
    Kind.NOT_ESTIMABLE: 0,
    Kind.NOT_ATTRIBUTABLE: 1,
    Kind.NO_DETECTABLE_EFFECT: 2,
    Kind.WORSENED_FRAGILE: 3,
    Kind.IMPROVED_FRAGILE: 3,
    Kind.TOO_SMALL: 4,
    Kind.WORSENED: 4,
    Kind.IMPROVED: 4,
}
"""How much a verdict claims to know. A better design or a narrower interval never lowers it."""

FAVOUR = {
    Kind.WORSENED: -2,
    Kind.WORSENED_FRAGILE: -1,
    Kind.TOO_SMALL: 0,
    Kind.NO_DETECTABLE_EFFECT: 0,
    Kind.IMPROVED_FRAGILE: 1,
    Kind.IMPROVED: 2,
}
"""How well a verdict speaks of the reform. An effect further in the good direction never lowers it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is fragile or absent.

    Attributes
    ----------
    code
        Name of the check, of the measure, of a dimension that the design has no measure for, or of the obstacle's kind.
    value, bound
        What was found (None: not evaluable) and what a firm verdict needs; both None for an obstacle.
    detail
        For an obstacle, the sentence that the estimator gave.
    """

    code: str
    value: float | None = None
    bound: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of one outcome, and why not more.

    Attributes
    ----------
    outcome
        Its id.
    kind
        The category.
    grade
        Of the design.
    reasons
        For a fragile verdict every check that is not passed, for an absent one every obstacle; else empty.
    """

    outcome: str
    kind: Kind
    grade: DesignGrade
    reasons: tuple[Reason, ...]


def decide(evidence: Evidence) -> Verdict:
    """Take the first decision of the list that holds.

    Parameters
    ----------
    evidence
        All that may be looked at.

    Returns
    -------
    Verdict
        Exactly one, for whatever evidence. A measure that could not be computed counts as not passed.
    """
    grade = grade_design(evidence.measures)
    case = _Case(evidence, grade)
    kind = next(kind for kind, holds in DECISIONS if holds(case))
    return Verdict(evidence.outcome, kind, grade, case.reasons(kind))


@dataclass(frozen=True, slots=True)
class _Case:
    """The evidence with its grade, and the questions that the decisions ask of it."""

    evidence: Evidence
    grade: DesignGrade

    def obstacles(self) -> tuple[Reason, ...]:
        e = self.evidence
        if e.obstacle is not None:
            return (Reason("obstacle", detail=e.obstacle),)
        if e.estimate is None or e.adjusted is None:
            return (Reason("no_interval"),)
        other = (d for d in self.grade.dimensions if d.dimension != PRE_TREND and d.grade == Grade.D)
        short = (m for m in self.grade.dimension(PRE_TREND).measures if m.measure == "pre_periods")
        found = [m for d in other for m in d.decisive] + [m for m in short if m.grade == Grade.D]
        return tuple(_reason(m.measure, m.value) for m in found)

    def diverging_before(self) -> tuple[Reason, ...]:
        dimension = self.grade.dimension(PRE_TREND)
        return tuple(_reason(m.measure, m.value) for m in dimension.measures if m.grade == Grade.D)

    def within_the_minimum(self) -> bool:
        least, interval = self.evidence.minimum_important_effect, self.evidence.equivalence
        return interval is not None and -least < interval.low and interval.high < least

    def harmed(self) -> bool:
        e = self.evidence
        intervals = (e.adjusted, e.harm if e.safety else None)
        return any(i is not None and i.towards(e.direction).high < 0 for i in intervals)

    def helped(self) -> bool:
        e = self.evidence
        return e.adjusted is not None and e.adjusted.towards(e.direction).low > 0

    def not_passed(self) -> tuple[Reason, ...]:
        checks = (check for check in thresholds().checks if self.evidence.measures.design in check.designs)
        failed = tuple(r for check in checks if (r := self._failure(check)) is not None)
        if self.grade.grade >= Grade.B:
            return failed
        known = {reason.code for reason in failed}
        low = [d for d in self.grade.dimensions if d.grade <= Grade.C]
        weak = [m for d in low for m in d.decisive if m.measure not in known | _CHECKED]
        without = tuple(Reason(d.dimension) for d in low if not d.measures)
        return failed + tuple(_reason(m.measure, m.value) for m in weak) + without

    def _failure(self, check: Check) -> Reason | None:
        if check.check == "family" and self.evidence.safety:
            return None
        bound = self.evidence.alpha if check.bound == "alpha" else check.bound
        value = self.evidence.measures.value(check.measure)
        passed = value is not None and meets(value, check.sense, bound)
        return None if passed else Reason(check.check, value, bound)

    def reasons(self, kind: Kind) -> tuple[Reason, ...]:
        match kind:
            case Kind.NOT_ESTIMABLE:
                return self.obstacles()
            case Kind.NOT_ATTRIBUTABLE:
                return self.diverging_before()
            case Kind.WORSENED_FRAGILE | Kind.IMPROVED_FRAGILE:
                return self.not_passed()
        return ()


DECISIONS: tuple[tuple[Kind, Callable[[_Case], bool]], ...] = (
    (Kind.NOT_ESTIMABLE, lambda case: bool(case.obstacles())),
    (Kind.NOT_ATTRIBUTABLE, lambda case: bool(case.diverging_before())),
    (Kind.TOO_SMALL, _Case.within_the_minimum),
    (Kind.WORSENED, lambda case: case.harmed() and not case.not_passed()),
    (Kind.WORSENED_FRAGILE, _Case.harmed),
    (Kind.IMPROVED, lambda case: case.helped() and not case.not_passed()),
    (Kind.IMPROVED_FRAGILE, _Case.helped),
    (Kind.NO_DETECTABLE_EFFECT, lambda case: True),
)
"""The list, in the order in which it is read; the last always holds."""

_CHECKED = frozenset(check.measure for check in thresholds().checks)


def _reason(measure: str, value: float | None) -> Reason:
    """Return what a measure is, and the bound that grade B asks of it."""
    scale = next(s for d in thresholds().dimensions for s in d.measures if s.measure == measure)
    return Reason(measure, value, scale.B)
