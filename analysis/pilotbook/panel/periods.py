"""Periods of a panel: years, quarters and months, written ``2019``, ``2019Q4`` and ``2019-11``."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

PeriodKind = Literal["year", "quarter", "month"]

FREQUENCY: dict[PeriodKind, str] = {"year": "Y", "quarter": "Q", "month": "M"}
EXAMPLE: dict[PeriodKind, str] = {"year": "2019", "quarter": "2019Q4", "month": "2019-11"}
_SPELLING: dict[PeriodKind, re.Pattern[str]] = {
    "year": re.compile(r"[12]\d{3}"),
    "quarter": re.compile(r"[12]\d{3}Q[1-4]"),
    "month": re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])"),
}


def parse_period(text: str, kind: PeriodKind) -> pd.Period:
    """Read one period.

    Raises
    ------
    ValueError
        If the text is not a period of this kind.
    """
    import pandas as pd  # noqa: PLC0415  # a third of a second that spares who only asks for the spelling

    if period_kind(text) != kind:
        raise ValueError(f"'{text}' is not a {kind}; a {kind} is written like {EXAMPLE[kind]}")
    return pd.Period(text, freq=FREQUENCY[kind])


def format_period(period: pd.Period) -> str:
    """Write a period as this project does everywhere."""
    return str(period)


def period_kind(text: str) -> PeriodKind | None:
    """Name the kind of period that a text spells, or None if it spells none."""
    return next((kind for kind, spelling in _SPELLING.items() if spelling.fullmatch(text)), None)


def last_day(text: str) -> date | None:
    """Return the last day of the period that a text spells, None if it spells none."""
    kind = period_kind(text)
    if kind is None:
        return None
    year = int(text[:4])
    number = int(text[5:] or 1)  # of the quarter or month
    month = {"year": 12, "quarter": 3 * number, "month": number}[kind]
    return date(year, month, monthrange(year, month)[1])
