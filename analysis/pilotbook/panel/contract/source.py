"""From a file to raw tables: text cells from CSV and Excel, typed columns from Parquet."""

from __future__ import annotations

import codecs
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from openpyxl.utils.exceptions import InvalidFileException

from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.raw import HEADER_ROW, RawTable, Source, checked, refused
from pilotbook.panel.contract.workbook import read_workbook

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", "，": "full-width commas", "、": "、"}


def read_source(path: Path, shown: str | None = None) -> Source:
    """Read every table of a file; what prevents it is a finding, never an exception.

    Parameters
    ----------
    shown
        How findings name the file; its path if None.
    """
    name = shown or str(path)
    if not path.is_file():
        return refused(name, "missing-file")
    suffix = path.suffix.lower()
    try:
        if suffix in {".csv", ".txt"}:
            return _read_csv(path, name)
        if suffix in {".xlsx", ".xlsm"}:
            return read_workbook(path, name)
        if suffix == ".parquet":
            return _read_parquet(path, name)
    except (pa.ArrowInvalid, zipfile.BadZipFile, InvalidFileException, KeyError, OSError) as error:
        return refused(name, "file-unreadable", detail=str(error).split("\n")[0])
    return refused(name, "file-type", value=suffix or "no suffix")


def _read_csv(path: Path, name: str) -> Source:
    content = path.read_bytes()
    conversions: list[Conversion] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return refused(name, "encoding")
        conversions.append(Conversion(name, "encoding", 1, "GB18030", "GB18030"))
        content = text.encode("utf-8")
    if "\0" in text:
        return refused(name, "encoding")
    if not text.strip():
        return refused(name, "empty-file")
    if (other := _other_separator(text)) is not None:
        return refused(name, "separator", row=1, what=other)
    ragged: list[tuple[int, int, int]] = []
    blank: list[int] = []

    def skip(row: Any) -> str:
        if row.text.strip(", \t") == "":
            blank.append(row.number)
        else:
            ragged.append((row.number, row.actual_columns, row.expected_columns))
        return "skip"

    table = pa.csv.read_csv(
        io.BytesIO(content.removeprefix(codecs.BOM_UTF8)),
        # one thread: with more of them pyarrow does not number the rows that it skips
        read_options=pa.csv.ReadOptions(autogenerate_column_names=True, use_threads=False, block_size=1 << 26),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip),
        convert_options=pa.csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=False),
    )
    if ragged:
        row, found, expected = ragged[0]
        return refused(name, "not-rectangular", row=row, found=found, expected=expected)
    numbers = np.delete(np.arange(1, table.num_rows + len(blank) + 1), np.asarray(blank, dtype=int) - 1)
    header = tuple((column[0].as_py() or "").strip() for column in table.columns)
    columns = tuple(column.slice(1) for column in table.columns)
    return checked(RawTable(name, None, header, columns, numbers[1:]), conversions)


def _other_separator(text: str) -> str | None:
    """Name what separates the cells of the header if it is not the comma."""
    header = text.lstrip("\r\n").partition("\n")[0]
    counts = {what: header.count(sign) for sign, what in SEPARATORS.items()}
    most = max(counts, key=lambda what: counts[what])
    return most if counts[most] > header.count(",") else None


def _read_parquet(path: Path, name: str) -> Source:
    table = pa.parquet.read_table(path)
    header = tuple(str(column) for column in table.column_names)
    rows = np.arange(1, table.num_rows + 1) + HEADER_ROW
    return checked(RawTable(name, None, header, tuple(table.columns), rows), [])
