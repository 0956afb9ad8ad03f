"""Windows: over which stretch of time a rule is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pilotbook.panel.periods import PeriodKind

OWN = ("event", "each", "since", "to date", "rolling", "day", "visit")
"""Words of a window that follows the table itself: every row that was handed in is read as it stands."""

KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Window:
    """The window of a rule.

    Attributes
    ----------
    kind
        ``month``, ``quarter`` or ``year``; None for a rule that is read at every row of its table.
    annualised
        Whether amounts per quarter or per month are carried to a year.
    """

    kind: PeriodKind | None
    annualised: bool = False


def read_window(text: str) -> Window | None:
    """Read the words of a window, such as ``month (latest closed)``, ``3 months`` or ``quarter, annualised``.

    None if they name no stretch of time.
    """
    words = text.lower()
    annualised = "annualised" in words
    if any(word in words for word in OWN) or sum(kind in words for kind in KINDS) > 1:
        return Window(None, annualised)
    found = re.search(r"\b(month|quarter|year)s?\b", words)
    kind = next((kind for kind in KINDS if found and found[1] == kind), None)
    return Window(kind, annualised) if kind else None
