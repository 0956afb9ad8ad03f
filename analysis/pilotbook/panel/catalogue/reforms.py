"""Reforms: mechanisms and pilot programmes, their parameters and what they are expected to move."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pilotbook.panel.catalogue.entry import ChineseText, Entry, IndicatorId, ReformId, SourceFile, Text

Expected = Literal["increase", "decrease", "no_increase", "monitor"]


class SourceText(Entry):
    """One of the five source documents."""

    key: str
    file: SourceFile
    title_zh: ChineseText
    title_en: Text


class Parameter(Entry):
    """A number of the reform as its source gives it, with the quote."""

    name: Text
    value: Text
    unit: str
    seed: SourceFile
    quote: Text


class AffectedIndicator(Entry):
    """What the reform is expected to do to an indicator; ``no_increase`` marks a safety outcome."""

    id: IndicatorId
    expected: Expected


class Rollout(Entry):
    """How the reform reached its counties; the class decides which designs are open to it."""

    pattern: str
    note: str
    kind: Literal[
        "staggered",
        "national",
        "region_wide",
        "simultaneous",
        "pilot_group",
        "single_site",
        "facility_or_event",
        "programme_wide",
        "proposal",
        "not_stated",
    ] = Field(alias="class")


class Reform(Entry):
    """A reform of the catalogue."""

    id: ReformId
    name_en: Text
    name_zh: ChineseText
    kind: Literal["price", "payment", "delivery", "supervision", "procurement", "prevention"]
    priority: Literal["core", "secondary", "context"]
    seeds: tuple[SourceFile, ...]
    places: str
    mechanism: Text
    parameters: tuple[Parameter, ...]
    affected_indicators: tuple[AffectedIndicator, ...]
    rollout: Rollout
    evaluation_cadence: Text
    design_hint: Text
    note: str = ""

    def expected(self, indicator: str) -> Expected | None:
        """Return what the reform is expected to do to an indicator, None if nothing is said."""
        return next((a.expected for a in self.affected_indicators if a.id == indicator), None)

    def label(self, language: str) -> str:
        """Return the name in ``en`` or ``zh``."""
        return self.name_zh if language == "zh" else self.name_en
