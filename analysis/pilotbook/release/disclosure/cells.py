"""The cells of the tables of a finished page or an executed notebook, with the heading that each stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat

Table = list[list[str]]

_ATTRIBUTES = re.compile(r"\[([^\]]*)\]\{[^}]*\}")
_RULE = re.compile(r"^[\s|:+-]+$")


class _Reader(HTMLParser):
    """Collects the tables of a page, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None


def tables_of_page(page: Path) -> list[Table]:
    """Return the tables of an HTML page."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.tables


def tables_of_notebook(notebook: Path) -> list[Table]:
    """Return the Markdown tables among the outputs of a notebook, and those in its prose."""
    content = nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)
    texts = [cell.source for cell in content.cells if cell.cell_type == "markdown"]
    for cell in content.cells:
        texts += [output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])]
    return [table for text in texts for table in _pipe_tables(text)]


def _pipe_tables(text: str) -> Iterator[Table]:
    table: Table = []
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("|"):
            if not _RULE.match(line):
                cells = _ATTRIBUTES.sub(r"\1", line.strip().strip("|")).split("|")
                table.append([cell.strip() for cell in cells])
        elif table:
            yield table
            table = []


def headed_cells(table: Table) -> Iterator[tuple[str, str]]:
    """Return every cell with its heading: that of its column, and in a table of two columns its row's first cell."""
    if not table:
        return
    heads = table[0]
    for row in table[1:]:
        for position, cell in enumerate(row):
            if position < len(heads):
                yield heads[position], cell
            if position == 1 and len(heads) == 2:
                yield row[0], cell
