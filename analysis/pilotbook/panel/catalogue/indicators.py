"""Indicators: the dictionary of outcomes, doses and process measures."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pilotbook.panel.catalogue.entry import (
    ChineseText,
    Entry,
    IndicatorId,
    ReformId,
    RuleId,
    SourceFile,
    Text,
)

Direction = Literal["higher_better", "lower_better", "context"]


class Baseline(Entry):
    """A level that a source states, as it states it, with the quote it is taken from."""

    value: str
    unit: str
    place: str
    year: str
    seed: SourceFile
    quote: Text


class ValueRange(Entry):
    """Bounds in the unit of the indicator: outside ``hard`` is rejected, outside ``soft`` is flagged.

    A bound that is None is open. ``hard`` is None where the indicator is not a number.
    """

    hard: tuple[float | None, float | None] | None
    soft: tuple[float | None, float | None] | None

    @model_validator(mode="after")
    def _soft_within_hard(self) -> Self:
        if self.hard is None or self.soft is None:
            return self
        for hard, soft, side in zip(self.hard, self.soft, (1, -1), strict=True):
            if hard is not None and soft is not None and side * soft < side * hard:
                raise ValueError(f"the soft bound {soft:g} lies outside the hard bound {hard:g}")
        return self


class ModelFamily(Entry):
    """The model that suits the indicator's scale, and the twin that checks it."""

    family: Text
    alternative: Text


class MinimumEffect(Entry):
    """Smallest effect that matters: in the unit of the indicator, or in per cent of the baseline."""

    size: float = Field(gt=0)
    scale: Literal["absolute", "relative"]

    def in_unit(self, baseline: float) -> float:
        """Return the effect in the unit of the indicator, given the baseline in the same unit."""
        return self.size if self.scale == "absolute" else abs(baseline) * self.size / 100


class Indicator(Entry):
    """An indicator of the dictionary.

    Attributes
    ----------
    id
        Name of its column in a panel.
    per
        How many of the denominator the value counts (100 for per cent), None if it is no plain ratio.
    direction
        Which way is better; ``context`` if neither is.
    level, frequency
        Whose value it is, and how often there is a new one.
    panel
        Whether it belongs to the panel of counties (a person's or a price item's value does not).
    minimum_important_effect
        Our own proposal, to be agreed with the client; None where no effect is estimated.
    """

    id: IndicatorId
    name_en: Text
    name_zh: ChineseText
    unit: Text
    unit_zh: Text
    numerator: Text
    denominator: Text
    numerator_zh: Text
    denominator_zh: Text
    per: float | None = Field(gt=0)
    direction: Direction
    level: Literal["county", "facility", "person"]
    frequency: Literal["month", "quarter", "year"]
    role: Text
    panel: bool
    source: Literal["seed", "derived"]
    baseline: tuple[Baseline, ...]
    range: ValueRange
    minimum_important_effect: MinimumEffect | None
    model: ModelFamily
    note: str = ""
    reforms: tuple[ReformId, ...]
    rules: tuple[RuleId, ...]
    claims: int = Field(ge=0)

    @field_validator("name_zh")
    @classmethod
    def _no_column_separator(cls, name: str) -> str:
        if "," in name or "\t" in name:
            raise ValueError("a Chinese name is a column header: no comma and no tab")
        return name

    @property
    def core(self) -> bool:
        """Whether the sources name it as a core indicator."""
        return self.role.startswith("core")

    @property
    def safety(self) -> bool:
        """Whether it guards against harm (tested one-sided)."""
        return "safety" in self.role

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole in per cent: 0 to 100 and no further."""
        return self.unit == "%" and self.range.hard == (0, 100)

    @property
    def is_grade(self) -> bool:
        """Whether it is a grade such as A, and no number."""
        return self.unit.startswith("grade")

    def label(self, language: str) -> str:
        """Return the name in ``en`` or ``zh``."""
        return self.name_zh if language == "zh" else self.name_en
