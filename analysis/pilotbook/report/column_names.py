"""Columns of the data in words."""

from __future__ import annotations

from pilotbook.panel.source import Source
from pilotbook.report.language import SOURCE, say_if_known


def column_name(source: Source, column: str, language: str) -> str:
    """Name a column as the description of its data does, a column of the contract by itself; any other as code.

    Parameters
    ----------
    source
        Where the panel comes from.
    column
        As the data call it.
    language
        ``en`` or ``zh``; a title that the language's catalogue does not have stays as it is.
    """
    title = source.titles.get(column)
    if title is not None:
        return say_if_known(language, title)
    said = say_if_known(language, column) if source.is_vintage else column
    return said if source.is_vintage and (language == SOURCE or said != column) else f"`{column}`"


def within_a_line(name: str) -> str:
    """Begin a name with a small letter, as within a line, unless it is an abbreviation."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
