"""A table of counties and periods as a grid, for the rules that look along a county's series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.contract.keys import main_kind
from pilotbook.panel.contract.table import Table
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Counties by periods.

    Attributes
    ----------
    counties
        (N,) codes, sorted.
    periods
        (T,) consecutive periods as they are written.
    position
        (N, T) position of the row in the table, -1 where there is none.
    kind
        The kind of period.
    """

    counties: NDArray[np.object_]
    periods: tuple[str, ...]
    position: NDArray[np.intp]
    kind: PeriodKind

    @property
    def present(self) -> NDArray[np.bool_]:
        """(N, T) whether there is a row."""
        return self.position >= 0

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a column as an (N, T) matrix, NaN where there is no row."""
        return np.where(self.present, values[self.position], np.nan)

    def expected(self, frequency: str) -> NDArray[np.bool_]:
        """Return (T,) the periods in which an indicator has a value; a yearly one: at the year's end."""
        if frequency != "year" or self.kind == "year":
            return np.ones(len(self.periods), dtype=bool)
        return np.asarray([period.endswith(("Q4", "-12")) for period in self.periods])


def consecutive(periods: list[str], kind: PeriodKind) -> tuple[str, ...]:
    """Return all periods from the first to the last of some."""
    ends = pd.PeriodIndex([min(periods), max(periods)], freq=FREQUENCY[kind])
    return tuple(str(period) for period in pd.period_range(ends[0], ends[1]))


def make_grid(table: Table) -> Grid | None:
    """Lay a table out; rows with an unreadable key, another kind of period or a repeated key are left out.

    Returns None if no row is left.
    """
    kind = main_kind(table)
    codes, periods = table.array("county"), table.array("period")
    period_number, period_names = pd.factorize(periods)
    good_period = np.asarray([period_kind(name) == kind for name in period_names])
    keep = good_period[period_number] & (codes != "") & ~table.frame.duplicated(["county", "period"]).to_numpy()
    if not keep.any():
        return None
    axis = consecutive([name for name, good in zip(period_names, good_period, strict=True) if good], kind)
    place = {name: i for i, name in enumerate(axis)}
    column = np.asarray([place.get(name, -1) for name in period_names])[period_number]
    row, counties = pd.factorize(pd.Series(codes).where(keep), sort=True)
    position = np.full((len(counties), len(axis)), -1, dtype=np.intp)
    where = np.flatnonzero(keep)
    position[row[where], column[where]] = where
    return Grid(np.asarray(counties, dtype=object), axis, position, kind)
