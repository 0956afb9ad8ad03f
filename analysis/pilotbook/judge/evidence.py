"""What a verdict is read from: the effect with its intervals, what would matter, and what is known of the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pilotbook.judge.measures import Measures

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval at a level; an end that is not known is infinite."""

    level: float
    low: float
    high: float

    def towards(self, direction: Direction) -> Interval:
        """Return the interval with the good direction upwards."""
        return self if direction == "higher" else Interval(self.level, -self.high, -self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the verdict on one outcome may look at.

    Attributes
    ----------
    outcome
        Its id.
    direction, safety
        Which way is better, and whether harm has the lower bar.
    minimum_important_effect
        Above zero, in the unit of the outcome.
    alpha
        Level of the family-wise error.
    estimate
        The effect, None if there is none.
    adjusted
        Its interval, adjusted for the looks; None if the design gives none.
    equivalence, harm
        The intervals at `thresholds().equivalence_level` and, for a safety outcome, at ``safety_level``.
    obstacle
        Why nothing can be estimated, None if something can.
    measures
        What is known of the design.
    """

    outcome: str
    direction: Direction
    safety: bool
    minimum_important_effect: float
    alpha: float
    estimate: float | None
    adjusted: Interval | None
    equivalence: Interval | None
    harm: Interval | None
    obstacle: str | None
    measures: Measures
