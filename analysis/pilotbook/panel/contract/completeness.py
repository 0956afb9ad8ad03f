"""Rules on completeness: rows, counties and values that are not there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.grid import Grid
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

YELLOW, RED = 5.0, 20.0  # per cent of the expected values


def completeness_faults(table: Table, grid: Grid, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield periods, counties, rows and values that are missing."""
    present = grid.present
    yield from _periods(table, grid)
    yield from _counties(table, grid)
    for column in table.values:
        if "[" in column.id:  # a subgroup is reported where it applies
            continue
        frequency = catalogue.indicators[column.indicator or ""].frequency
        expected = present[:, grid.expected(frequency)]
        known = _known(grid.place(table.array(column.id)))
        if not known.any():
            yield table.finding("empty-indicator", column=column.id)
            continue
        missing = 100 * (1 - known[:, grid.expected(frequency)].sum() / max(expected.sum(), 1))
        if missing > YELLOW:
            rule = "mostly-missing" if missing > RED else "often-missing"
            yield table.finding(rule, column=column.id, share=missing)


def _periods(table: Table, grid: Grid) -> Iterator[Finding]:
    """Yield one finding per run of periods that no county has: one wrong year leaves hundreds."""
    absent = np.flatnonzero(~grid.present.any(axis=0))
    for run in np.split(absent, np.flatnonzero(np.diff(absent) > 1) + 1):
        if len(run):
            first, last = grid.periods[run[0]], grid.periods[run[-1]]
            shown = first if len(run) == 1 else f"{first} to {last}"
            yield table.finding(
                "missing-period", column="period", period=shown, begin=grid.periods[0], end=grid.periods[-1]
            )


def _known(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = np.isfinite(values)
    return known


def _counties(table: Table, grid: Grid) -> Iterator[Finding]:
    present = grid.present
    begin, end, last_period = grid.periods[0], grid.periods[-1], len(grid.periods) - 1
    first = present.argmax(axis=1)
    last = last_period - present[:, ::-1].argmax(axis=1)
    for n in np.flatnonzero(first > 0):
        gaps = {"county": grid.counties[n], "first": grid.periods[first[n]], "begin": begin}
        yield table.finding("county-appears", int(grid.position[n, first[n]]), "county", **gaps)
    for n in np.flatnonzero(last < last_period):
        gaps = {"county": grid.counties[n], "last": grid.periods[last[n]], "end": end}
        yield table.finding("county-vanishes", int(grid.position[n, last[n]]), "county", **gaps)
    period = np.arange(last_period + 1)
    between = (period > first[:, None]) & (period < last[:, None])
    for n, t in np.argwhere(between & ~present & present.any(axis=0)):
        yield table.finding("missing-row", column="period", county=grid.counties[n], period=grid.periods[t])
