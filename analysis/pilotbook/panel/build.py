"""From a text table to a `Panel`: keys, periods, starts and numbers are checked on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.absence import Absence, Lost
from pilotbook.panel.finding import Finding, refuse
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period, parse_period
from pilotbook.panel.source import Source
from pilotbook.panel.table import FIRST_ROW, numbers


def build_panel(
    table: pd.DataFrame, layout: Layout, source: Source, file: str, known: Collection[str] | None = None
) -> Panel:
    """Check a long table and pivot it.

    Parameters
    ----------
    table
        Text cells, one row per county and period, as `read_text_table` returns them.
    layout
        Which column plays which part.
    source
        Where the table comes from.
    file
        The name that messages give to it.
    known
        Columns that the table is known to have had. Of them, numbers and starts that are gone are left empty, like a
        period without rows, and told in the panel's ``absent``. By default nothing may be lacking.

    Raises
    ------
    DataError
        With every finding, each naming file, row, column and value.
    """
    lost = _lost_columns(table, layout, file, known or ())
    table = table.assign(**{absence.name: "" for absence in lost})
    refuse(_missing_columns(table, layout, file))
    periods, findings = _parse(table[layout.period], layout, file)
    starts, more = _parse(_treated(table[layout.start], layout), layout, file)
    findings += more + _empty_keys(table, layout, file)
    columns: dict[str, NDArray[np.float64]] = {}
    for column in dict.fromkeys((*layout.values, *layout.positive)):
        columns[column], more = numbers(table, column, file)
        findings += more
    refuse(findings)
    unfilled = _gaps(periods)
    refuse(
        _duplicates(table, layout, file)
        + _inconsistent(table, layout, file)
        + _not_positive(table, columns, layout, file)
        + ([] if known is not None else [_gap(period, layout, file) for period in unfilled])
    )
    lost += [Absence(Lost.PERIOD, file, format_period(period)) for period in unfilled]
    return replace(_pivot(table, layout, source, periods, starts, columns), absent=tuple(lost))


def _lost_columns(table: pd.DataFrame, layout: Layout, file: str, known: Collection[str]) -> list[Absence]:
    """Name the columns that are gone and without which something can still be evaluated."""
    gone = [column for column in layout.columns if column not in table and column in known]
    kinds = {layout.start: Lost.START, **dict.fromkeys((*layout.values, *layout.positive), Lost.COLUMN)}
    return [Absence(kinds[column], file, column) for column in gone if column in kinds]


def _missing_columns(table: pd.DataFrame, layout: Layout, file: str) -> list[Finding]:
    present = list(table.columns)
    found = []
    for column in layout.columns:
        if column not in present:
            near = get_close_matches(column, present, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"the file has {', '.join(present)}"
            found.append(Finding(file, "missing-column", f"the plan needs this column; {hint}", row=1, column=column))
    return found


def _empty_keys(table: pd.DataFrame, layout: Layout, file: str) -> list[Finding]:
    return [
        Finding(file, "empty-key", "the cell is empty; every row needs it", row=row + FIRST_ROW, column=column)
        for column in dict.fromkeys((layout.unit, layout.assignment))
        for row in _rows(table[table[column] == ""])
    ]


def _treated(starts: pd.Series[str], layout: Layout) -> pd.Series[str]:
    return starts[~starts.isin(["", *layout.never])]


def _parse(text: pd.Series[str], layout: Layout, file: str) -> tuple[pd.Series[pd.Period], list[Finding]]:
    """Read each distinct spelling once; a spelling that is no period is a finding in its first row."""
    read: dict[str, pd.Period] = {}
    findings = []
    for value in text.unique():
        try:
            read[value] = parse_period(value, layout.kind)
        except ValueError as error:
            row = int(text.index[text == value][0]) + FIRST_ROW
            findings.append(Finding(file, "not-a-period", str(error), row=row, column=str(text.name), value=value))
    return text.map(read), findings


def _duplicates(table: pd.DataFrame, layout: Layout, file: str) -> list[Finding]:
    key = table[layout.unit] + "\0" + table[layout.period]
    first: dict[str, int] = {}
    found = []
    for row, text in zip(_rows(table), key, strict=True):
        earlier = first.setdefault(text, row)
        if earlier != row:
            unit, period = text.split("\0")
            message = f"county {unit} already has {period} in row {earlier + FIRST_ROW}; keep one of the two"
            found.append(Finding(file, "duplicate-key", message, row=row + FIRST_ROW, column=layout.unit, value=unit))
    return found


def _inconsistent(table: pd.DataFrame, layout: Layout, file: str) -> list[Finding]:
    """Check that assignment, start and words are facts of the county, and the start one of the assignment unit."""
    rules = [(layout.unit, layout.assignment), (layout.unit, layout.start), (layout.assignment, layout.start)]
    rules += [(layout.unit, column) for column in layout.texts]
    for group, column in rules:
        if group == column:
            continue
        first = table.groupby(group)[column].transform("first")
        differs = (table[column] != first).to_numpy()
        if differs.any():
            at = int(differs.argmax())
            name, value, expected = (str(cells.iloc[at]) for cells in (table[group], table[column], first))
            message = (
                f"'{value}' differs from '{expected}' in an earlier row of {group} {name}; it must be the same in "
                "all of its rows"
            )
            row = _rows(table)[at] + FIRST_ROW
            return [Finding(file, "inconsistent", message, row=row, column=column, value=value)]
    return []


def _not_positive(
    table: pd.DataFrame, values: dict[str, NDArray[np.float64]], layout: Layout, file: str
) -> list[Finding]:
    return [
        Finding(
            file,
            "not-positive",
            "a denominator or weight must be above zero; correct it, or leave the cell empty if unknown",
            row=row + FIRST_ROW,
            column=column,
            value=str(value),
        )
        for column in layout.positive
        for row, value in zip(*_low(table, values[column], column), strict=True)
    ]


def _gaps(periods: pd.Series[pd.Period]) -> list[pd.Period]:
    have = set(periods.unique())
    return [period for period in pd.period_range(min(have), max(have)) if period not in have]


def _gap(period: pd.Period, layout: Layout, file: str) -> Finding:
    message = f"no county has a row for {format_period(period)}, which lies inside the panel; add it"
    return Finding(file, "missing-period", message, column=layout.period)


def _low(table: pd.DataFrame, values: NDArray[np.float64], column: str) -> tuple[list[int], list[str]]:
    low = table[values <= 0]
    return _rows(low), low[column].tolist()


def _rows(table: pd.DataFrame) -> list[int]:
    """Return the rows' numbers in the file, counted from the first below the header."""
    return [int(row) for row in table.index.to_numpy()]


