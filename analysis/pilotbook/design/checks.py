"""What a plan commits to as checks of its headline: outcomes that must not move, and subgroups named beforehand."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pilotbook.design.measured import Measured
from pilotbook.design.section import Identifier, Section, Text, Words


class PlaceboOutcome(Measured):
    """An outcome that the reform cannot touch: an effect on it is none of the reform's."""

    because: Words = Field(description="Why the reform cannot touch it, as the report prints it.")


class SubgroupSection(Section):
    """Groups of counties whose effects are compared; named before the effects are known."""

    id: Identifier
    title: Words
    by: Literal["column", "baseline", "dose", "cohort"] = Field(
        default="column",
        description=(
            "column: words of a column that is a fact of the county; baseline: thirds of the outcome before the first "
            "start; dose: pilots below and above the median of a number; cohort: pilots by their start."
        ),
    )
    column: Text | None = Field(default=None, description="For `column`: the column of words; for `dose`: of numbers.")
    reference: Text | None = Field(
        default=None, description="The group that the others are compared with; by default the first by name."
    )
    labels: dict[str, Words] = Field(default_factory=dict, description="How the report names each group.")

    @model_validator(mode="after")
    def _has_its_column(self) -> Self:
        if (self.by in {"column", "dose"}) != (self.column is not None):
            raise ValueError("`column` belongs to subgroups by `column` or by `dose`, and only to them")
        return self
