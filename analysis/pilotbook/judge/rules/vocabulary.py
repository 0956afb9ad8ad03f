"""What the names of an expression mean: indicators, further inputs and constants, with kind, unit, level and range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from pilotbook.panel.catalogue import Catalogue, FurtherInput, Indicator

RELATIVE = "% of the baseline"
"""Unit of a margin that is relative to the level before the reform."""

RELATIVE_CONSTANTS = frozenset({"noninferiority_margin"})
GRADES = ("A", "B", "C", "D")
"""Grades of an indicator that is a grade."""


class Kind(StrEnum):
    """What a part of an expression is."""

    NUMBER = "a number"
    TRUTH = "a yes or no"
    GRADE = "a grade"
    PERIOD = "a period"
    EFFECT = "an effect"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name, or any part of an expression, is.

    Attributes
    ----------
    kind
        Its kind.
    unit
        Unit of a number; None for a number that bears whatever unit is needed.
    grades
        The grades that a grade can have.
    bounds
        Smallest and largest possible value of a number; None where open.
    level
        Whose value it is; None for what belongs to no level.
    is_indicator, is_share
        Whether it is an indicator, and one that is a part of a whole in per cent.
    """

    kind: Kind
    unit: str | None = None
    grades: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    level: str | None = None
    is_indicator: bool = False
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every name that an expression may read."""

    names: Mapping[str, Meaning]
    constants: Mapping[str, float]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Vocabulary:
        """Build it from the catalogue."""
        names = {id: _of_indicator(indicator) for id, indicator in catalogue.indicators.items()}
        names |= {id: _of_input(about) for id, about in catalogue.inputs.items()}
        names |= {
            id: Meaning(Kind.NUMBER, RELATIVE if id in RELATIVE_CONSTANTS else None) for id in catalogue.constants
        }
        return cls(names, catalogue.constants)

    def hint(self, name: str) -> str:
        """Name the nearest name."""
        near = get_close_matches(name, self.names, n=1, cutoff=0.5)
        return f"did you mean '{near[0]}'?" if near else "see docs/data/dictionary.md for the names"


def _of_indicator(indicator: Indicator) -> Meaning:
    if indicator.is_grade:
        return Meaning(Kind.GRADE, grades=GRADES, level=indicator.level, is_indicator=True)
    bounds = indicator.range.hard or (None, None)
    return Meaning(Kind.NUMBER, indicator.unit, (), bounds, indicator.level, True, indicator.is_share)


def _of_input(about: FurtherInput) -> Meaning:
    kind = {"number": Kind.NUMBER, "truth": Kind.TRUTH, "grade": Kind.GRADE, "period": Kind.PERIOD}[about.kind]
    unit = about.unit if about.kind == "number" else None
    level = None if kind is Kind.PERIOD else about.level
    return Meaning(kind, unit, about.grades, (about.minimum, about.maximum), level)
