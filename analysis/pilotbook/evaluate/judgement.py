"""A judgement as the ledger holds it: the verdict with its grade and reasons, and the rows that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pilotbook.evaluate.levels import LookLevel
from pilotbook.evaluate.pausing import Pause
from pilotbook.judge.grade import DesignGrade
from pilotbook.judge.verdict import Kind, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of the design: its value (None: not evaluable) and its grade."""

    dimension: str
    measure: str
    value: float | None
    grade: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said of one outcome.

    Attributes
    ----------
    outcome, row
        Its id, and the id of the row that leads.
    verdict
        The category.
    grade, dimensions
        Of the design, and of each of its five dimensions.
    reasons
        Why the verdict is fragile or absent.
    measures
        Everything the grade was read from.
    intervals
        Ids of the rows of the intervals: ``adjusted``, ``equivalence``, and for a safety outcome ``harm``.
    detectable
        Id of the row of the minimum detectable effect.
    look_level, look_method, safety_risk, safety_measured
        How the look was read; see `LookLevel`.
    pause
        What the looks say of harm; None unless the outcome is one of safety.
    """

    outcome: str
    row: str
    verdict: Kind
    grade: str
    dimensions: Mapping[str, str]
    reasons: tuple[Reason, ...]
    measures: tuple[Measured, ...]
    intervals: Mapping[str, str]
    detectable: str
    look_level: float
    look_method: str
    safety_risk: float
    safety_measured: float | None
    pause: Pause | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for the ledger."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Judgement:
        """Read what `as_dict` gave."""
        return cls(
            **{
                **values,
                "verdict": Kind(values["verdict"]),
                "reasons": tuple(Reason(**reason) for reason in values["reasons"]),
                "measures": tuple(Measured(**measure) for measure in values["measures"]),
                "pause": None if values["pause"] is None else Pause(**values["pause"]),
            }
        )


def judgement_of(
    verdict: Verdict, row: str, look: LookLevel, intervals: Mapping[str, str], detectable: str, pause: Pause | None
) -> Judgement:
    """Bring a verdict and what it was read from into the form of the ledger."""
    return Judgement(
        outcome=verdict.outcome,
        row=row,
        verdict=verdict.kind,
        grade=verdict.grade.grade.name,
        dimensions={d.dimension: d.grade.name for d in verdict.grade.dimensions},
        reasons=verdict.reasons,
        measures=tuple(_measured(verdict.grade)),
        intervals=intervals,
        detectable=detectable,
        look_level=look.level,
        look_method=look.method,
        safety_risk=look.safety_risk,
        safety_measured=look.safety_measured,
        pause=pause,
    )


def _measured(grade: DesignGrade) -> list[Measured]:
    return [Measured(d.dimension, m.measure, m.value, m.grade.name) for d in grade.dimensions for m in d.measures]
