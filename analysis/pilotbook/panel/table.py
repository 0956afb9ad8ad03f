"""Reading one table from a file, as text, so that every cell can be checked before it becomes a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.finding import Finding, refuse

FIRST_ROW = 2  # the header is row 1, as an editor or a spreadsheet counts


def read_text_table(path: Path) -> pd.DataFrame:
    """Read a CSV file with every cell as text, stripped of surrounding blanks.

    Raises
    ------
    DataError
        If the file is missing, empty, not UTF-8, not rectangular, or has a column twice.
    """
    name = str(path)
    if not path.is_file():
        refuse([Finding(name, "missing-file", "the data file does not exist; check the path in the plan")])
    try:
        table = pd.read_csv(
            path, dtype=str, header=None, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
        )
    except pd.errors.EmptyDataError:
        refuse([Finding(name, "empty-file", "the file is empty; it needs a header row and data")])
    except UnicodeDecodeError:
        refuse([Finding(name, "encoding", "the file is not UTF-8; save it as CSV UTF-8")])
    except pd.errors.ParserError as error:
        refuse([Finding(name, "not-rectangular", f"rows differ in their number of cells ({error})")])
    table = table.apply(lambda column: column.str.strip())
    header = table.iloc[0].tolist()
    refuse(
        [
            Finding(name, "duplicate-column", "the column stands in the header twice", row=1, column=column)
            for column in sorted({c for c in header if header.count(c) > 1})
        ]
    )
    body: pd.DataFrame = table.iloc[1:].reset_index(drop=True)
    body.columns = pd.Index(header)
    body = body[(body != "").any(axis=1)]  # a line without any value is no row; its number is still counted
    if body.empty:
        refuse([Finding(name, "no-rows", "the file has a header but no rows")])
    return body


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
