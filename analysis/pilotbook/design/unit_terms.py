"""Units in two languages: an English text and its Chinese must speak of the same unit.

A wrong number is found by the proof of numbers; a right number with a wrong unit is not, and misleads as much. That
holds as well for what is counted: our texts say county, and where a row of the panel is a facility they say that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Term(NamedTuple):
    """A unit as either language writes it, as regular expressions.

    Attributes
    ----------
    english, chinese
        Where the one is found, the other must be.
    loosely
        What the English may say where the Chinese has the unit; None where the Chinese has other uses too.
    """

    english: str
    chinese: str
    loosely: str | None = None


TERMS = (
    Term(r"\bpercentage points?\b|\bpp\b", "百分点", r"\bpoints?\b|\bpp\b"),
    Term(r"\blog points?\b", "对数点", r"\blog points?\b"),
    Term(r"\bper[ -]cent\b|%", "[%％]|百分|成"),
    Term(r"\bper (?:1,?000|thousand)\b", "[每/]千", r"1,?000|thousand"),
    Term(r"\bper (?:10,?000|ten thousand)\b", "[每/]万", r"10,?000|ten thousand"),
    Term(r"\bper (?:100,?000|hundred thousand)\b", "[每/]十万|[每/]10万", r"100,?000|hundred thousand"),
    Term(r"\bCNY\b", "元"),
    Term(r"\bUSD\b", "美元", r"\bUSD\b|dollars?"),
)


def unit_lost(english: str, chinese: str) -> str | None:
    """Say which unit one of two texts has and the other lacks; None if they agree.

    Parameters
    ----------
    english, chinese
        A text and its translation.
    """
    for term in TERMS:
        there, here = re.search(term.english, english), re.search(term.chinese, chinese)
        if there and not here:
            return f"'{there[0]}' is not in “{chinese}”"
        if here and term.loosely is not None and not re.search(term.loosely, english):
            return f"'{here[0]}' is not in “{english}”"
    return None


COUNTY = "county"
"""What our texts count."""

COUNTED: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = {
    "facility": {
        "en": (
            (r"(?<![{\w-])county(?![\w}]|-(?!periods))", "facility"),
            (r"(?<![{\w-])counties(?![\w}-])", "facilities"),
            (r"(?<![{\w-])County(?![\w}-])", "Facility"),
            (r"(?<![{\w-])Counties(?![\w}-])", "Facilities"),
        ),
        "zh": (("县(?![域级乡医区城内外市])", "机构"),),
    },
}
"""Where a row of the panel is another unit: what it is called in each language, for each word that our texts have."""

BOTH = re.compile("facilit|机构", re.IGNORECASE)
"""A text that speaks of facilities already tells them from counties, and stays."""


def counting(text: str, language: str, unit: str) -> str:
    """Return one of our own texts with what a row of the panel is, for county.

    Parameters
    ----------
    text
        A text in a language, placeholders and all; never one of the sources or of a plan, which mean what they say.
    language, unit
        The language, and what a row of the panel is, such as ``facility``.
    """
    if unit not in COUNTED or BOTH.search(text):
        return text
    for pattern, word in COUNTED[unit][language]:
        text = re.sub(pattern, word, text)
    return text
