"""Effects that controlled studies found, on the scale of an indicator."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import TypeAdapter

from pilotbook.panel.catalogue.entry import ChineseText, Entry, IndicatorId, Text

FILE = Path(__file__).resolve().parents[4] / "data" / "catalogue" / "published.yml"


class Words(Entry):
    """The same in both languages."""

    en: Text
    zh: ChineseText

    def text(self, language: str) -> str:
        """Return the text in a language."""
        return self.zh if language == "zh" else self.en


class PublishedEffect(Entry):
    """An effect as a controlled study prints it; ``low`` and ``high`` are the same for one number.

    Attributes
    ----------
    scale
        ``pp`` for percentage points, ``%`` for per cent of the level before.
    """

    indicator: IndicatorId
    low: float
    high: float
    scale: Literal["pp", "%"]
    place: Words
    design: Words

    def in_unit(self, baseline: float) -> tuple[float, float]:
        """Return both ends in the unit of the indicator, given the level before in the same unit."""
        factor = 1.0 if self.scale == "pp" else baseline / 100
        return self.low * factor, self.high * factor


@cache
def published_effects() -> tuple[PublishedEffect, ...]:
    """Return the published effects in the order of the file."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))["effects"]
    return TypeAdapter(tuple[PublishedEffect, ...]).validate_python(entries)
