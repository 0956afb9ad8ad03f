"""A typed table that still knows where each of its cells stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import Column, Dictionary, TableKind
from pilotbook.panel.finding import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of the contract, typed.

    Attributes
    ----------
    kind
        Which table it is.
    file, sheet
        Where it stands.
    frame
        Its typed cells: text for keys and names, floats (NaN if missing) for numbers; index 0 … n-1.
    rows
        (n,) row numbers as an editor counts them; None for a table that was put together from several files.
    header
        Column id to the header as written.
    columns
        Column id to its meaning.
    cell_rows
        For columns that were pivoted out of a long table: (n,) row number of each cell.
    texts
        For columns with a cell that is not spelt plainly: position to the text as it stands in the file.
    """

    kind: TableKind
    file: str
    sheet: str | None
    frame: pd.DataFrame
    rows: NDArray[np.int64] | None
    header: Mapping[str, str]
    columns: Mapping[str, Column]
    cell_rows: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @classmethod
    def put_together(cls, kind: TableKind, name: str, frame: pd.DataFrame, dictionary: Dictionary) -> Table:
        """Return the table of a frame whose columns bear the names of the dictionary."""
        columns = {str(c): column for c in frame if (column := dictionary.column(str(c))) is not None}
        return cls(kind, name, None, frame, None, {}, columns)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def values(self) -> list[Column]:
        """The columns that are numbers and values of indicators."""
        return [column for column in self.columns.values() if column.part == "value" and column.is_number]

    def array(self, column: str) -> NDArray[Any]:
        """Return a column as an array: float64 for numbers, object for text."""
        series = self.frame[column]
        return series.to_numpy() if self.columns[column].is_number else series.to_numpy(dtype=object)

    def row(self, position: int, column: str | None = None) -> int | None:
        """Return the row number of a cell, None if the table stands in no single file."""
        rows = self.cell_rows.get(column, self.rows) if column is not None else self.rows
        return None if rows is None else int(rows[position])

    def text(self, position: int, column: str) -> str:
        """Return a cell as it stands in the file."""
        if (written := self.texts.get(column, {}).get(position)) is not None:
            return written
        value = self.frame[column].iloc[position]
        if isinstance(value, float):
            return "" if np.isnan(value) else f"{value:.12g}"
        return str(value)

    def finding(self, id: str, position: int | None = None, column: str | None = None, **gaps: Any) -> Finding:
        """Return a finding at a cell, a row, a column or the table as a whole."""
        fault = FAULTS[id]
        value = None if position is None or column is None else self.text(position, column)
        return Finding(
            self.file,
            id,
            fault.sentence.format(**{"value": value, **gaps}),
            sheet=self.sheet,
            row=None if position is None else self.row(position, column),
            column=None if column is None else self.header.get(column, column),
            value=value,
            severity=fault.severity,
        )

    def findings(self, id: str, where: NDArray[np.bool_], column: str, **gaps: Any) -> Iterator[Finding]:
        """Yield one finding per marked cell of a column."""
        for position in np.flatnonzero(where):
            yield self.finding(id, int(position), column, **gaps)

    def select(self, columns: Iterable[str]) -> pd.DataFrame:
        """Return some columns of the frame, those that are there."""
        return self.frame[[column for column in columns if column in self.frame]]
