"""What a sheet of a workbook hides from whoever reads its cells only: merged ranges, hidden parts, lost results."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z0-9:]+)"')
_HIDDEN_ROW = re.compile(rb'<row [^>]*hidden="(?:1|true)"')
_HIDDEN_COLUMNS = re.compile(rb'<col [^>]*hidden="(?:1|true)"')
_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range: only its first cell can hold a value."""

    ref: str
    first_column: int
    first_row: int
    last_row: int


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What stands beside the cells of a sheet.

    Attributes
    ----------
    hidden
        Whether the sheet itself is hidden.
    hidden_rows, hidden_columns
        Rows, and groups of columns, that are hidden.
    merged
        Merged ranges.
    lost
        Formulas without a stored result by row and column, both counted from one: they would read as empty.
    """

    hidden: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: tuple[Merged, ...] = ()
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)


def sheet_facts(path: Path, book: Workbook) -> dict[str, SheetFacts]:
    """Return the facts of every worksheet, by its title.

    Parameters
    ----------
    path
        The workbook.
    book
        The same, opened read-only.
    """
    facts: dict[str, SheetFacts] = {}
    with zipfile.ZipFile(path) as archive:
        contents = {sheet.title: archive.read(sheet._worksheet_path) for sheet in book.worksheets}
    lost = _formulas_without_value(path) if any(map(_FORMULA.search, contents.values())) else {}
    for sheet in book.worksheets:
        content = contents[sheet.title]
        facts[sheet.title] = SheetFacts(
            hidden=sheet.sheet_state != "visible",
            hidden_rows=len(_HIDDEN_ROW.findall(content)),
            hidden_columns=len(_HIDDEN_COLUMNS.findall(content)),
            merged=tuple(_merged(content)),
            lost=lost.get(sheet.title, {}),
        )
    return facts


def _merged(content: bytes) -> Iterator[Merged]:
    for ref in _MERGED.findall(content):
        first_column, first_row, _, last_row = range_boundaries(ref.decode())
        yield Merged(ref.decode(), first_column, first_row, last_row)


def _formulas_without_value(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    values = load_workbook(path, data_only=True)
    found: dict[str, dict[tuple[int, int], str]] = {}
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and values[sheet.title].cell(cell.row, cell.column).value is None:
                    found.setdefault(sheet.title, {})[cell.row, cell.column] = str(cell.value)
    return found
