"""Preparing a panel for the models: balanced, coded and weighted once, and what was dropped is counted.

Libraries disagree silently about unbalanced panels: with 4 % of the rows of one published example missing, four of them
give four estimates (-0.046, -0.042, -0.036, -0.059), and agree on the balanced part. So the panel is balanced here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.errors import DataError
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period


@dataclass(frozen=True, slots=True)
class Loss:
    """Counties that were left out for one reason."""

    pilots: int
    controls: int

    @property
    def counties(self) -> int:
        """Return how many counties were left out."""
        return self.pilots + self.controls


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was left out, in the order in which it was.

    Attributes
    ----------
    periods
        Periods in which a yearly indicator has no value of its own.
    always_treated
        Counties under the reform from the first period on: nothing is known of them without it.
    without_weight
        Counties whose weight is missing or not above zero.
    incomplete
        Counties with a missing value in any column and period.
    missing_cells
        Missing values in the columns that were asked for, before counties were left out.
    known_cells_lost
        Values that are known but belong to counties that are left out as incomplete.
    """

    periods: int
    always_treated: Loss
    without_weight: Loss
    incomplete: Loss
    missing_cells: int
    known_cells_lost: int

    def as_dict(self) -> dict[str, object]:
        """Return the counts as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A balanced panel.

    Attributes
    ----------
    panel
        Its counties and periods; without a missing value in the columns that were asked for.
    weights : (n,)
        County weights with mean one.
    dropped
        What was left out on the way.
    """

    panel: Panel
    weights: NDArray[np.float64]
    dropped: Dropped

    def cohort(self, never: int) -> NDArray[np.intp]:
        """Return (n,) the index of the first period under the reform, ``never`` for controls.

        How never is coded differs between libraries (0, NaN, infinity), and a wrong code changes results without an
        error; so whoever calls says it.
        """
        return self.panel.cohort(never)


def prepare(
    panel: Panel,
    columns: Sequence[str],
    weights: NDArray[np.float64] | None = None,
    yearly: bool = False,
) -> Prepared:
    """Balance, code and weight a panel.

    Parameters
    ----------
    panel
        The panel.
    columns
        Columns that must be complete.
    weights
        (N,) county weights; all equal if None.
    yearly
        Whether the columns are counted once a year, in the last period of the year; the periods are then years.

    Raises
    ------
    DataError
        If no county is left.
    """
    lost_periods = 0
    if yearly and panel.periods[0].freqstr[0] != "Y":
        whole = panel
        panel = by_year(panel)
        lost_periods = len(whole.periods) - len(panel.periods)
    weight = np.ones(len(panel.units)) if weights is None else np.asarray(weights, dtype=np.float64)
    always = panel.cohort(never=-1) == 0
    unweighted = ~always & ~(np.isfinite(weight) & (weight > 0))
    candidates = ~always & ~unweighted
    missing = np.any([np.isnan(panel.columns[column]) for column in columns], axis=0)
    incomplete = candidates & missing.any(axis=1)
    keep = candidates & ~incomplete
    if not keep.any():
        raise DataError(_why_nothing_is_left(panel, columns, missing[candidates]))
    kept = panel.select(keep)
    return Prepared(
        replace(kept, columns={column: kept.columns[column] for column in columns}),
        weight[keep] / weight[keep].mean(),
        Dropped(
            periods=lost_periods,
            always_treated=_loss(panel, always),
            without_weight=_loss(panel, unweighted),
            incomplete=_loss(panel, incomplete),
            missing_cells=int(sum(np.isnan(panel.columns[c][candidates]).sum() for c in columns)),
            known_cells_lost=int(sum(np.isfinite(panel.columns[c][incomplete]).sum() for c in columns)),
        ),
    )


def by_year(panel: Panel) -> Panel:
    """Return the panel at the end of each year, with years as periods; a start counts from its year on."""
    last = [t for t, period in enumerate(panel.periods) if (period + 1).year > period.year]
    return replace(
        panel,
        periods=tuple(panel.periods[t].asfreq("Y") for t in last),
        start=tuple(None if start is None else start.asfreq("Y") for start in panel.start),
        columns={name: values[:, last] for name, values in panel.columns.items()},
    )


def _loss(panel: Panel, out: NDArray[np.bool_]) -> Loss:
    pilot = np.asarray([start is not None for start in panel.start])
    return Loss(int((out & pilot).sum()), int((out & ~pilot).sum()))


def _why_nothing_is_left(panel: Panel, columns: Sequence[str], missing: NDArray[np.bool_]) -> str:
    shown = ", ".join(columns)
    if not len(missing):
        return f"{shown}: no county is left that has a weight and a period before the reform; check weights and starts"
    worst = int(missing.sum(axis=0).argmax())
    period: pd.Period = panel.periods[worst]
    return (
        f"{shown}: no county has a value in every period; the worst is {format_period(period)}, where "
        f"{int(missing[:, worst].sum())} of {len(missing)} lack one; fill the gaps or choose a shorter window"
    )
