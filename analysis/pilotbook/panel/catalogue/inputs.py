"""Further inputs: what rules read beside the indicators (budgets, quotas, prices, events, surveys)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from pilotbook.panel.catalogue.entry import ChineseText, Entry, IndicatorId, Text


class FurtherInput(Entry):
    """A further input.

    Attributes
    ----------
    level, frequency
        Whose value it is, and how often there is one.
    kind
        ``number``, ``truth`` (yes or no), ``grade`` (one of ``grades``) or ``period``.
    minimum, maximum
        Bounds of a number in its unit; None if open.
    """

    id: IndicatorId
    name_en: Text
    name_zh: ChineseText
    unit: Text
    unit_zh: Text
    level: Literal["programme", "province", "county", "alliance", "facility", "department", "person"]
    frequency: Literal["day", "month", "quarter", "year", "event", "visit"]
    kind: Literal["number", "truth", "grade", "period"]
    minimum: float | None = None
    maximum: float | None = None
    grades: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounds_suit_the_kind(self) -> Self:
        if self.kind != "number" and (self.minimum is not None or self.maximum is not None):
            raise ValueError("only a number has a minimum and a maximum")
        if (self.kind == "grade") != bool(self.grades):
            raise ValueError("a grade, and nothing else, lists its grades")
        return self
