"""The part of a plan that an interrupted time series needs: steps of the reform, seasons, windows left out."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pilotbook.design.section import Identifier, PeriodText, Section, Words

WITH_LENGTH = ("delayed", "ramp", "temporary")


class Step(Section):
    """One step of the reform."""

    label: Identifier = "reform"
    start: PeriodText = Field(description="First period in force.")
    shape: Literal["level", "slope", "level-and-slope", "delayed", "ramp", "temporary"] = Field(
        default="level-and-slope", description="Shape of the impact, fixed before the data are seen."
    )
    length: int = Field(default=0, ge=0, description="Periods of delay, of the ramp or of the temporary impact.")

    @model_validator(mode="after")
    def _length_fits_shape(self) -> Self:
        if (self.length > 0) != (self.shape in WITH_LENGTH):
            raise ValueError(f"`length` is given with, and only with, the shapes {', '.join(WITH_LENGTH)}")
        return self


class LeftOut(Section):
    """Periods that are left out by plan, such as a transition or a pandemic."""

    first: PeriodText
    last: PeriodText
    because: Words = Field(description="The reason, as the report prints it.")


class BiasAnswer(Section):
    """The evaluators' judgement on one of EPOC's questions."""

    risk: Literal["low", "high", "unclear"]
    because: Words = Field(description="The reason, as the report prints it.")


class BiasAnswers(Section):
    """EPOC's questions that the data cannot answer; what is not answered counts as unclear."""

    independent_of_other_changes: BiasAnswer | None = None
    collection_unaffected: BiasAnswer | None = None
    knowledge_of_interventions: BiasAnswer | None = None
    other: BiasAnswer | None = None


class SeriesSection(Section):
    """How the average of the pilots is analysed as an interrupted time series."""

    steps: tuple[Step, ...] = Field(min_length=1)
    season: Literal["none", "dummies", "harmonics"] = Field(
        default="dummies", description="Left out, and said so, where the years before the reform do not carry it."
    )
    excluded: tuple[LeftOut, ...] = ()
    order: Literal[1, 2] | None = Field(
        default=None, description="Autoregressive order; by the declared rule if not given."
    )
    horizons: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(4, 8), min_length=1, description="Periods in force at which the effect is reported."
    )
    bias: BiasAnswers = BiasAnswers()

    @model_validator(mode="after")
    def _distinct_labels(self) -> Self:
        labels = [step.label for step in self.steps]
        if len(set(labels)) < len(labels) or "all" in labels:
            raise ValueError("every step needs a `label` of its own, and none may be called 'all'")
        return self

    @property
    def periods(self) -> tuple[str, ...]:
        """Return every period that the section names."""
        return (*(s.start for s in self.steps), *(p for w in self.excluded for p in (w.first, w.last)))
