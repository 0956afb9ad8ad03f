"""Rules on units: shares as fractions, single values off by a factor of a hundred or of ten thousand."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Indicator
from pilotbook.panel.contract.grid import Grid
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

# a value fits the county's other values after the factor, to within a half: real series do not jump so
FIT = (1 / 1.5, 1.5)
FACTORS = {"fraction-among-percents": 100.0, "ten-thousands": 10_000.0}
MINIMUM_VALUES = 4  # values of a county needed to say what is usual there
# a value lies between the usual one and one in the wrong unit from this many times below the usual one
BETWEEN = {"fraction-among-percents": 1.5, "ten-thousands": 10.0}
LEAST_SHARE = 5.0  # per cent; a share that is usually smaller may well be a hundredth of that for once


def unit_faults(table: Table, grid: Grid, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield columns and cells that are not in the unit of their indicator."""
    for column in table.values:
        indicator = catalogue.indicators[column.indicator or ""]
        values = table.array(column.id)
        if indicator.is_share and _all_fractions(values, indicator):
            yield table.finding("share-as-fraction", column=column.id, unit=indicator.unit)
            continue
        if indicator.is_share:
            rule = "fraction-among-percents"
        elif indicator.unit.startswith("CNY"):
            rule = "ten-thousands"
        else:
            continue
        matrix = grid.place(values)
        usual = _usual(matrix)
        if indicator.is_share:
            usual = np.where(usual >= LEAST_SHARE, usual, np.nan)
        for n, t in np.argwhere(_off_by(matrix, usual, rule)):
            where = int(grid.position[n, t])
            yield table.finding(rule, where, column.id, usual=f"{usual[n, 0]:.4g}", unit=indicator.unit)


def _all_fractions(values: NDArray[np.float64], indicator: Indicator) -> bool:
    """Tell whether a share was entered as a fraction: all of it below 1, where that is unusually low."""
    known = values[np.isfinite(values)]
    usual = (indicator.range.soft or (None, None))[0]
    return bool(known.size and usual and usual > 1 and known.min() >= 0 and 0 < known.max() <= 1)


def _usual(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 1) each county's median, NaN where it has too few values to tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a county without any value
        median = np.nanmedian(matrix, axis=1, keepdims=True)
    enough = np.isfinite(matrix).sum(axis=1, keepdims=True) >= MINIMUM_VALUES
    return np.where(enough & (median > 0), median, np.nan)


def _off_by(matrix: NDArray[np.float64], usual: NDArray[np.float64], rule: str) -> NDArray[np.bool_]:
    """Return (N, T) which values fit after the factor; none in a county that also has values in between.

    A series that really falls so low passes through what lies between; a wrong unit jumps over it.
    """
    factor = FACTORS[rule]
    ratio = matrix * factor / usual
    off = np.isfinite(ratio) & (ratio > FIT[0]) & (ratio < FIT[1])
    passed = (ratio >= FIT[1]) & (ratio < factor / BETWEEN[rule])
    return off & ~passed.any(axis=1, keepdims=True)
