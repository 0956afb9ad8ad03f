"""Proof of labels: the numbers beside the title of an outcome are those of that outcome.

The proof of numbers compares each number with the row of the ledger that it names, and would not see that two titles
had changed places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from pilotbook.errors import ProofError
from pilotbook.evaluate.ledger import Ledger


@dataclass(slots=True)
class Line:
    """A line of a table: the text of its first cell, and the rows of the ledger that its numbers name."""

    label: str = ""
    rows: list[str] = field(default_factory=list)
    cells: int = 0


class _Reader(HTMLParser):
    """Collects the lines of the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._open: Line | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._open = Line()
            self.lines.append(self._open)
        elif self._open is not None:
            self._open.cells += tag in {"td", "th"}
            self._open.rows += [row for name, row in attrs if name == "data-ledger" and row]

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.cells == 1:
            self._open.label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._open = None


def prove_labels(html: Path, ledger: Ledger, titles: Mapping[str, str]) -> None:
    """Compare the outcome that each line of a table is about with the outcome of its numbers.

    Parameters
    ----------
    html
        A finished page.
    ledger
        What its numbers come from.
    titles
        Title of each outcome by its id, in the language of the page.

    Raises
    ------
    ProofError
        If a line begins with the title of one outcome and prints a number of another.
    """
    reader = _Reader()
    reader.feed(html.read_text(encoding="utf-8"))
    outcomes = {row.id: row.outcome for row in ledger}
    for line in reader.lines:
        label = line.label.strip()
        own = _outcomes_named(label, titles)
        for row in line.rows if own else ():
            if outcomes[row] in titles and outcomes[row] not in own:
                said = titles[outcomes[row]]
                raise ProofError(f"{html.name}: the line '{label}' prints a number of '{said}' ({row})")


def _outcomes_named(label: str, titles: Mapping[str, str]) -> set[str]:
    """Return the outcomes that a label begins with; none if it is no outcome's."""
    named = {title for title in titles.values() if label.startswith(title)}
    longest = max(named, key=len, default="")
    return {outcome for outcome, title in titles.items() if title == longest}
