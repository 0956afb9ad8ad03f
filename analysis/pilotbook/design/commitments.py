"""What a plan commits to beside outcomes and analyses: who and when, looks, disturbances, other reforms, answers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pilotbook.design.section import Code, Identifier, PeriodText, Section, Text, Words


class Exclusion(Section):
    """Counties that take no part."""

    units: tuple[Code, ...] = Field(min_length=1, description="County codes as they stand in the data.")
    because: Words = Field(description="The reason, as the report prints it.")


class Window(Section):
    """The periods that take part; an end that is not given is that of the data."""

    first: PeriodText | None = None
    last: PeriodText | None = None


class Looks(Section):
    """At which periods the effect is looked at. Intervals are adjusted for all of them."""

    planned: tuple[PeriodText, ...] = Field(min_length=1, description="Periods of the looks, ascending.")
    spending: Literal["obrien_fleming", "even"] = Field(
        default="obrien_fleming",
        description="How the false-alarm risk is spread: little at early looks, or the same at each.",
    )


class Covid(Section):
    """What is done about the periods of the COVID-19 epidemic."""

    policy: Literal["keep", "drop"] = Field(description="Keep these periods, or leave them out of every estimate.")
    first: PeriodText
    last: PeriodText
    because: Words = Field(description="Why, as the report prints it.")


class CoIntervention(Section):
    """Another reform that may have reached pilots or controls."""

    id: Identifier
    title: Words
    column: Text | None = Field(
        default=None, description="Column of the data that is above zero in county-periods it reached."
    )
    exposure: Identifier | None = Field(
        default=None,
        description="Id of a reform in the exposure table of the vintage, which says whom it reached when.",
    )
    everywhere_from: PeriodText | None = Field(default=None, description="It reached every county from this period on.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(given is not None for given in (self.column, self.exposure, self.everywhere_from)) != 1:
            raise ValueError(
                "give one of `exposure`, `column` and `everywhere_from`, so that it is known whom it reached"
            )
        return self

    @property
    def reached(self) -> str | None:
        """Return the column of the panel that is above zero where it reached, None if it reached all counties."""
        return f"exposed[{self.exposure}]" if self.exposure is not None else self.column


class Deflator(Section):
    """The price index that outcomes with `deflate: true` are divided by."""

    column: Text
    base: PeriodText = Field(description="The period whose prices are used.")


class Covariate(Section):
    """A characteristic that pilots and controls are compared on before the start."""

    column: Text
    title: Words


Response = Annotated[
    Literal["yes", "no", "not_applicable"],
    Field(description='Quote "yes" and "no": YAML reads the bare words as true and false.'),
]


class Answer(Section):
    """The answer to one item of the reviewer's checklist that no program can give."""

    answer: Response
    because: Words

    @field_validator("answer", mode="before")
    @classmethod
    def _bare_words(cls, value: object) -> object:
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
