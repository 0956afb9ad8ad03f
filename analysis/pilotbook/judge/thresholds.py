"""The thresholds of grade and verdict, read from one data file."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from pilotbook.judge.measures import DESIGNS, Design

Sense = Literal["at_least", "at_most"]


class Grade(IntEnum):
    """A design grade; a larger number is a better design."""

    D = 0
    C = 1
    B = 2
    A = 3


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(_Entry):
    """The bounds of one measure.

    Attributes
    ----------
    measure
        Its name, a field of `Measures`.
    sense
        Whether larger or smaller values are better.
    A, B, C
        The bound of each grade; a value that meets none has grade D.
    designs
        The designs that it can be computed for.
    basis
        Where the bounds come from.
    """

    measure: str
    sense: Sense
    A: float
    B: float
    C: float
    designs: tuple[Design, ...] = DESIGNS
    basis: str

    def grade(self, value: float) -> Grade:
        """Return the best grade whose bound a value meets."""
        bounds = {Grade.A: self.A, Grade.B: self.B, Grade.C: self.C}
        return next((grade for grade, bound in bounds.items() if meets(value, self.sense, bound)), Grade.D)


class Dimension(_Entry):
    """One of the five dimensions of a design."""

    dimension: str
    measures: tuple[Scale, ...]


class Check(_Entry):
    """A condition of a firm verdict: the bound of a measure, or ``alpha`` for the level of the plan."""

    check: str
    measure: str
    sense: Sense
    bound: float | Literal["alpha"]
    designs: tuple[Design, ...] = DESIGNS
    basis: str


class Thresholds(_Entry):
    """All of them."""

    dimensions: tuple[Dimension, ...]
    checks: tuple[Check, ...]
    equivalence_level: float
    safety_level: float


def meets(value: float, sense: Sense, bound: float) -> bool:
    """Tell whether a value lies on the good side of a bound; the bound itself does. NaN never does."""
    return value >= bound if sense == "at_least" else value <= bound


@cache
def thresholds() -> Thresholds:
    """Return the thresholds of ``thresholds.yml``."""
    text = Path(__file__).with_name("thresholds.yml").read_text(encoding="utf-8")
    return Thresholds.model_validate(yaml.safe_load(text))
