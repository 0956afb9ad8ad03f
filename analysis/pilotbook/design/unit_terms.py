"""Units in two languages: an English text and its Chinese must speak of the same unit.

A wrong number is found by the proof of numbers; a right number with a wrong unit is not, and misleads as much.
"""

from __future__ import annotations

import re
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
