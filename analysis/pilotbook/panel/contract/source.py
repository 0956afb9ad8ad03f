"""From a file to raw tables: text cells from CSV and Excel, typed columns from Parquet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.finding import Finding

HEADER_ROW = 1


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
    formats
        Per column, positions of cells whose per cent format was applied, with the number as stored.
    """

    file: str
    sheet: str | None
    header: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: NDArray[np.int64]
    formats: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Source:
    """What one file holds."""

    tables: list[RawTable]
    findings: list[Finding]
    conversions: list[Conversion]


def read_source(path: Path, shown: str | None = None) -> Source:
    """Read every table of a file; what prevents it is a finding, never an exception.

    Parameters
    ----------
    shown
        How findings name the file; its path if None.
    """
    name = shown or str(path)
    if not path.is_file():
        return _refused(name, "missing-file")
    suffix = path.suffix.lower()
    try:
        if suffix in {".csv", ".txt"}:
            return _read_csv(path, name)
        if suffix in {".xlsx", ".xlsm"}:
            return _read_workbook(path, name)
        if suffix == ".parquet":
            return _read_parquet(path, name)
    except (pa.ArrowInvalid, zipfile.BadZipFile, InvalidFileException, KeyError, OSError) as error:
        return _refused(name, "file-unreadable", detail=str(error).split("\n")[0])
    return _refused(name, "file-type", value=suffix or "no suffix")


def _refused(file: str, id: str, row: int | None = None, sheet: str | None = None, **gaps: Any) -> Source:
    sentence = FAULTS[id].sentence.format(**gaps)
    value = gaps.get("value")
    return Source([], [Finding(file, id, sentence, sheet=sheet, row=row, value=value)], [])


def _read_csv(path: Path, name: str) -> Source:
    content = path.read_bytes()
    conversions: list[Conversion] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return _refused(name, "encoding")
        conversions.append(Conversion(name, "encoding", 1, "GB18030", "GB18030"))
    if not text.strip():
        return _refused(name, "empty-file")
    ragged: list[tuple[int, int, int]] = []
    blank: list[int] = []

    def skip(row: Any) -> str:
        if row.text.strip(", \t") == "":
            blank.append(row.number)
        else:
            ragged.append((row.number, row.actual_columns, row.expected_columns))
        return "skip"

    table = pa.csv.read_csv(
        io.BytesIO(text.encode("utf-8")),
        # one thread: with more of them pyarrow does not number the rows that it skips
        read_options=pa.csv.ReadOptions(autogenerate_column_names=True, use_threads=False, block_size=1 << 26),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip),
        convert_options=pa.csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=False),
    )
    if ragged:
        row, found, expected = ragged[0]
        return _refused(name, "not-rectangular", row=row, found=found, expected=expected)
    numbers = np.setdiff1d(np.arange(1, table.num_rows + len(blank) + 1), blank)
    header = tuple((column[0].as_py() or "").strip() for column in table.columns)
    columns = tuple(column.slice(1) for column in table.columns)
    return _checked(RawTable(name, None, header, columns, numbers[1:]), conversions)


def _checked(table: RawTable, conversions: list[Conversion]) -> Source:
    findings = list(_header_faults(table))
    if not findings and len(table.rows) == 0:
        return _refused(table.file, "no-rows", sheet=table.sheet)
    return Source([table], findings, conversions)


def _header_faults(table: RawTable) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, column in zip(table.header, table.columns, strict=True):
        if name == "" and any(value not in {"", None} for value in column.to_pylist()):
            yield Finding(
                table.file, "blank-header", FAULTS["blank-header"].sentence, sheet=table.sheet, row=HEADER_ROW
            )
        elif name != "" and name in seen:
            sentence = FAULTS["duplicate-column"].sentence
            yield Finding(table.file, "duplicate-column", sentence, sheet=table.sheet, row=HEADER_ROW, column=name)
        seen.add(name)


def _read_workbook(path: Path, name: str) -> Source:
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
        return _refused(name, "empty-file")
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
                formats.setdefault(position, {})[len(records) - 1] = repr(cell.value)
        records.append((number, texts))
    if not records:
        return None
    width = max(len(texts) for _, texts in records)
    while width and not any(len(texts) >= width and texts[width - 1] for _, texts in records):
        width -= 1
    padded = [texts[:width] + [""] * (width - len(texts)) for _, texts in records]
    columns = tuple(pa.chunked_array([pa.array(column, pa.string())]) for column in zip(*padded[1:], strict=True))
    if not columns:
        return _refused(name, "no-rows", sheet=sheet.title)
    header = tuple(text.strip() for text in padded[0])
    rows = np.asarray([number for number, _ in records[1:]], dtype=np.int64)
    return _checked(RawTable(name, sheet.title, header, columns, rows, formats), [])


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


def _read_parquet(path: Path, name: str) -> Source:
    table = pa.parquet.read_table(path)
    header = tuple(str(column) for column in table.column_names)
    rows = np.arange(1, table.num_rows + 1) + HEADER_ROW
    return _checked(RawTable(name, None, header, tuple(table.columns), rows), [])
