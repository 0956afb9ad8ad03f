"""Scenarios: what happens in a simulated world. How noisy it is stands in the catalogue and is the same in all."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, Self

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pilotbook.errors import UnknownNameError
from pilotbook.panel.periods import FREQUENCY, PeriodKind

Shape = Literal["none", "constant", "growing", "fading", "anticipated", "heterogeneous"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CohortOfPilots(_Part):
    """Counties that start in one period, and how their effect compares with that of the others."""

    start: str
    counties: int = Field(gt=0)
    multiple: float = 1.0


class Effect(_Part):
    """Path of the reform's effect.

    Attributes
    ----------
    shape
        ``constant`` from the start on; ``growing`` by an eighth of the size a period, up to twice the size;
        ``fading`` by a sixth a period; ``anticipated``: half of it ``anticipation`` periods before the start;
        ``heterogeneous``: constant, with a multiple per county whose mean is one.
    size
        In minimum important effects of the outcome, in the direction that the catalogue expects of the reform.
    outcomes
        If given, the outcomes that are moved, each with a multiple of ``size``, above zero upwards; the expectation of
        the catalogue is then not asked, so that a reform can do nothing, or harm.
    """

    shape: Shape = "constant"
    size: float = 3.0
    anticipation: int = Field(default=0, ge=0)
    outcomes: dict[str, float] | None = None


class CommonChange(_Part):
    """What moves pilots and controls alike from a period on, such as a national policy: no effect of the reform.

    Attributes
    ----------
    outcomes
        In minimum important effects, above zero upwards.
    """

    start: str
    outcomes: dict[str, float]


class Intervention(_Part):
    """Another reform that reaches some counties from a period on, with a part of the size of an effect.

    Attributes
    ----------
    reform
        Id in the catalogue; it stands in the exposure table, so that the contamination can be seen.
    pilots, controls
        Share of the pilots and of the controls that it reaches.
    size
        In minimum important effects of the outcomes of the reform that is evaluated.
    """

    reform: str
    start: str
    pilots: float = Field(default=0.0, ge=0, le=1)
    controls: float = Field(default=0.0, ge=0, le=1)
    size: float = 1.0


class Scenario(_Part):
    """A simulated world.

    Attributes
    ----------
    reform
        The reform that is evaluated; the catalogue says which outcomes it moves, and which way.
    common
        What moves every county alike.
    differential_trend
        By which the pilots' outcomes drift away without the reform, in minimum important effects a period.
    shock
        Whether the COVID-like shock of 2020 to 2022 happens.
    missing, missing_pilots
        Share of values that are missing, at random, in controls and in pilots.
    faults
        Whether the files that are handed in hold planted faults.
    alerts
        Whether alerts are planted, and nothing else raises one; by month only.
    errors
        Whether counties deviate at random from their path; switched off only to look at the truth.
    """

    name: str
    title_en: str
    title_zh: str
    reform: str
    counties: int = Field(ge=4, le=2_800)
    first: str
    periods: int = Field(ge=4, le=120)
    kind: PeriodKind = "quarter"
    cohorts: tuple[CohortOfPilots, ...]
    effect: Effect = Effect()
    interventions: tuple[Intervention, ...] = ()
    common: tuple[CommonChange, ...] = ()
    differential_trend: float = 0.0
    shock: bool = True
    missing: float = Field(default=0.005, ge=0, lt=1)
    missing_pilots: float | None = Field(default=None, ge=0, lt=1)
    faults: bool = False
    alerts: bool = False
    errors: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if sum(cohort.counties for cohort in self.cohorts) > self.counties:
            raise ValueError("there are more pilots than counties")
        starts = [cohort.start for cohort in self.cohorts]
        starts += [intervention.start for intervention in self.interventions]
        starts += [change.start for change in self.common]
        for start in starts:
            if start not in self.axis:
                raise ValueError(f"the start {start} lies outside the panel")
        return self

    @property
    def axis(self) -> tuple[str, ...]:
        """The periods of the panel as they are written."""
        return tuple(map(str, pd.period_range(self.first, periods=self.periods, freq=FREQUENCY[self.kind])))

    @property
    def per_year(self) -> int:
        """Number of periods in a year."""
        return {"year": 1, "quarter": 4, "month": 12}[self.kind]

    def resized(self, counties: int | None = None, periods: int | None = None) -> Scenario:
        """Return the scenario with more or fewer counties and periods; the share of pilots stays."""
        counties, periods = counties or self.counties, periods or self.periods
        scale = counties / self.counties
        cohorts = [
            cohort.model_copy(update={"counties": max(1, round(cohort.counties * scale))}) for cohort in self.cohorts
        ]
        data = self.model_dump() | {"counties": counties, "periods": periods, "cohorts": cohorts}
        return Scenario.model_validate({**data, "cohorts": [cohort.model_dump() for cohort in cohorts]})


@cache
def read_scenarios() -> dict[str, Scenario]:
    """Return the named scenarios."""
    text = Path(__file__).with_name("scenarios.yml").read_text("utf-8")
    return {name: Scenario.model_validate({"name": name, **entry}) for name, entry in yaml.safe_load(text).items()}


def scenario(name: str) -> Scenario:
    """Return a scenario, or raise `UnknownNameError` naming the nearest."""
    known = read_scenarios()
    try:
        return known[name]
    except KeyError:
        raise UnknownNameError("scenario", name, known) from None
