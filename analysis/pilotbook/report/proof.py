"""Proof of numbers: what a finished page prints is what the ledger says.

In HTML every number carries the id of its row, so each is compared on its own. A PDF carries no such marks; there
the same numbers must stand in the text in the same order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

from pilotbook.errors import ProofError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.report.numbers import Field, Numbers
from pilotbook.report.pdf_text import read_pdf

SHOWN = 10
DECIMAL = "."
NUMBER = re.compile(r"[−<]?\d[\d,]*(?:\.\d+)?")
"""A number as a report prints it; only those with decimals are counted, since whole ones stand everywhere."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a page prints it, and the row and field that it claims to come from."""

    text: str
    row: str
    field: str


class _Reader(HTMLParser):
    """Collects the tagged numbers of a page in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Printed] = []
        self._open: tuple[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        row = names.get("data-ledger")
        if tag == "span" and row is not None:
            self._open, self._text = (row, names.get("data-field") or ""), ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._open is not None:
            self.found.append(Printed(self._text, *self._open))
            self._open = None


def printed_numbers(html: Path) -> list[Printed]:
    """Return the tagged numbers of a page, in the order of the page."""
    reader = _Reader()
    reader.feed(html.read_text(encoding="utf-8"))
    return reader.found


def prove_html(html: Path, ledger: Ledger, language: str, *others: Ledger) -> list[Printed]:
    """Compare every tagged number of a page with the ledger, or with that of several which has its row.

    Returns
    -------
    list of Printed
        The numbers, in the order of the page.

    Raises
    ------
    ProofError
        If there is none although the ledger has an estimate, or one is not the ledger's; each is named with what it
        should be.
    """
    printers = [Numbers(one, language) for one in (ledger, *others)]
    rows = {row.id: (row, numbers) for numbers in printers for row in numbers.ledger}
    found = printed_numbers(html)
    if not found and any(row.estimate is not None for row, _ in rows.values()):
        raise ProofError(f"{html.name}: no number carries the id of its row in the ledger")
    wrong = []
    for number in found:
        row, numbers = rows.get(number.row, (None, None))
        if row is None or numbers is None:
            wrong.append(f"{html.name}: '{number.text}' claims a row that is not in the ledger: {number.row}")
        elif number.text != (true := numbers.text(row, cast(Field, number.field))):
            wrong.append(f"{html.name}: '{number.text}' should be '{true}' ({number.field} of {number.row})")
    _refuse(wrong)
    return found


def prove_pdf(pdf: Path, numbers: Sequence[Printed]) -> None:
    """Find the numbers of the HTML page in the text of the PDF: in the same order, and each as often.

    Raises
    ------
    ProofError
        At the first number that is not there, or that stands there less often.
    """
    text = "".join(read_pdf(pdf).pages)
    _refuse(_out_of_order(pdf.name, text, numbers) or _too_rare(pdf.name, text, numbers))


def _out_of_order(name: str, text: str, numbers: Sequence[Printed]) -> list[str]:
    at, before = 0, "the beginning"
    for number in numbers:
        at = text.find(number.text, at)
        if at < 0:
            return [f"{name}: '{number.text}' ({number.field} of {number.row}) does not stand after {before}"]
        at, before = at + len(number.text), f"'{number.text}'"
    return []


def _too_rare(name: str, text: str, numbers: Sequence[Printed]) -> list[str]:
    there = Counter(NUMBER.findall(text))
    wanted = Counter(number.text for number in numbers if NUMBER.fullmatch(number.text))
    return [
        f"{name}: '{number}' stands {there[number]} times, in the HTML page {count} times"
        for number, count in wanted.items()
        if there[number] < count and DECIMAL in number
    ]


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        more = [f"… and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        raise ProofError("\n".join([*wrong[:SHOWN], *more]))
