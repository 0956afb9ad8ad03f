"""Panels by year: read from a quarterly or monthly panel at the end of each year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.errors import DataError
from pilotbook.panel.panel import Panel


def by_year(panel: Panel) -> Panel:
    """Return the panel at the end of each year, with years as periods; a start counts from its year on.

    Raises
    ------
    DataError
        If no year has ended.
    """
    last = year_ends(panel)
    if not last:
        raise DataError(f"{panel.source.name}: no year is complete up to {panel.periods[-1]}; plan by shorter periods")
    return replace(
        panel,
        periods=tuple(panel.periods[t].asfreq("Y") for t in last),
        start=tuple(None if start is None else start.asfreq("Y") for start in panel.start),
        columns={name: values[:, last] for name, values in panel.columns.items()},
    )


def counted_yearly(panel: Panel, values: NDArray[np.float64]) -> bool:
    """Tell whether values (N, T) by quarter or month stand at the ends of two or more years and nowhere else."""
    if panel.periods[0].freqstr[0] == "Y":
        return False
    known = np.flatnonzero(np.isfinite(values).any(axis=0)).tolist()
    return 1 < len(known) < len(panel.periods) and set(known) <= set(year_ends(panel))


def year_ends(panel: Panel) -> list[int]:
    """Return the positions of the last period of each year."""
    return [t for t, period in enumerate(panel.periods) if (period + 1).year > period.year]
