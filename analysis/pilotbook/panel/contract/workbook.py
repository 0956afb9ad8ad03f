"""Reading workbooks: a sheet becomes text cells as its reader sees them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook

from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.raw import RawTable, Source, checked, refused


def read_workbook(path: Path, name: str) -> Source:
    """Read every sheet that is not empty."""
    source = Source([], [], [])
    formulas = _formulas_without_value(path)
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            if (part := _read_sheet(sheet, name, formulas.get(sheet.title, {}))) is not None:
                source.tables += part.tables
                source.findings += part.findings
                source.conversions += part.conversions
    finally:
        book.close()
    if not source.tables and not source.findings:
        return refused(name, "empty-file")
    return source


def _formulas_without_value(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return, by sheet and place, formulas whose result the file does not store: they would read as empty cells."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f>" in content or b"<f " in content for content in map(archive.read, sheets)):
            return {}
    values = load_workbook(path, data_only=True)
    found: dict[str, dict[tuple[int, int], str]] = {}
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and values[sheet.title].cell(cell.row, cell.column).value is None:
                    found.setdefault(sheet.title, {})[cell.row, cell.column] = str(cell.value)
    return found


def _read_sheet(sheet: Any, name: str, formulas: Mapping[tuple[int, int], str]) -> Source | None:
    """Read a sheet; None if it is empty. Rows without any value are skipped but counted."""
    records: list[tuple[int, list[str]]] = []
    formats: dict[int, dict[int, str]] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_cell_text(cell) or formulas.get((number, i), "") for i, cell in enumerate(cells, start=1)]
        if not any(texts):
            continue
        for position, cell in enumerate(cells):
            if records and _is_percent(cell):
                formats.setdefault(position, {})[number] = repr(cell.value)
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
    place = {int(number): i for i, number in enumerate(rows)}
    placed = {column: {place[n]: text for n, text in cells.items() if n in place} for column, cells in formats.items()}
    left_out = [Conversion(name, "title-row", 1, text, "", sheet.title, rows=str(number)) for number, text in titles]
    return checked(RawTable(name, sheet.title, header, columns, rows, placed, records[0][0]), left_out)


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
