"""A table of a vintage as units × periods, one column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.judge.rules.facts import Column
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind

TABLES: dict[str, tuple[TableKind, str]] = {
    "county": ("panel", "county"),
    "facility": ("facilities", "facility"),
    "alliance": ("alliances", "alliance"),
}
"""Level to its table, and the column of its units."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelTable:
    """A table of one level.

    Attributes
    ----------
    kind
        Kind of its periods.
    units : (n,)
        Its units, sorted.
    periods : (t,)
        Consecutive periods, up to that of the report.
    unit, time : (rows,)
        Place of each row.
    frame
        Its rows.
    """

    kind: PeriodKind
    units: NDArray[np.object_]
    periods: pd.PeriodIndex
    unit: NDArray[np.intp]
    time: NDArray[np.intp]
    frame: pd.DataFrame
    _seen: dict[str, Column] = field(default_factory=dict, repr=False)

    def column(self, name: str) -> Column | None:
        """Return (n, t) a column, None if the table does not have it."""
        if name not in self.frame:
            return None
        if name not in self._seen:
            self._seen[name] = self._placed(self.frame[name])
        return self._seen[name]

    def _placed(self, values: pd.Series) -> Column:
        shape = (len(self.units), len(self.periods))
        if pd.api.types.is_numeric_dtype(values):
            matrix: Column = np.full(shape, np.nan)
            matrix[self.unit, self.time] = values.to_numpy(dtype=np.float64)
            return matrix
        texts = np.full(shape, "", dtype=object)
        texts[self.unit, self.time] = values.fillna("").to_numpy(dtype=object)
        return texts

    def of_units(self, name: str) -> NDArray[np.object_]:
        """Return (n,) a text that is a fact of the unit, from its last row."""
        found = np.full(len(self.units), "", dtype=object)
        if name in self.frame:
            found[self.unit] = self.frame[name].fillna("").to_numpy(dtype=object)
        return found


def level_table(frame: pd.DataFrame, key: str, until: pd.Timestamp) -> LevelTable | None:
    """Lay out a table by units and periods, up to a point in time."""
    texts = pd.unique(frame["period"])
    ends = {text: _period(str(text)).end_time for text in texts}
    early = [text for text in texts if ends[text] <= until]
    if not early:
        return None
    if len(early) < len(texts):
        frame = frame[frame["period"].isin(early)]
    unit, units = pd.factorize(frame[key], sort=True)
    code, names = pd.factorize(frame["period"])
    periods = pd.PeriodIndex([_period(str(name)) for name in names])
    axis = pd.period_range(periods.min(), periods.max())
    time = np.asarray([(period - axis[0]).n for period in periods], dtype=np.intp)[code]
    found = period_kind(str(names[0]))
    assert found is not None  # checked when the vintage was ingested
    return LevelTable(found, np.asarray(units, dtype=object), axis, unit, time, frame)


def _period(text: str) -> pd.Period:
    kind = period_kind(text)
    assert kind is not None  # checked when the vintage was ingested
    return pd.Period(text, freq=FREQUENCY[kind])


def periods_of(texts: Sequence[str]) -> list[pd.Period]:
    """Read periods as a vintage writes them."""
    return [_period(text) for text in texts]