def _pivot(
    table: pd.DataFrame,
    layout: Layout,
    source: Source,
    periods: pd.Series[pd.Period],
    starts: pd.Series[pd.Period],
    values: dict[str, NDArray[np.float64]],
) -> Panel:
    unit_names, unit = np.unique(table[layout.unit].to_numpy(dtype=str), return_inverse=True)
    axis = tuple(pd.period_range(periods.min(), periods.max()))
    place = {period: number for number, period in enumerate(axis)}
    time = np.asarray([place[period] for period in periods], dtype=np.intp)
    first_row = pd.Series(np.arange(len(table)), dtype=np.intp).groupby(unit).first().to_numpy()
    by_row = starts.reindex(table.index)
    shape = (len(unit_names), len(axis))
    return Panel(
        units=tuple(unit_names.tolist()),
        periods=axis,
        assignment=table[layout.assignment].to_numpy(dtype=str)[first_row],
        start=tuple(_none_if_missing(by_row.iloc[first_row])),
        columns={name: _place(v, unit, time, shape) for name, v in values.items()},
        source=source,
        texts={name: table[name].to_numpy(dtype=str)[first_row] for name in layout.texts},
    )


def _place(
    values: NDArray[np.float64], unit: NDArray[np.intp], time: NDArray[np.intp], shape: tuple[int, int]
) -> NDArray[np.float64]:
    matrix = np.full(shape, np.nan)
    matrix[unit, time] = values
    return matrix


def _none_if_missing(starts: Iterable[pd.Period]) -> list[pd.Period | None]:
    return [start if isinstance(start, pd.Period) else None for start in starts]
