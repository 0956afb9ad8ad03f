"""Rules on numerators and denominators: they make up the value, and the denominator does not jump."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Indicator
from pilotbook.panel.contract.grid import Grid
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

TOLERANCE = 0.005  # relative: values are printed to three digits
SLACK = 0.06  # in the unit of the indicator: values are printed to one decimal
BREAK = 0.10  # a denominator that changes by more in one period is a break


def ratio_faults(table: Table, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield values that are not their numerator over their denominator."""
    for column in table.values:
        if f"{column.id}.numerator" in table.frame and f"{column.id}.denominator" in table.frame:
            yield from _values(table, column.id, catalogue.indicators[column.indicator or ""])


def break_faults(table: Table, grid: Grid) -> Iterator[Finding]:
    """Yield denominators that jump and definitions that change."""
    for column in table.values:
        if f"{column.id}.denominator" in table.frame:
            yield from _breaks(table, grid, f"{column.id}.denominator")
        if f"{column.id}.definition" in table.frame:
            yield from _definitions(table, grid, f"{column.id}.definition")


def _values(table: Table, id: str, indicator: Indicator) -> Iterator[Finding]:
    value, top, bottom = (table.array(name) for name in (id, f"{id}.numerator", f"{id}.denominator"))
    yield from table.findings("denominator-missing", np.isfinite(top) & np.isnan(bottom), f"{id}.numerator")
    if indicator.per is None:
        return
    good = np.isfinite(top) & (bottom > 0)
    ratio = np.full(len(value), np.nan)
    ratio[good] = indicator.per * top[good] / bottom[good]
    above = good & (top > bottom) if indicator.is_share else np.zeros(len(value), dtype=bool)
    for i in np.flatnonzero(above):
        gaps = {"numerator": top[i], "denominator": bottom[i]}
        yield table.finding("numerator-above-denominator", int(i), f"{id}.numerator", **gaps)
    wrong = good & ~above & np.isfinite(value) & (np.abs(value - ratio) > SLACK + TOLERANCE * np.abs(ratio))
    for i in np.flatnonzero(wrong):
        gaps = {"per": indicator.per, "numerator": top[i], "denominator": bottom[i], "ratio": ratio[i]}
        yield table.finding("ratio-mismatch", int(i), id, **gaps)


def denominator_breaks(matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark where a denominator jumps.

    A change of more than a tenth from one period to the next is a break, for a person to judge.

    Parameters
    ----------
    matrix
        (N, T) denominators, NaN where unknown.

    Returns
    -------
    (N, T) booleans; the first period is never a break.
    """
    found = np.zeros(matrix.shape, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = matrix[:, 1:] / matrix[:, :-1] - 1
        found[:, 1:] = np.abs(change) > BREAK
    return found


def _breaks(table: Table, grid: Grid, column: str) -> Iterator[Finding]:
    matrix = grid.place(table.array(column))
    matrix[matrix <= 0] = np.nan  # reported by the rules on single cells
    for n, t in np.argwhere(denominator_breaks(matrix)):
        yield table.finding(
            "denominator-break",
            int(grid.position[n, t]),
            column,
            county=grid.counties[n],
            change=100 * (matrix[n, t] / matrix[n, t - 1] - 1),
            before=grid.periods[t - 1],
            period=grid.periods[t],
        )


def _definitions(table: Table, grid: Grid, column: str) -> Iterator[Finding]:
    versions = table.array(column)
    for n, county in enumerate(grid.counties):
        rows = [int(p) for p in grid.position[n] if p >= 0 and versions[p] != ""]
        for before, after in pairwise(rows):
            if versions[before] != versions[after]:
                yield table.finding("definition-break", after, column, county=county, before=versions[before])
