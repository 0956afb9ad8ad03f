"""The analysis plan: what is asked of which data, fixed before the answer is known."""

from __future__ import annotations

import datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pilotbook.design.checks import PlaceboOutcome, SubgroupSection
from pilotbook.design.commitments import Answer, CoIntervention, Covariate, Covid, Deflator, Exclusion, Looks, Window
from pilotbook.design.consistency import TWINS, ContradictionError, contradictions
from pilotbook.design.disclosure import Disclosure
from pilotbook.design.measured import Measured
from pilotbook.design.section import Identifier, PeriodText, Section, Text, Words
from pilotbook.design.series import SeriesSection
from pilotbook.panel.gaps import Gaps
from pilotbook.panel.layout import Layout
from pilotbook.panel.periods import PeriodKind

__all__ = [
    "TWINS",
    "Analysis",
    "AnalysisPlan",
    "ChapterName",
    "EstimatorName",
    "Outcome",
    "PanelSection",
    "PeriodText",
    "Weights",
    "Words",
]

SEED = 20_231
"""Seed of a plan that names none."""


class PanelSection(Section):
    """Which column of the data plays which part."""

    unit: Text = Field(default="county", description="Column of the county code.")
    period: Text = Field(default="period", description="Column of the period.")
    period_kind: PeriodKind = Field(description="The kind of period that a row stands for.")
    assignment_unit: Text = Field(
        default="county",
        description="Column of the unit at which the reform was assigned; errors cluster here.",
    )
    province: Text | None = Field(
        default=None,
        description="Column of the province; by default the first two digits of six-digit county codes.",
    )
    start: Text = Field(default="start", description="Column of the first period under the reform; empty: never.")
    never: tuple[PeriodText, ...] = Field(
        default=(), description="Spellings in the start column that mean never, besides the empty cell."
    )

    @model_validator(mode="after")
    def _distinct_columns(self) -> Self:
        if len({self.unit, self.period, self.start}) < 3 or self.assignment_unit in {self.period, self.start}:
            raise ValueError(
                "county, period and start must be three columns; only the assignment unit may be the county"
            )
        return self


class Outcome(Measured):
    """One outcome: a column, or a numerator over a denominator."""

    family: Literal["primary", "secondary", "safety"] = "primary"
    direction: Literal["higher", "lower"] = Field(description="Which way is better.")
    minimum_important_effect: float = Field(gt=0, allow_inf_nan=False, description="In the unit of the outcome.")
    minimum_important_effect_source: Words | None = Field(default=None, description="Who agreed on it, or showed it.")
    counts_people: bool = Field(
        default=False,
        description="Whether the numerator counts people or events of people; then their counts are shown.",
    )

    @model_validator(mode="after")
    def _has_people_to_count(self) -> Self:
        if self.counts_people and self.numerator is None:
            raise ValueError(
                "`counts_people` is about a numerator; give `numerator` and `denominator`, or leave it out"
            )
        return self


class Weights(Section):
    """County weights, constant over time."""

    column: Text
    period: PeriodText = Field(description="The period whose values are the weights.")


EstimatorName = Literal[
    "two_by_two",
    "twfe",
    "extended_twfe",
    "event_study",
    "sun_abraham",
    "callaway_santanna",
    "imputation",
    "poisson",
    "synthetic_did",
    "its",
    "controlled_its",
]
SERIES_ESTIMATORS = ("its", "controlled_its")
"""Estimators of the average series; they need the plan's `series`."""


ChapterName = Literal[
    "glance", "verdicts", "reform", "data", "baseline", "did", "its", "sensitivity", "rules", "claims", "changes"
]
"""The chapters of a report, in its order; each is a notebook in ``analysis/``."""


