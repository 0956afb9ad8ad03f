"""Who knows only Chinese finds no English in the Chinese report but names and code, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from ..example import Example
from .page_text import texts

LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:[-'’.][A-Za-zÀ-ÖØ-öø-ÿ]+)*")
HAN = re.compile(r"[\u3400-\u9fff]+")

SYMBOLS = {*"ABCDFPQRSt", "p", "n", "L", "CI", "mmHg", "mmol"}
"""Grades, quarters, seeds, statistics, and units that Chinese writes so."""

METHODS_AND_PEOPLE = {
    *("Callaway", "Sant’Anna", "Sant'Anna", "Newey", "West", "Ferman", "Pinto", "Holm", "Poisson", "Ben-Michael"),
    *("Benjamini-Hochberg", "Rambachan", "Roth", "Sun", "Abraham", "Goodman-Bacon", "CR", "RI", "WCB", "SIE"),
}
"""Names, and the abbreviations that the text explains in Chinese where it uses them."""

ABBREVIATIONS = {"CSV", "HTML", "PDF", "SHA", "DOI", "CC", "DRG", "DIP", "EPOC", "WONCA"}
"""Of formats, licences, payment systems and societies, which Chinese reports write so."""

OF_THE_PLAN = {"three-county-linked-pilot", "pilotbook", "The", "authors"}
"""The data set and the authors that the plan states, and the name of the program."""

ALLOWED = SYMBOLS | METHODS_AND_PEOPLE | ABBREVIATIONS | OF_THE_PLAN


def page(example: Example, language: str) -> Path:
    return next(example.out.glob(f"*/*/{language}/report.html"))


def without_references(page: Path) -> list[str]:
    """Return the texts of a page before its list of literature, which quotes titles as they were published."""
    found = texts(page)
    first = next(i for i, text in enumerate(found) if "[J]" in text)
    return found[:first]


def test_what_is_left_of_english_in_the_chinese_report(bilingual: Example) -> None:
    left = {
        f"{word}: {' '.join(text.split())[:80]}"
        for text in without_references(page(bilingual, "zh"))
        for word in LATIN.findall(text)
        if word not in ALLOWED
    }
    assert sorted(left) == []


def test_nothing_is_left_of_chinese_in_the_english_report(bilingual: Example) -> None:
    assert [text for text in texts(page(bilingual, "en")) if HAN.search(text)] == []
