"""What a finished page prints of the ledger: its tagged numbers, and the lines of its tables, read in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

LEDGER, FIELD = "data-ledger", "data-field"


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a page prints it, and the row and field that it claims to come from."""

    text: str
    row: str
    field: str


@dataclass(slots=True)
class Line:
    """A line of a table: the text of its first cell, and the rows of the ledger that its numbers name."""

    label: str = ""
    rows: list[str] = field(default_factory=list)
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as its proofs read it.

    Attributes
    ----------
    name
        Of its file.
    numbers, lines
        In the order of the page.
    """

    name: str
    numbers: list[Printed]
    lines: list[Line]


def read_page(html: Path) -> Page:
    """Read the tagged numbers and the lines of the tables of a page."""
    reader = _Reader()
    reader.feed(html.read_text(encoding="utf-8"))
    return Page(html.name, reader.numbers, reader.lines)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[Printed] = []
        self.lines: list[Line] = []
        self._number: tuple[str, str] | None = None
        self._line: Line | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        rows = [value for name, value in attrs if name == LEDGER]
        if tag == "tr":
            self._line = Line()
            self.lines.append(self._line)
        elif self._line is not None:
            self._line.cells += tag in {"td", "th"}
            self._line.rows += filter(None, rows)
        if tag == "span" and rows and rows[-1] is not None:
            self._number, self._text = (rows[-1], dict(attrs).get(FIELD) or ""), ""

    def handle_data(self, data: str) -> None:
        if self._number is not None:
            self._text += data
        if self._line is not None and self._line.cells == 1:
            self._line.label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._number is not None:
            self.numbers.append(Printed(self._text, *self._number))
            self._number = None
        elif tag == "tr":
            self._line = None
