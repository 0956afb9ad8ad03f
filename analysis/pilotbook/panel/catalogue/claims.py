"""Claims: effects and levels that the sources state, as they state them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pilotbook.panel.catalogue.entry import Entry, IndicatorId, ReformId, SourceFile, Text


class Claim(Entry):
    """A claim of a source.

    ``before``, ``after``, ``change`` stand as the source writes them (``+18 (mean)``, ``-10 to -15``), empty
    if it does not state them. A change of type ``% or pp (ambiguous)`` stays ambiguous.
    """

    claim_id: Text
    claim_kind: Literal["effect", "level", "output", "projection", "cited"]
    place: str
    reform_id: ReformId
    indicator_id: IndicatorId
    before: str
    after: str
    change: str
    change_type: Literal["level", "%", "pp", "abs", "% or pp (ambiguous)", "target", "ratio"]
    unit: str
    period: str
    design: Text
    control_group: Literal["no", "n/s", "YES (对照组)"]
    seed_file: SourceFile
    quote: Text = Field(max_length=25)
    note: str

    @property
    def controlled(self) -> bool:
        """Whether the source says that there was a control group."""
        return self.control_group.startswith("YES")

    @property
    def comparable(self) -> bool:
        """Whether it states an effect, so that an estimate can stand beside it."""
        return self.claim_kind == "effect"
