"""The design grade: the worst of five dimensions, each the worst of its measures."""

from __future__ import annotations

from dataclasses import dataclass

from pilotbook.judge.measures import Measures
from pilotbook.judge.thresholds import Dimension, Grade, Scale, thresholds

UNKNOWN = Grade.C
"""What a measure that could not be computed is worth: nothing is taken for good because it was not looked at."""


@dataclass(frozen=True, slots=True)
class GradedMeasure:
    """One measure and its grade; ``value`` is None where it could not be computed."""

    measure: str
    value: float | None
    grade: Grade
    basis: str


@dataclass(frozen=True, slots=True)
class GradedDimension:
    """One dimension: its grade, and the measures behind it; none where the design has no place for them."""

    dimension: str
    grade: Grade
    measures: tuple[GradedMeasure, ...]

    @property
    def decisive(self) -> tuple[GradedMeasure, ...]:
        """The measures that have the dimension's grade, except in A."""
        return tuple(m for m in self.measures if m.grade == self.grade < Grade.A)


@dataclass(frozen=True, slots=True)
class DesignGrade:
    """The grade of a design.

    Attributes
    ----------
    grade
        The worst of the dimensions.
    dimensions
        All five, in the order of ``thresholds.yml``.
    """

    grade: Grade
    dimensions: tuple[GradedDimension, ...]

    def dimension(self, name: str) -> GradedDimension:
        """Return one dimension by its name."""
        return next(d for d in self.dimensions if d.dimension == name)


def grade_design(measures: Measures) -> DesignGrade:
    """Grade a design.

    Parameters
    ----------
    measures
        What is known of it.

    Returns
    -------
    DesignGrade
        The worst of the five dimensions, each with what decided it.
    """
    dimensions = tuple(_dimension(dimension, measures) for dimension in thresholds().dimensions)
    return DesignGrade(min(d.grade for d in dimensions), dimensions)


def _dimension(dimension: Dimension, measures: Measures) -> GradedDimension:
    scales = (scale for scale in dimension.measures if measures.design in scale.designs)
    graded = tuple(_measure(scale, measures.value(scale.measure)) for scale in scales)
    return GradedDimension(dimension.dimension, min((m.grade for m in graded), default=UNKNOWN), graded)


def _measure(scale: Scale, value: float | None) -> GradedMeasure:
    grade = UNKNOWN if value is None else scale.grade(value)
    return GradedMeasure(scale.measure, value, grade, scale.basis)
