"""Reading one table from a file, as text, so that every cell can be checked before it becomes a number."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.finding import Finding, refuse

FIRST_ROW = 2  # the header is row 1, as an editor or a spreadsheet counts


def read_text_table(path: Path, file: str) -> pd.DataFrame:
    """Read a CSV file with every cell as text, stripped of surrounding blanks.

    Nothing is filled in: a row with fewer cells than the header is refused like one with more.

    Parameters
    ----------
    path
        The file.
    file
        The name that messages give to it.

    Returns
    -------
    pandas.DataFrame
        Its index is the row in the file less `FIRST_ROW`; of a row with line breaks in its cells, the first line.

    Raises
    ------
    DataError
        If the file is missing, empty, not UTF-8, not rectangular, or has a column twice.
    """
    if not path.is_file():
        refuse([Finding(file, "missing-file", "the data file does not exist; check the path in the plan")])
    records = _records(_text(path, file), file)
    if not records:
        refuse([Finding(file, "empty-file", "the file is empty; it needs a header row and data")])
    first, header = next(iter(records.items()))
    refuse(_of_header(first, header, file) or _of_widths(records, len(header), file))
    del records[first]
    if not records:
        refuse([Finding(file, "no-rows", "the file has a header but no rows")])
    index = pd.Index([row - FIRST_ROW for row in records])
    return pd.DataFrame(list(records.values()), columns=header, index=index, dtype=str)


def _text(path: Path, file: str) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        refuse([Finding(file, "encoding", "the file is not UTF-8 from here on; save it as CSV UTF-8", row=row)])
        raise


def _records(text: str, file: str) -> dict[int, list[str]]:
    """Return the rows that have any value, by the number of their first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, row = {}, 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):  # a line without any value is no row; its number is still counted
                records[row] = stripped
            row = reader.line_num + 1
    except csv.Error as error:
        message = f"the row cannot be read ({error}); a quote that is opened must be closed again"
        refuse([Finding(file, "not-csv", message, row=row)])
    return records


def _of_header(row: int, header: list[str], file: str) -> list[Finding]:
    if row != 1:
        return [Finding(file, "no-header", "the first row is empty; the names of the columns must stand there", row=1)]
    return [
        Finding(file, "duplicate-column", "the column stands in the header twice", row=1, column=column)
        for column in sorted({c for c in header if header.count(c) > 1})
    ]


def _of_widths(records: dict[int, list[str]], width: int, file: str) -> list[Finding]:
    return [
        Finding(
            file,
            "not-rectangular",
            f"the row has {len(cells)} cells, the header {width}; add or remove separators, or quote cells with commas",
            row=row,
        )
        for row, cells in records.items()
        if len(cells) != width
    ]


def numbers(table: pd.DataFrame, column: str, file: str) -> tuple[NDArray[np.float64], list[Finding]]:
    """Turn a text column into numbers; an empty cell is NaN, anything else that is no number is a finding."""
    text = table[column]
    values = pd.to_numeric(text.mask(text == ""), errors="coerce").to_numpy(dtype=np.float64)
    bad = (text != "").to_numpy() & ~np.isfinite(values)
    findings = [
        Finding(
            file,
            "not-a-number",
            f"'{value}' is not a number; write digits with a point, or leave the cell empty if it is missing",
            row=int(row) + FIRST_ROW,
            column=column,
            value=value,
        )
        for row, value in text[bad].items()
    ]
    return values, findings
