"""The words of the website. They stand in English in templates and code; a gettext catalogue of its own has the rest.

Words that a report uses too (verdicts, families, estimators) are taken from the report's catalogue.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from pilotbook.errors import RenderError
from pilotbook.project import LOCALES
from pilotbook.report.language import LOCALE, SOURCE, catalogue_file

LANGUAGES = ("en", "zh")
TAGS = {"en": "en", "zh": "zh-CN"}
NAMES = {"en": "English", "zh": "中文"}
"""Each language in its own words: they stand in the switch, for those who read only that one."""

DOMAIN = "site.po"


@cache
def catalogues(language: str) -> tuple[Catalog, ...]:
    """Return the catalogues of a language, the website's own first."""
    found = []
    for file in (LOCALES / LOCALE[language] / "LC_MESSAGES" / DOMAIN, catalogue_file(language)):
        with file.open("rb") as stream:
            found.append(read_po(stream, locale=LOCALE[language]))
    return tuple(found)


def say(language: str, text: str, /, **values: Any) -> str:
    """Return a text of the website in a language, its ``{name}`` placeholders filled.

    Raises
    ------
    RenderError
        If no catalogue has it.
    """
    said = _known(language, text)
    if said is None:
        raise RenderError(f"no '{language}' text for “{text}”; add it to reports/locale/{LOCALE[language]}/…/{DOMAIN}")
    return said.format(**values) if values else said


@cache
def _known(language: str, text: str) -> str | None:
    if language == SOURCE:
        return text
    for catalogue in catalogues(language):
        message = catalogue.get(text)
        if message is not None and message.string and not message.fuzzy:
            return str(message.string)
    return None


def spell_date(language: str, date: Any) -> str:
    """Write a date in words: 3 February 2026, 2026年2月3日."""
    return str(format_date(date, format="d MMMM y" if language == SOURCE else "long", locale=LOCALE[language]))
