"""From the periods of a table to the windows of a rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.judge.rules.facts import Column
from pilotbook.panel.periods import FREQUENCY, PeriodKind

LENGTH: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "year": 12}
"""Months of a period."""


def last_closed(kind: PeriodKind, until: pd.Timestamp) -> pd.Period:
    """Return the latest window of a kind that has ended by a point in time."""
    window = pd.Period(until, freq=FREQUENCY[kind])
    return window if window.end_time <= until else window - 1


def windows_of(periods: pd.PeriodIndex, kind: PeriodKind, until: pd.Timestamp) -> tuple[pd.Period, ...]:
    """Return the windows of a kind from the first period of a table to the latest that has closed, at least one."""
    last = last_closed(kind, until)
    first = min(periods[0].asfreq(FREQUENCY[kind], how="start"), last)
    return tuple(pd.period_range(first, last))


def gathered(
    values: Column, periods: pd.PeriodIndex, own: PeriodKind, windows: Sequence[pd.Period], kind: PeriodKind, how: str
) -> Column:
    """Gather the periods of a table into longer windows.

    Parameters
    ----------
    values : (n, t)
        By period.
    how
        ``mean`` and ``sum`` of a window need all of its periods; ``last`` takes the last that is known.

    Returns
    -------
    (n, windows); missing where a window has not what it needs.
    """
    place = np.asarray([(period.asfreq(FREQUENCY[kind]) - windows[0]).n for period in periods])
    inside = (place >= 0) & (place < len(windows))
    if values.dtype == object or how == "last":
        return _last(values[:, inside], place[inside], len(windows))
    if own == kind:
        shape: Column = np.full((len(values), len(windows)), np.nan)
        shape[:, place[inside]] = values[:, inside]
        return shape
    total, count = np.zeros((len(values), len(windows))), np.zeros((len(values), len(windows)))
    for t in np.flatnonzero(inside):
        known = np.isfinite(values[:, t])
        total[:, place[t]] += np.where(known, values[:, t], 0.0)
        count[:, place[t]] += known
    needed = LENGTH[kind] // LENGTH[own]
    return np.where(count == needed, total / (needed if how == "mean" else 1), np.nan)


def _last(values: Column, place: NDArray[np.intp], count: int) -> Column:
    is_text = values.dtype == object
    found: Column = (
        np.full((len(values), count), "", dtype=object) if is_text else np.full((len(values), count), np.nan)
    )
    for t in range(values.shape[1]):
        known = values[:, t] != "" if is_text else np.isfinite(values[:, t].astype(np.float64))
        found[known, place[t]] = values[known, t]
    return found
