"""How numbers, periods, codes and words are spelt in the files that evaluators hand in.

Pure: one text in, one reading out. A spelling that is not the plain one yields the kinds of conversion it
needed; one that cannot be read yields the fault.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

MISSING = frozenset(
    [
        "na",
        "n/a",
        "nan",
        "null",
        "none",
        "-",
        "--",
        "—",
        "——",
        "/",
        "…",
        ".",
        "缺失",
        "缺",
        "无",
        "暂无",
        "不详",
    ]
)
TRUE, FALSE = frozenset(["true", "yes", "是"]), frozenset(["false", "no", "否"])
REGIONS = {
    "东部": "east",
    "东部地区": "east",
    "中部": "central",
    "中部地区": "central",
    "西部": "west",
    "西部地区": "west",
    "民族边远地区": "ethnic-remote",
    "民族地区": "ethnic-remote",
    "边远民族地区": "ethnic-remote",
}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
PLAIN_NUMBER = rf"^[ \t]*{_NUMBER.pattern}[ \t]*$"
"""How a number looks that needs no conversion."""
_DATE = re.compile(r"([12]\d{3})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( \d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?")
_NUMBER_RANGE = re.compile(r"[\d.]+\s*[-~至到]\s*[\d.]+")
_NUMERAL = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = re.compile(r"([12]\d{3})\s*年?度?")
_QUARTER = re.compile(
    r"([12]\d{3})\s*[-年/.]?\s*(?:第\s*([一二三四1-4])\s*季度?|([一二三四1-4])\s*季度?|[Qq]\s*([1-4]))"
)
_QUARTER_FIRST = re.compile(r"[Qq]([1-4])[\s/-]([12]\d{3})")
_MONTH = re.compile(r"([12]\d{3})\s*[-/.年]\s*(0?[1-9]|1[0-2])\s*月?")
_MONTH_PLAIN = re.compile(r"([12]\d{3})(0[1-9]|1[0-2])")
_CANONICAL = re.compile(r"[12]\d{3}(Q[1-4]|-(0[1-9]|1[0-2]))?")
_SERIALS = range(29_221, 73_051)  # 1980 to 2099 as day numbers of a spreadsheet; no year and no yyyymm lies there


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as.

    Attributes
    ----------
    value
        The value; NaN for a number and empty for a text that is missing.
    conversions
        What was done to get there, in order; empty for the plain spelling.
    fault
        Id of the fault if it could not be read, else None.
    """

    value: float | str
    conversions: tuple[str, ...] = ()
    fault: str | None = None


def plain(text: str) -> str:
    """Return a text with full-width characters as plain ones and without surrounding blanks."""
    return unicodedata.normalize("NFKC", text).strip()


def is_plain_number(text: str) -> bool:
    """Tell whether a text is a number that needs no conversion."""
    return _NUMBER.fullmatch(text) is not None


def read_number(text: str) -> Reading:
    """Read a number; a per cent sign is dropped and reported, thousands separators likewise."""
    bare = plain(text)
    done = ["full-width"] if bare != text.strip(" \t") else []
    if bare.lower() in MISSING:
        return Reading(math.nan, ("missing-marker",))
    if bare.endswith("%") and _NUMBER.fullmatch(bare[:-1].strip()):
        return Reading(float(bare[:-1]), (*done, "percent-sign"))
    if _GROUPED.fullmatch(bare):
        return Reading(float(bare.replace(",", "")), (*done, "thousands-separator"))
    if _NUMBER.fullmatch(bare):
        value = float(bare)
        return Reading(value, tuple(done)) if math.isfinite(value) else Reading(math.nan, fault="infinite")
    return Reading(math.nan, fault=_why_no_number(bare))