class Analysis(Section):
    """One analysis, run for every outcome with county-equal and with population weights."""

    estimator: EstimatorName
    title: Text | None = None
    cohorts: tuple[PeriodText, ...] | None = Field(
        default=None,
        min_length=1,
        description="Start periods of the pilots that take part; all others that start are left out.",
    )
    controls: Literal["never_treated", "not_yet_treated"] = Field(
        default="never_treated", description="Never means: not before the end of the panel."
    )
    pre: PeriodText | None = Field(default=None, description="2×2 only: the period before.")
    post: PeriodText | None = Field(default=None, description="2×2 only: the period after.")
    average: tuple[int, int] | None = Field(
        default=None, description="Event times, first and last, over which the effect is averaged."
    )
    headline: bool = Field(default=False, description="The one analysis that the report leads with.")

    @field_validator("average")
    @classmethod
    def _ordered(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 0 <= value[0] <= value[1]:
            raise ValueError("first and last event time after the start, such as [0, 5]")
        return value

    @model_validator(mode="after")
    def _fits_estimator(self) -> Self:
        if self.estimator == "two_by_two" and (self.pre is None or self.post is None):
            raise ValueError("a two_by_two needs `pre` and `post`")
        if self.estimator != "two_by_two" and (self.pre is not None or self.post is not None):
            raise ValueError(f"`pre` and `post` belong to a two_by_two, not to {self.estimator}")
        return self


class AnalysisPlan(Section):
    """An analysis plan, as it stands in ``analysis/plans/<id>.yml``.

    The file's name without its ending is the plan's id.
    """

    title: Words
    subtitle: Words | None = None
    reform: Identifier = Field(description="Id of the reform that is evaluated.")
    date: datetime.date = Field(description="Day on which the plan was written.")
    authors: tuple[Text, ...] = Field(min_length=1)
    question: Words = Field(description="The estimand in one sentence: whose effect, on what, over which horizon.")
    dataset: Text = Field(description="Name of a folder in data/, or a path from the plan's own folder.")
    panel: PanelSection
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    weights: Weights | None = Field(
        default=None, description="Population weights; county-equal results are always given as well."
    )
    analyses: tuple[Analysis, ...] = Field(min_length=1)
    series: SeriesSection | None = Field(default=None, description="Needed by the estimators its and controlled_its.")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="Level of the confidence intervals.")
    limitations: tuple[Words, ...] = Field(default=(), description="What a reader must not conclude.")
    chapters: tuple[ChapterName, ...] | None = Field(
        default=None,
        min_length=1,
        description="Chapters of the report; by default all that its designs have. A monthly brief: [glance, rules].",
    )

    window: Window | None = Field(default=None, description="The periods that take part; by default all of the data.")
    exclusions: tuple[Exclusion, ...] = Field(default=(), description="Counties that take no part, with the reason.")
    anticipation: int = Field(default=0, ge=0, le=8, description="Periods before the start that may be affected.")
    transition: int = Field(default=0, ge=0, le=8, description="Periods from the start on that are left out.")
    gaps: Gaps = Field(
        default="keep",
        description="Counties that lack a value in a period: kept with what they have, or dropped whole.",
    )
    covid: Covid | None = Field(default=None, description="What is done about the COVID-19 periods.")
    deflator: Deflator | None = Field(default=None, description="The price index of the outcomes in money.")
    covariates: tuple[Covariate, ...] = Field(
        default=(), description="Characteristics on which pilots and controls are compared before the start."
    )
    co_interventions: tuple[CoIntervention, ...] | None = Field(
        default=None,
        description="Other reforms; an empty list says that there is none, no list that it is unknown.",
    )
    placebo_outcomes: tuple[PlaceboOutcome, ...] = Field(
        default=(), description="Outcomes that the reform cannot touch; an effect on them is a fault of the design."
    )
    subgroups: tuple[SubgroupSection, ...] = Field(
        default=(), description="Groups whose effects are compared; none is looked at that is not named here."
    )
    looks: Looks | None = Field(default=None, description="The planned looks; without them there is one.")
    disclosure: Disclosure = Field(default=Disclosure(), description="What of counts of people may be shown.")
    seed: int = Field(default=SEED, ge=0, description="Seed of everything random.")
    checklist: dict[Identifier, Answer] = Field(
        default_factory=dict, description="Answers to the items of the reviewer's checklist that no program can give."
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        found = contradictions(self)
        if found:
            raise ContradictionError(found)
        return self

    def titles(self, language: str) -> dict[str, str]:
        """Return the title of each outcome, by its id."""
        return {outcome.id: outcome.title.text(language) for outcome in self.outcomes}

    def layout(self) -> Layout:
        """Return which columns the plan needs of its data, and for what."""
        measured = (*self.outcomes, *self.placebo_outcomes)
        values = [column for quantity in measured for column in quantity.columns]
        positive = [quantity.denominator for quantity in measured if quantity.denominator is not None]
        if self.weights is not None:
            values.append(self.weights.column)
            positive.append(self.weights.column)
        values += [covariate.column for covariate in self.covariates]
        values += [other.reached for other in self.co_interventions or () if other.reached is not None]
        values += [group.column for group in self.subgroups if group.by == "dose" and group.column is not None]
        texts = [group.column for group in self.subgroups if group.by == "column" and group.column is not None]
        if self.panel.province is not None:
            texts.append(self.panel.province)
        if self.deflator is not None:
            values.append(self.deflator.column)
            positive.append(self.deflator.column)
        return Layout(
            unit=self.panel.unit,
            period=self.panel.period,
            start=self.panel.start,
            assignment=self.panel.assignment_unit,
            kind=self.panel.period_kind,
            values=tuple(dict.fromkeys(values)),
            positive=tuple(dict.fromkeys(positive)),
            never=self.panel.never,
            texts=tuple(dict.fromkeys(texts)),
        )
