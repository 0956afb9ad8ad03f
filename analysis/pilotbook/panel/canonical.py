"""A checked table in its one form, written to Parquet so that equal data are equal bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.layout import LAYOUTS, TableKind

_PARTS = ("", ".numerator", ".denominator", ".definition")


def canonical(frame: pd.DataFrame, kind: TableKind, catalogue: Catalogue) -> pd.DataFrame:
    """Return a table with its rows sorted by key and its columns in the order of the dictionary."""
    order = {column: (0, i) for i, column in enumerate(LAYOUTS[kind].columns)}
    for i, indicator in enumerate(catalogue.indicators):
        order |= {indicator + part: (1, i * len(_PARTS) + p) for p, part in enumerate(_PARTS)}

    def place(column: str) -> tuple[tuple[int, int], str]:
        bare, _, subgroup = column.partition("[")
        return order[bare + subgroup.partition("]")[2]], column

    columns = [str(column) for column in frame]
    ordered = sorted(columns, key=place)
    return frame[ordered].sort_values(list(LAYOUTS[kind].key), ignore_index=True)


def to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a table with plain types: text and float64; an empty text and NaN are null."""
    columns = {}
    for name in frame:
        series = frame[name]
        if pd.api.types.is_numeric_dtype(series):
            columns[str(name)] = pa.array(series.to_numpy(dtype=float), pa.float64(), from_pandas=True)
        else:
            texts = series.to_numpy(dtype=object)
            missing = (texts == "") | pd.isna(texts)
            columns[str(name)] = pa.array(texts, pa.string(), mask=missing)
    return pa.table(columns)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a canonical table; with one version of pyarrow the same table gives the same bytes."""
    pq.write_table(
        to_arrow(frame),
        path,
        compression="zstd",
        version="2.6",
        use_dictionary=[name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])],
        store_schema=False,
    )


def read_parquet(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table that was written by `write_parquet`; a null text is the empty text."""
    table = pq.read_table(path, columns=columns)
    frame = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_floating(column.type):
            frame[name] = column.to_numpy()
        else:
            frame[name] = column.fill_null("").to_pandas().astype(str)
    return pd.DataFrame(frame)
