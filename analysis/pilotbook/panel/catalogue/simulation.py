"""How the simulator draws each indicator: invented figures, the same in every scenario."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pilotbook.panel.catalogue.entry import Entry, IndicatorId, Text


class Denominator(Entry):
    """What a value is a share or rate of, and how many there are per 1,000 residents and quarter."""

    of: Text
    per_1000: float = Field(gt=0)


class Draw(Entry):
    """Parameters of one indicator's simulated series.

    On the ``level`` scale they are in the unit of the indicator; on the ``log`` scale all but ``level`` are
    logarithms.

    Attributes
    ----------
    level
        National mean at the start.
    trend
        Change per year.
    between
        Standard deviation of lasting differences between counties.
    within, rho
        Stationary standard deviation and first-order autocorrelation (per quarter) of a county's deviations.
    season
        Deviations of the four quarters.
    shock
        Deviation at the peak of the COVID-like shock.
    gradient
        Deviation of the eastern region; the other regions follow from it.
    growth_of
        The indicator whose year-on-year change this one is; the other parameters are then not used.
    """

    id: IndicatorId
    scale: Literal["level", "log"]
    level: float
    trend: float
    between: float = Field(ge=0)
    within: float = Field(gt=0)
    rho: float = Field(ge=0, lt=1)
    season: tuple[float, float, float, float]
    shock: float
    gradient: float
    denominator: Denominator | None = None
    growth_of: IndicatorId | None = None

    @model_validator(mode="after")
    def _logarithm_needs_a_positive_level(self) -> Self:
        if self.scale == "log" and self.level <= 0:
            raise ValueError("a level on the log scale must be positive")
        return self
