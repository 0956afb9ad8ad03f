"""Comparing what two runs show: texts that may differ in the last digit of a number, and notebooks cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from nbformat import NotebookNode

from pilotbook.release.exhibits import RULES, sanitised
from pilotbook.report.pdf_text import read_pdf

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")
RELATIVE = 1e-6
"""Coordinates of figures carry six digits."""
AROUND = 40


def alike(recorded: str, rerun: str) -> bool:
    """Tell whether two texts differ in nothing but the last digits of numbers."""
    if NUMBER.sub("0", recorded) != NUMBER.sub("0", rerun):
        return False
    pairs = zip(NUMBER.findall(recorded), NUMBER.findall(rerun), strict=True)
    return all(a == b or _close(a, b) for a, b in pairs)


def _close(a: str, b: str) -> bool:
    """Tell whether two printed numbers differ by one unit of the last digit, or by as little in proportion."""
    x, y = float(a.replace(",", "")), float(b.replace(",", ""))
    places = min(len(a.partition(".")[2]), len(b.partition(".")[2]))
    unit = 10.0**-places if places else 0.0  # a whole number is a count
    return abs(x - y) <= max(1.01 * unit, RELATIVE * max(abs(x), abs(y)))


def first_difference(recorded: str, rerun: str) -> str:
    """Show the first place at which two texts differ."""
    pairs = enumerate(zip(recorded, rerun, strict=False))
    at = next((position for position, (a, b) in pairs if a != b), min(len(recorded), len(rerun)))
    return f"'…{_around(recorded, at)}…', rerun '…{_around(rerun, at)}…'"


def _around(text: str, at: int) -> str:
    return " ".join(text[max(at - AROUND, 0) : at + AROUND].split())


def page_text(page: Path) -> str:
    """Return the words of a page, HTML or PDF, sanitised."""
    return sanitised(_pdf_text(page) if page.suffix == ".pdf" else _html_text(page))


def _pdf_text(page: Path) -> str:
    return "\n".join(read_pdf(page).pages)


class _Words(HTMLParser):
    """Collects the words of a page, also those of pictures' descriptions."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script"}
        self.words += [value for name, value in attrs if name in {"alt", "aria-label", "title"} and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(" ".join(data.split()))


def _html_text(page: Path) -> str:
    reader = _Words()
    reader.feed(page.read_text(encoding="utf-8"))
    return "\n".join(reader.words)


def other_cells(recorded: Path, rerun: Path) -> Iterator[str]:
    """Name the cells of two executed notebooks that differ; outputs are compared by nbval.

    Yields
    ------
    str
        The cell's id, and what of it is another.
    """
    old, new = (nbformat.reads(path.read_text(encoding="utf-8"), as_version=4) for path in (recorded, rerun))
    there = {cell.id: cell for cell in new.cells}
    comparison = _nbval()
    for cell in old.cells:
        again = there.pop(cell.id, None)
        if again is None:
            yield f"cell '{cell.id}' is not there"
        elif sanitised(cell.source) != sanitised(again.source):
            yield f"cell '{cell.id}' has another source"
        elif _inline(cell) != _inline(again):
            yield f"cell '{cell.id}' says {first_difference(_inline(cell), _inline(again))}"
        elif cell.cell_type == "code" and not comparison.compare_outputs(again.outputs, cell.outputs):
            yield f"cell '{cell.id}' shows something else"
    yield from (f"cell '{name}' is new" for name in there)


def _inline(cell: NotebookNode) -> str:
    """Return the values that stand inside of prose."""
    values: list[Mapping[str, Any]] = cell.metadata.get("user_expressions", [])
    return sanitised("\n".join(str(value["result"].get("data", value["result"])) for value in values))


def _nbval() -> Any:
    """Return nbval's comparison of the outputs of one cell, with our sanitising rules, outside of pytest."""
    from nbval.plugin import IPyNbCell, get_sanitize_patterns, nocolors  # noqa: PLC0415  # imports pytest

    class Comparison:
        colors = nocolors
        parent = SimpleNamespace(
            sanitize_patterns=dict(get_sanitize_patterns(RULES.read_text(encoding="utf-8"))),
            skip_compare=("metadata", "traceback", "output_type", "name", "execution_count", "text/plain"),
        )
        compare_outputs = IPyNbCell.compare_outputs
        sanitize = IPyNbCell.sanitize

        def format_output_compare(self, key: str, left: Any, right: Any) -> None:
            """Leave out pytest's account of the difference."""

    return Comparison()