def _why_no_number(bare: str) -> str:
    if bare.startswith("#"):
        return "formula-error"
    if bare.startswith("="):
        return "formula-without-value"
    if bare.lower() in TRUE | FALSE:
        return "truth-in-number"
    if _DATE.fullmatch(bare):
        return "date-in-number"
    if bare.lower().lstrip("+-") in {"inf", "infinity", "∞"}:
        return "infinite"
    if _NUMBER_RANGE.fullmatch(bare):
        return "number-range"
    if re.fullmatch(rf"({_GROUPED.pattern}|{_NUMBER.pattern})\s*[^\d\s.,]+", bare):
        return "unit-in-cell"
    return "not-a-number"


def read_period(text: str) -> Reading:
    """Read a period into its one spelling: ``2024``, ``2024Q4`` or ``2024-11``.

    A date means its month. A day number of a spreadsheet is taken for a date.
    """
    if _CANONICAL.fullmatch(text):
        return Reading(text)
    bare = plain(text)
    if not bare:
        return Reading("", fault="empty-key")
    if _CANONICAL.fullmatch(bare):
        return Reading(bare, ("full-width",))
    if day := _DATE.fullmatch(bare):
        return Reading(f"{day[1]}-{int(day[2]):02d}", ("excel-date",)) if _is_date(day) else _no_period()
    if re.fullmatch(r"\d{5}(\.0)?", bare) and int(float(bare)) in _SERIALS:
        counted = date(1899, 12, 30) + timedelta(days=int(float(bare)))
        return Reading(f"{counted.year}-{counted.month:02d}", ("excel-serial",))
    spelt = _respell(bare)
    return Reading(spelt, ("period-spelling",)) if spelt else _no_period()


def _is_date(match: re.Match[str]) -> bool:
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _no_period() -> Reading:
    return Reading("", fault="period-spelling")


def _respell(bare: str) -> str | None:
    if match := _QUARTER.fullmatch(bare):
        return f"{match[1]}Q{_NUMERAL[match[2] or match[3] or match[4]]}"
    if match := _QUARTER_FIRST.fullmatch(bare):
        return f"{match[2]}Q{match[1]}"
    if match := _MONTH.fullmatch(bare) or _MONTH_PLAIN.fullmatch(bare):
        return f"{match[1]}-{int(match[2]):02d}"
    if match := _YEAR.fullmatch(bare.removesuffix(".0")):
        return match[1]
    return None


def read_code(text: str) -> Reading:
    """Read a county code: six digits, the first of them 1 to 8."""
    if re.fullmatch(r"[1-8]\d{5}", text):
        return Reading(text)
    bare = plain(text)
    if not bare:
        return Reading("", fault="empty-key")
    if re.fullmatch(r"[1-8]\d{5}", bare):
        return Reading(bare, ("full-width",))
    if re.fullmatch(r"[1-8]\d{5}\.0+", bare):
        return Reading(bare[:6], ("code-as-number",))
    return Reading("", fault="county-code")


def read_name(text: str) -> Reading:
    """Read a name or an identifier; it may be empty."""
    return Reading(text.strip())


def read_key(text: str) -> Reading:
    """Read a name or an identifier that must be there."""
    bare = text.strip()
    return Reading(bare) if bare else Reading("", fault="empty-key")


def read_region(text: str) -> Reading:
    """Read a region in English or Chinese."""
    bare = plain(text)
    if bare in {"east", "central", "west", "ethnic-remote"}:
        return Reading(bare)
    if bare in REGIONS:
        return Reading(REGIONS[bare], ("region-name",))
    return Reading("", fault="unknown-region")


def read_optional_period(text: str) -> Reading:
    """Read a period, or nothing from an empty cell."""
    return read_period(text) if text.strip() else Reading("")


def read_truth(text: str) -> Reading:
    """Read yes or no, in English, Chinese, or as 1 and 0; 1.0, 0.0 or NaN."""
    bare = plain(text).lower()
    if bare in {"", "0", "1", "0.0", "1.0"}:
        return Reading(float(bare) if bare else math.nan)
    if bare in TRUE | FALSE:
        return Reading(float(bare in TRUE), ("truth-word",))
    return Reading(math.nan, fault="not-a-number")
