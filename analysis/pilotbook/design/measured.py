"""What a plan asks of the data: a column, or a numerator over a denominator."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pilotbook.design.section import Identifier, Section, Text, Words
from pilotbook.design.unit_terms import unit_lost


class Measured(Section):
    """A quantity of the data: a column, or a numerator over a denominator."""

    id: Identifier
    title: Words
    unit: Words = Field(description="Unit of the outcome and of its effect, as it is printed.")
    column: Text | None = Field(default=None, description="Column that holds the outcome.")
    numerator: Text | None = None
    denominator: Text | None = None
    per: float = Field(
        default=1.0, gt=0, allow_inf_nan=False, description="The ratio is multiplied by this, such as 100000."
    )
    deflate: bool = Field(default=False, description="Whether it is divided by the plan's price index.")
    scale: Literal["level", "log"] = Field(
        default="level", description="log: 100 times the natural logarithm, as for a growth rate; unit and effect too."
    )

    @model_validator(mode="after")
    def _one_definition(self) -> Self:
        ratio = self.numerator is not None and self.denominator is not None
        half = (self.numerator is None) != (self.denominator is None)
        if half or ratio == (self.column is not None):
            raise ValueError("give either `column`, or both `numerator` and `denominator`")
        return self

    @field_validator("unit")
    @classmethod
    def _same_unit_in_both_languages(cls, unit: Words) -> Words:
        if unit.zh is not None and (lost := unit_lost(unit.en, unit.zh)):
            raise ValueError(f"the unit is not the same in both languages: {lost}")
        return unit

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the data that the quantity needs."""
        return tuple(c for c in (self.column, self.numerator, self.denominator) if c is not None)
