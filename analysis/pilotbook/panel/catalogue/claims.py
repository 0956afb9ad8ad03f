"""Claims: effects and levels that the sources state, as they state them."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from pilotbook.panel.catalogue.entry import Entry, IndicatorId, ReformId, SourceFile, Text

_CHANGE = re.compile(r"([+-]?\d+(?:\.\d+)?)(?: to ([+-]?\d+(?:\.\d+)?))?(?: \(.*\))?")
_TOTALS = ("万", "亿")


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

    @property
    def ambiguous(self) -> bool:
        """Whether the source leaves open if its change is in per cent or in percentage points."""
        return "ambiguous" in self.change_type

    @property
    def is_total(self) -> bool:
        """Whether it states an amount of money or a count in all, of which no base is known."""
        return any(mark in self.unit for mark in _TOTALS)

    @property
    def stated(self) -> tuple[float, float] | None:
        """The lower and upper end of the change as stated, the same for one number; None if there is none.

        Of a change in the indicator's unit with a per cent figure in brackets, the first.
        """
        match = _CHANGE.fullmatch(self.change)
        if match is None:
            return None
        ends = sorted((float(match[1]), float(match[2] or match[1])))
        return ends[0], ends[1]
