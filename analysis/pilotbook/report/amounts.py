"""Amounts that a Chinese source counts in 万 (ten thousands) and 亿 (hundred millions), for an English reader."""

from __future__ import annotations

import re
from decimal import Decimal

SIZES = {"万": 10**4, "亿": 10**8}
COUNTED = {"元": "CNY", "例": "cases", "人": "people", "条": "records"}
PER_YEAR = "/年"

NUMBER = re.compile(r"\d+(?:\.\d+)?")
SCALED = re.compile(r"((?:\d+(?:\.\d+)?-)?\d+(?:\.\d+)?)([万亿])")
IN_CHINESE_NUMERALS = re.compile(r" \([一二两三四五六七八九十]+\w*\)")


def in_english(value: str, unit: str) -> tuple[str, str]:
    """Return a value of the catalogue and its unit as English counts: 5000 万元 are 50,000,000 CNY.

    Parameters
    ----------
    value
        As its source writes it, such as ``5-8`` or ``1.3万 -> 700``.
    unit
        Its unit; may begin with 万 or 亿 and what is counted.
    """
    value = IN_CHINESE_NUMERALS.sub("", value)
    value = SCALED.sub(lambda found: _times(found[1], SIZES[found[2]]), value)
    if unit[:1] in SIZES:
        value, unit = _times(value, SIZES[unit[0]]), unit[1:].strip()
    for chinese, english in COUNTED.items():
        unit = unit.replace(chinese, english)
    return value, unit.replace(PER_YEAR, " a year")


def _times(numbers: str, size: int) -> str:
    """Multiply every number of a text."""
    return NUMBER.sub(lambda found: f"{Decimal(found[0]) * size:,.0f}", numbers)
