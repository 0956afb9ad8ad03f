"""The languages of a report. English is written in the sources; the others come from gettext catalogues.

A catalogue maps the English text, placeholders and all, to the text of the language. What has no translation is an
error, not English in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotbook.design.unit_terms import COUNTED, COUNTY, counting, unit_lost
from pilotbook.errors import RenderError
from pilotbook.project import LOCALES
from pilotbook.report.lookups import Entry, note

if TYPE_CHECKING:  # a second of imports that only a chapter needs
    from babel.messages.catalog import Catalog
    from nbformat import NotebookNode

SOURCE = "en"
LOCALE = {"en": "en", "zh": "zh_Hans_CN"}
"""How Babel calls our languages; its formats of numbers and dates follow."""

CATALOGUE = "pilotbook.po"
UNKNOWN = ("", False)

WHOLE_NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w.-])")

CAPTION = re.compile(r'^(#\|[ \t]*(?:fig-cap|tbl-cap|title):[ \t]*")([^"{][^"]*)("[ \t]*)$', re.MULTILINE)
"""A caption among the options of a cell, unless it is computed."""

ANY_CAPTION = re.compile(r'^(#\|[ \t]*(?:fig-cap|tbl-cap):[ \t]*".*)("[ \t]*)$', re.MULTILINE)


def languages() -> tuple[str, ...]:
    """Return the languages that a report can be rendered in."""
    return tuple(name for name in LOCALE if name == SOURCE or catalogue_file(name).is_file())


def catalogue_file(language: str) -> Path:
    """Return the gettext catalogue of a language."""
    return LOCALES / LOCALE[language] / "LC_MESSAGES" / CATALOGUE


@cache
def _catalogue(language: str) -> Catalog:
    from babel.messages.pofile import read_po  # noqa: PLC0415  # English has no catalogue

    with catalogue_file(language).open("rb") as stream:
        return read_po(stream, locale=LOCALE[language])


def entry(language: str, text: str) -> Entry:
    """Return the translation of a text and whether it is unsure, None if the catalogue has no such text."""
    message = _catalogue(language).get(text)
    return None if message is None else (str(message.string), message.fuzzy)


def _look_up(language: str, text: str) -> Entry:
    """Return the same to whoever prints it, which is noted."""
    found = entry(language, text)
    note(language, text, found)
    return found


_counted = COUNTY


def speak_of(unit: str) -> None:
    """Let all texts of this process say what a row of the panel is; the first cell of a report on facilities does."""
    global _counted  # a process executes one report
    _counted = unit


def say(language: str, text: str, /, **values: Any) -> str:
    """Return a text in a language, its placeholders filled.

    Parameters
    ----------
    language
        ``en`` or ``zh``.
    text
        The English text; ``{name}`` is a placeholder.
    values
        What the placeholders stand for.

    Raises
    ------
    RenderError
        If the catalogue has no translation.
    """
    said = counting(text if language == SOURCE else _translation(language, text), language, _counted)
    return said.format(**values) if values else said


def say_if_known(language: str, text: str) -> str:
    """Return a text in a language if its catalogue has it, else as it is: for messages of estimators and of users.

    A message that holds numbers may stand in the catalogue with ``{n}`` for each of them.
    """
    return counting(text if language == SOURCE else _known(language, text), language, _counted)


def _known(language: str, text: str) -> str:
    whole, _ = _look_up(language, text) or UNKNOWN
    if whole:
        return whole
    pattern, _ = _look_up(language, WHOLE_NUMBER.sub("{n}", text)) or UNKNOWN
    if not pattern:
        return text
    numbers = iter(WHOLE_NUMBER.findall(text))
    return re.sub(r"\{n\}", lambda _: next(numbers), pattern)


def why_not(language: str, reason: str | None) -> str:
    """Return a reason of the ledger for use within a sentence; one that is not in the language: that it is so."""
    said = say_if_known(language, reason) if reason else ""
    if not said or (language != SOURCE and said == reason):
        return say(language, "not evaluable")
    return said.rstrip(".。")


def _translation(language: str, text: str) -> str:
    translation, fuzzy = _look_up(language, text) or UNKNOWN
    file = f"reports/locale/{LOCALE[language]}/…/{CATALOGUE}"
    if not translation or fuzzy:
        raise RenderError(f"no '{language}' text for “{text}”; add it to {file}")
    if lost := unit_lost(text, translation):
        raise RenderError(f"the '{language}' text for “{text}” has another unit: {lost}; mend it in {file}")
    return translation


def translate(notebook: NotebookNode, language: str) -> None:
    """Put a chapter into a language, in place: its prose paragraph by paragraph, and its captions.

    Raises
    ------
    RenderError
        If the catalogue lacks one of them.
    """
    if language == SOURCE:
        return
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(
                _translation(language, part) if _is_text(part) else part for part in paragraphs(cell.source)
            )
        elif cell.cell_type == "code":
            cell.source = CAPTION.sub(lambda m: m[1] + _translation(language, m[2]) + m[3], cell.source)


def count_by(notebook: NotebookNode, unit: str, language: str) -> None:
    """Let prose, captions and cells of a translated report, in place, speak of what a row of its panel is."""
    from nbformat.v4 import new_code_cell  # noqa: PLC0415  # a second of imports that only a chapter needs

    if unit not in COUNTED:
        return
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(counting(part, language, unit) for part in paragraphs(cell.source))
        elif cell.cell_type == "code":
            cell.source = CAPTION.sub(lambda m: m[1] + counting(m[2], language, unit) + m[3], cell.source)
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    speaking = new_code_cell(f'#| include: false\nfrom pilotbook.report.language import speak_of\n\nspeak_of("{unit}")')
    speaking["id"] = "speak-of"
    notebook.cells.insert(first, speaking)


def mark_simulated(notebook: NotebookNode, language: str) -> None:
    """Say in every caption of a report, in place, that its data are simulated."""
    mark = say(language, " (simulated data)")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ANY_CAPTION.sub(lambda m: f"{m[1]}{mark}{m[2]}", cell.source)


def paragraphs(source: str) -> list[str]:
    """Split prose at blank lines."""
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", source) if part.strip()]


def _is_text(paragraph: str) -> bool:
    """Tell whether a paragraph has words, rather than only marks such as ``:::``."""
    return bool(re.search(r"[A-Za-z]", re.sub(r"\{[^}]*\}", "", paragraph)))


def texts_of(notebook: NotebookNode) -> Iterator[str]:
    """Give every text of a chapter that a translation needs."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from filter(_is_text, paragraphs(cell.source))
        elif cell.cell_type == "code":
            yield from (match[2] for match in CAPTION.finditer(cell.source))
