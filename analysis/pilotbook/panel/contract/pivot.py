"""A long table (one row per county, period and indicator) turned into a wide one; cells keep their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.layout import LAYOUTS, LONG_PARTS, Column, Dictionary
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding


def pivot(
    table: Table,
    catalogue: Catalogue,
    dictionary: Dictionary,
    findings: list[Finding],
    conversions: list[Conversion],
) -> Table:
    """Turn a long table into the wide one.

    A repeated key keeps its first row and is a finding; so is an indicator that the dictionary does not have.
    """
    frame, key = table.frame, [c for c in LAYOUTS[table.kind].key if c in table.frame]
    names = frame["indicator"].to_numpy(dtype=object)
    meanings = {name: dictionary.column(name) if name else None for name in dict.fromkeys(names)}
    ids = pd.Series([_value_id(meanings[name]) for name in names])
    unknown = pd.Series(names)[(ids == "").to_numpy() & (names != "")]
    for name, rows in unknown.groupby(unknown, sort=False):
        gaps = {"count": len(rows), "hint": dictionary.hint(str(name))}
        findings.append(table.finding("unknown-indicator", int(rows.index[0]), "indicator", **gaps))
    known = (ids != "").to_numpy()
    full_key = frame[key].assign(indicator=ids)
    again = full_key.duplicated().to_numpy() & known
    findings += _repeated(table, full_key, again)
    keep = known & ~again
    group = frame.loc[keep, key].groupby(key, sort=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    positions = np.flatnonzero(keep)
    wide = frame.loc[positions[first], [c for c in frame if c in LAYOUTS[table.kind].columns]]
    builder = _Builder(table, len(first), wide.reset_index(drop=True))
    for id in dict.fromkeys(ids[keep]):
        mine = (ids[keep] == id).to_numpy()
        builder.place(id, group[mine], positions[mine])
    findings += builder.percent_faults(catalogue)
    conversions.append(Conversion(table.file, "long-to-wide", int(keep.sum()), "", "", table.sheet))
    return builder.table(row_numbers(table)[positions[first]])


def row_numbers(table: Table) -> NDArray[np.int64]:
    """Return the row numbers of a table that stands in one file, as a long table always does."""
    assert table.rows is not None
    return table.rows


def _value_id(column: Column | None) -> str:
    return column.id if column is not None and column.part == "value" else ""


def _repeated(table: Table, key: pd.DataFrame, again: np.ndarray[Any, Any]) -> list[Finding]:
    if not again.any():
        return []
    names = list(key)
    first = key.reset_index().groupby(names, sort=False)["index"].transform("first")
    return [
        table.finding(
            "duplicate-key",
            int(position),
            "indicator",
            first=table.row(int(first.iloc[position])),
            key=", ".join(str(v) for v in key.iloc[position]),
        )
        for position in np.flatnonzero(again)
    ]


class _Builder:
    """Gathers the columns of the wide table."""

    def __init__(self, long: Table, size: int, frame: pd.DataFrame) -> None:
        self.long, self.size, self.frame = long, size, frame
        self.rows: dict[str, Any] = {}
        self.texts: dict[str, dict[int, str]] = {}
        self.columns: dict[str, Column] = {str(c): long.columns[str(c)] for c in frame}

    def place(self, id: str, group: Any, positions: Any) -> None:
        """Place the cells of one indicator: ``positions`` in the long table, ``group`` in the wide one."""
        indicator = id.partition("[")[0]
        parts = [("value", id), *((p, f"{indicator}.{p}") for p in LONG_PARTS if p in self.long.frame)]
        rows = row_numbers(self.long)[:1].repeat(self.size)
        rows[group] = row_numbers(self.long)[positions]
        for part, name in parts:
            source = self.long.array(part)[positions]
            filled: Any = np.full(self.size, "" if part == "definition" else np.nan, dtype=source.dtype)
            filled[group] = source
            self.frame[name] = filled
            self.rows[name] = rows
            self.columns[name] = Column(name, indicator, part)  # type: ignore[arg-type]  # part is one of Part
            written = self.long.texts.get(part, {})
            if written:
                spots = dict(zip(positions.tolist(), group.tolist(), strict=True))
                self.texts[name] = {spots[p]: text for p, text in written.items() if p in spots}

    def percent_faults(self, catalogue: Catalogue) -> list[Finding]:
        """Refuse per cent signs of indicators whose unit is not per cent."""
        table, found = self.table(row_numbers(self.long)[:0]), []
        for name, written in self.texts.items():
            column = self.columns[name]
            unit = catalogue.indicators[column.indicator or ""].unit
            if column.part != "value" or unit.startswith("%") or unit == "pp":
                continue
            found += [
                table.finding("percent-in-other-unit", position, name, unit=unit)
                for position, text in written.items()
                if text.rstrip().endswith(("%", "％"))
            ]
        return found

    def table(self, rows: Any) -> Table:
        """Return the wide table."""
        header = {str(c): self.long.header.get(str(c), str(c)) for c in self.frame}
        return Table(
            self.long.kind,
            self.long.file,
            self.long.sheet,
            self.frame,
            rows,
            header,
            self.columns,
            self.rows,
            self.texts,
        )
