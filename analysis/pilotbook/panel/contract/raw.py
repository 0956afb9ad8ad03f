"""A raw table: the cells of one sheet or file as they stand there, each row with its number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.finding import Finding

HEADER_ROW = 1


@dataclass(frozen=True, slots=True)
class CellNotes:
    """Cells of a workbook that are not what their text looks like: column to place to what is stored.

    Attributes
    ----------
    percent
        Cells whose per cent format was applied, with the number as stored.
    as_text
        Numbers that are stored as text.
    """

    percent: dict[int, dict[int, str]] = field(default_factory=dict)
    as_text: dict[int, dict[int, str]] = field(default_factory=dict)

    def at(self, rows: NDArray[np.int64]) -> CellNotes:
        """Return the notes with positions among these rows in the place of row numbers."""
        place = {int(number): i for i, number in enumerate(rows)}

        def placed(by_column: dict[int, dict[int, str]]) -> dict[int, dict[int, str]]:
            return {c: {place[n]: text for n, text in cells.items() if n in place} for c, cells in by_column.items()}

        return CellNotes(placed(self.percent), placed(self.as_text))


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as it stands in a file.

    Attributes
    ----------
    file, sheet
        Where it stands; ``sheet`` is None outside a workbook.
    header
        Column names as written.
    columns
        One array per column: text, or typed if the file is typed.
    rows
        Row number of each record as an editor counts it.
    notes
        What a workbook knows of its cells beyond their text.
    header_row
        Row number of the header.
    """

    file: str
    sheet: str | None
    header: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: NDArray[np.int64]
    notes: CellNotes = field(default_factory=CellNotes)
    header_row: int = HEADER_ROW


@dataclass(slots=True)
class Source:
    """What one file holds."""

    tables: list[RawTable]
    findings: list[Finding]
    conversions: list[Conversion]


def refused(file: str, id: str, row: int | None = None, sheet: str | None = None, **gaps: Any) -> Source:
    """Return that a file cannot be read, and why."""
    sentence = FAULTS[id].sentence.format(**gaps)
    value = gaps.get("value")
    return Source([], [Finding(file, id, sentence, sheet=sheet, row=row, value=value)], [])


def checked(table: RawTable, conversions: list[Conversion]) -> Source:
    """Return a table with what is wrong with its header; a table without rows is refused."""
    findings = list(_header_faults(table))
    if not findings and len(table.rows) == 0:
        return refused(table.file, "no-rows", sheet=table.sheet)
    return Source([table], findings, conversions)


def _header_faults(table: RawTable) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, column in zip(table.header, table.columns, strict=True):
        if name == "" and any(value not in {"", None} for value in column.to_pylist()):
            yield Finding(
                table.file, "blank-header", FAULTS["blank-header"].sentence, sheet=table.sheet, row=table.header_row
            )
        elif name != "" and name in seen:
            sentence = FAULTS["duplicate-column"].sentence
            yield Finding(
                table.file, "duplicate-column", sentence, sheet=table.sheet, row=table.header_row, column=name
            )
        seen.add(name)
