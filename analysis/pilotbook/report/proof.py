"""Proof of numbers: what a finished page prints is what the ledger says.

In HTML every number carries the id of its row, so each is compared on its own. A PDF carries no such marks; there
the same numbers must stand in the text in the same order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from pilotbook.errors import ProofError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.report.numbers import Field, Numbers
from pilotbook.report.pdf_text import read_pdf
from pilotbook.report.printed import Page, Printed

SHOWN = 10
DECIMAL = "."
NUMBER = re.compile(r"[−<]?\d[\d,]*(?:\.\d+)?")
"""A number as a report prints it; only those with decimals are counted, since whole ones stand everywhere."""


def prove_html(page: Page, ledger: Ledger, language: str, *others: Ledger) -> None:
    """Compare every tagged number of a page with the ledger, or with that of several which has its row.

    Raises
    ------
    ProofError
        If there is none although the ledger has an estimate, or one is not the ledger's; each is named with what it
        should be.
    """
    printers = [Numbers(one, language) for one in (ledger, *others)]
    rows = {row.id: (row, numbers) for numbers in printers for row in numbers.ledger}
    if not page.numbers and any(row.estimate is not None for row, _ in rows.values()):
        raise ProofError(f"{page.name}: no number carries the id of its row in the ledger")
    wrong = []
    for number in page.numbers:
        row, numbers = rows.get(number.row, (None, None))
        if row is None or numbers is None:
            wrong.append(f"{page.name}: '{number.text}' claims a row that is not in the ledger: {number.row}")
        elif number.text != (true := numbers.text(row, cast(Field, number.field))):
            wrong.append(f"{page.name}: '{number.text}' should be '{true}' ({number.field} of {number.row})")
    _refuse(wrong)


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
