"""What a vintage changes in the one before: cells that differ, rows and columns that are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pilotbook.panel.contract.layout import LAYOUTS, TableKind

COLUMNS = ("table", "key", "column", "before", "after")


@dataclass(frozen=True, slots=True)
class Update:
    """A table after a hand-over.

    Attributes
    ----------
    frame
        The table as it stands now.
    revisions
        One row per cell that stood before and now stands otherwise: table, key, column, before, after.
    added, withdrawn
        Number of rows that are new, and that are gone.
    """

    frame: pd.DataFrame
    revisions: pd.DataFrame
    added: int
    withdrawn: int


def update(before: pd.DataFrame | None, after: pd.DataFrame, kind: TableKind, whole: bool) -> Update:
    """Bring a table up to date with a hand-over.

    Parameters
    ----------
    before
        The table of the last vintage, None if it had none.
    after
        The table of the hand-over.
    whole
        Whether the hand-over is the whole table. If not, rows and columns that it lacks stay as they are.

    Notes
    -----
    A cell that the hand-over leaves empty where there was a value is a revision too: the value is withdrawn.
    """
    none = pd.DataFrame(columns=COLUMNS, dtype=str)
    if before is None:
        return Update(after, none, len(after), 0)
    key = list(LAYOUTS[kind].key)
    old, new = before.set_index(key), after.set_index(key)
    common = old.index.intersection(new.index)
    shared = [column for column in map(str, new) if column in old]
    revised = _differences(old.loc[common, shared], new.loc[common, shared], kind)
    added, gone = len(new.index.difference(old.index)), len(old.index.difference(new.index))
    if whole:
        return Update(after, revised, added, gone)
    return Update(_merged(old, new).reset_index(), revised, added, 0)


def _merged(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns of both; where both have a cell, that of the new one."""
    rows = old.index.union(new.index)
    fresh = rows.isin(new.index)
    columns: dict[str, pd.Series[Any]] = {}
    for column in dict.fromkeys([*map(str, old), *map(str, new)]):
        if column not in new:
            columns[column] = old[column].reindex(rows)
        elif column not in old:
            columns[column] = new[column].reindex(rows)
        else:
            columns[column] = new[column].reindex(rows).where(fresh, old[column].reindex(rows))
        if not pd.api.types.is_numeric_dtype(columns[column]):
            columns[column] = columns[column].fillna("")
    return pd.DataFrame(columns, index=rows)


def _differences(old: pd.DataFrame, new: pd.DataFrame, kind: TableKind) -> pd.DataFrame:
    keys = new.index.to_numpy(dtype=object)
    found = []
    for column in map(str, new):
        before, after = old[column].to_numpy(dtype=object), new[column].to_numpy(dtype=object)
        both_missing = pd.isna(before) & pd.isna(after)
        for i in np.flatnonzero((before != after) & ~both_missing):
            name = ", ".join(map(str, keys[i])) if isinstance(keys[i], tuple) else str(keys[i])
            found.append((kind, name, column, _text(before[i]), _text(after[i])))
    return pd.DataFrame(found, columns=COLUMNS, dtype=str)


def _text(value: object) -> str:
    """Return a cell so that it reads back exactly; empty if missing."""
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(float(value))
    return str(value)


def count_by_column(revisions: pd.DataFrame) -> Mapping[tuple[str, str], int]:
    """Return the number of revised cells by table and column."""
    return Counter(zip(revisions["table"], revisions["column"], strict=True))
