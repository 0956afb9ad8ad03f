"""Reading workbooks: a sheet becomes text cells as its reader sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook

from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.raw import CellNotes, RawTable, Source, checked, refused
from pilotbook.panel.contract.sheet_facts import SheetFacts, sheet_facts
from pilotbook.panel.contract.spelling import is_plain_number
from pilotbook.panel.finding import Finding


def read_workbook(path: Path, name: str) -> Source:
    """Read every sheet that is not empty."""
    source = Source([], [], [])
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        facts = sheet_facts(path, book)
        for sheet in book.worksheets:
            if (part := _read_sheet(sheet, name, facts[sheet.title])) is not None:
                source.tables += part.tables
                source.findings += part.findings
                source.conversions += part.conversions
    finally:
        book.close()
    if not source.tables and not source.findings:
        return refused(name, "empty-file")
    return source


def _read_sheet(sheet: Any, name: str, facts: SheetFacts) -> Source | None:
    """Read a sheet; None if it is empty. Rows without any value are skipped but counted."""
    sheet.reset_dimensions()  # what the file says of its size may be a million formatted, empty rows
    records: list[tuple[int, list[str]]] = []
    notes = CellNotes()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_cell_text(cell) or facts.lost.get((number, i), "") for i, cell in enumerate(cells, start=1)]
        if not any(texts):
            continue
        if records:
            for position, cell in enumerate(cells):
                _note(notes, position, number, cell)
        records.append((number, texts))
    titles = _title_rows(records)
    records = records[len(titles) :]
    if not records:
        return None
    width = max(len(texts) for _, texts in records)
    while width and not any(len(texts) >= width and texts[width - 1] for _, texts in records):
        width -= 1
    padded = [texts[:width] + [""] * (width - len(texts)) for _, texts in records]
    columns = tuple(pa.chunked_array([pa.array(column, pa.string())]) for column in zip(*padded[1:], strict=True))
    if not columns:
        return refused(name, "no-rows", sheet=sheet.title)
    header = tuple(text.strip() for text in padded[0])
    rows = np.asarray([number for number, _ in records[1:]], dtype=np.int64)
    left_out = [Conversion(name, "title-row", 1, text, "", sheet.title, rows=str(number)) for number, text in titles]
    table = RawTable(name, sheet.title, header, columns, rows, notes.at(rows), records[0][0])
    source = checked(table, left_out)
    source.findings += _beside_the_cells(table, facts)
    return source


def _note(notes: CellNotes, position: int, number: int, cell: Any) -> None:
    if isinstance(cell.value, str):
        if is_plain_number(cell.value.strip()):
            notes.as_text.setdefault(position, {})[number] = cell.value
    elif _is_percent(cell):
        notes.percent.setdefault(position, {})[number] = repr(cell.value)


def _beside_the_cells(table: RawTable, facts: SheetFacts) -> Iterator[Finding]:
    """Yield what a sheet merges, which loses values, and what it hides."""

    def finding(id: str, row: int | None = None, column: str | None = None, **gaps: Any) -> Finding:
        fault = FAULTS[id]
        return Finding(table.file, id, fault.sentence.format(**gaps), table.sheet, row, column, severity=fault.severity)

    for merged in facts.merged:
        if merged.last_row >= table.header_row:
            inside = merged.first_column <= len(table.header)
            column = (table.header[merged.first_column - 1] if inside else "") or None
            yield finding("merged-cells", merged.first_row, column, ref=merged.ref)
    if facts.hidden:
        yield finding("hidden-sheet")
    if facts.hidden_rows or facts.hidden_columns:
        yield finding("hidden-cells", rows=facts.hidden_rows, columns=facts.hidden_columns)


def _title_rows(records: Sequence[tuple[int, list[str]]]) -> list[tuple[int, str]]:
    """Return the rows above the header: those with a single cell, if the table below has more."""
    titles: list[tuple[int, str]] = []
    for number, texts in records:
        filled = [text for text in texts if text]
        if len(filled) > 1:
            return titles
        titles.append((number, filled[0]))
    return []  # a table of one column has no title that could be told from its header


def _is_percent(cell: Any) -> bool:
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return number and "%" in (cell.number_format or "")


def _cell_text(cell: Any) -> str:
    """Return a cell as the reader of the sheet sees it: a per cent cell in per cent, a date as a date."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time().hour or value.time().minute else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and not _is_percent(cell):
        return str(int(value))
    if _is_percent(cell):
        return format((Decimal(repr(value)) * 100).normalize(), "f")
    return repr(value) if isinstance(value, int | float) else str(value)
