"""The numbers of the data-quality chapter: completeness by arm, flags, breaks, run-out, and their gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Indicator
from pilotbook.panel.contract.ratios import denominator_breaks
from pilotbook.panel.periods import FREQUENCY, period_kind

# Shares in per cent, differences in percentage points.
MISSING_YELLOW, MISSING_RED = 5.0, 20.0
DIFFERENCE_YELLOW, DIFFERENCE_RED = 2.0, 5.0
RUN_OUT_MONTHS = 3


class Gate(StrEnum):
    """What a diagnostic means for the report."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One column as a report reads it.

    Attributes
    ----------
    id
        Its name in the data.
    values : (N, T)
        NaN where there is none.
    due : (T,)
        Periods in which it should have a value.
    indicator
        What the catalogue says of it; None if it is not in there.
    denominator : (N, T) or None
        What it is a share of, if the data have it.
    redefined
        County and period of each change of its definition, with the definitions before and after.
    """

    id: str
    values: NDArray[np.float64]
    due: NDArray[np.bool_]
    indicator: Indicator | None = None
    denominator: NDArray[np.float64] | None = None
    redefined: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A value outside the range that is usual; None for an open end."""

    column: str
    county: str
    period: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Break:
    """A change of a denominator by more than a tenth (``change``, in per cent), or of a definition (``words``)."""

    column: str
    county: str
    period: str
    change: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete one column is.

    Attributes
    ----------
    column
        Its id.
    expected, known
        County-periods in which it should have a value, and has.
    missing_pilots, missing_controls
        Share of expected values that are missing, in per cent; None where there is no such county.
    flagged
        Values outside the usual range (outside the possible one there are none: those are refused); None where no
        range is known.
    breaks
        Changes of its denominator by more than a tenth, and changes of its definition; None where neither is known.
    revised
        Values that this vintage revised; None if there is no earlier vintage.
    gate
        Red: it leaves the first page.
    """

    column: str
    expected: int
    known: int
    missing_pilots: float | None
    missing_controls: float | None
    flagged: int | None
    breaks: int | None
    revised: int | None
    gate: Gate

    @property
    def missing(self) -> float | None:
        """Share of expected values that are missing, in per cent; None if none is expected."""
        return 100 * (1 - self.known / self.expected) if self.expected else None

    @property
    def difference(self) -> float | None:
        """Missing in pilots less missing in controls, in percentage points."""
        if self.missing_pilots is None or self.missing_controls is None:
            return None
        return self.missing_pilots - self.missing_controls


@dataclass(frozen=True, slots=True)
class RunOut:
    """Whether claims of the last period had time to come in.

    Attributes
    ----------
    last
        The last period of the panel.
    months
        Whole months from its end to the day of extraction; None if that day is not stated.
    gate
        Red: less than three months, the last period is left out of what rests on claims.
    """

    last: str
    months: int | None
    gate: Gate


@dataclass(frozen=True, slots=True, eq=False)
class Missingness:
    """Share of missing values by county and period, over some indicators.

    Attributes
    ----------
    counties, periods
        Pilots first; then as in the panel.
    pilots
        How many of the counties are pilots.
    share : (n, t)
        In per cent of the values that are expected in the period; NaN where none is.
    """

    counties: tuple[str, ...]
    periods: tuple[str, ...]
    pilots: int
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """The quality of what a report reads; no run-out where the data are no vintage."""

    completeness: tuple[Completeness, ...]
    missingness: Missingness
    flags: tuple[Flag, ...]
    breaks: tuple[Break, ...]
    run_out: RunOut | None

    @property
    def worst(self) -> Gate:
        """The worst gate of all; what is not evaluable is not fine."""
        order = (Gate.RED, Gate.NOT_EVALUABLE, Gate.YELLOW, Gate.GREEN)
        gates = [c.gate for c in self.completeness] + ([] if self.run_out is None else [self.run_out.gate])
        return min(gates, key=order.index, default=Gate.NOT_EVALUABLE)


def assess(
    columns: Sequence[Measured],
    counties: Sequence[str],
    periods: Sequence[str],
    pilots: NDArray[np.bool_],
    revised: Mapping[str, int] | None = None,
    claims: RunOut | None = None,
) -> Quality:
    """Compute the quality of some columns.

    Parameters
    ----------
    columns
        The columns.
    counties, periods
        Names of their rows, N, and of their columns, T.
    pilots : (N,)
        Which counties are pilots.
    revised
        Number of revised values by column; None if there is nothing that could have been revised.
    claims
        Whether claims of the last period had time to come in; None if there is no day of extraction to ask.
    """
    flags = [flag for column in columns for flag in _flags(column, counties, periods)]
    breaks = [found for column in columns for found in _breaks(column, counties, periods)]
    return Quality(
        tuple(_completeness(column, pilots, flags, breaks, revised) for column in columns),
        _missingness(columns, counties, periods, pilots),
        tuple(flags),
        tuple(breaks),
        claims,
    )


def _completeness(
    column: Measured,
    pilots: NDArray[np.bool_],
    flags: Sequence[Flag],
    breaks: Sequence[Break],
    revised: Mapping[str, int] | None,
) -> Completeness:
    known = np.isfinite(column.values[:, column.due])
    shares = [100 * float(1 - known[arm].mean()) if known[arm].size else None for arm in (pilots, ~pilots)]
    ranged = column.indicator is not None and column.indicator.range.soft is not None
    comparable = column.denominator is not None or bool(column.redefined)
    return Completeness(
        column=column.id,
        expected=known.size,
        known=int(known.sum()),
        missing_pilots=shares[0],
        missing_controls=shares[1],
        flagged=sum(flag.column == column.id for flag in flags) if ranged else None,
        breaks=sum(found.column == column.id for found in breaks) if comparable else None,
        revised=None if revised is None else revised.get(column.id, 0),
        gate=missing_gate(100 * float(1 - known.mean()) if known.size else None, *shares),
    )


def missing_gate(missing: float | None, pilots: float | None, controls: float | None) -> Gate:
    """Return the gate of missing values, all in per cent.

    Red above 20 % or a difference between the arms above 5 points; yellow above 5 % or 2 points.
    """
    if missing is None:
        return Gate.NOT_EVALUABLE
    difference = 0.0 if pilots is None or controls is None else abs(pilots - controls)
    if missing > MISSING_RED or difference > DIFFERENCE_RED:
        return Gate.RED
    if missing > MISSING_YELLOW or difference > DIFFERENCE_YELLOW:
        return Gate.YELLOW
    return Gate.GREEN


def _flags(column: Measured, counties: Sequence[str], periods: Sequence[str]) -> list[Flag]:
    low, high = (column.indicator.range.soft if column.indicator is not None else None) or (None, None)
    off = np.zeros(column.values.shape, dtype=bool)
    if low is not None:
        off |= column.values < low
    if high is not None:
        off |= column.values > high
    off[:, ~column.due] = False
    return [
        Flag(column.id, counties[n], periods[t], float(column.values[n, t]), low, high) for n, t in np.argwhere(off)
    ]


def _breaks(column: Measured, counties: Sequence[str], periods: Sequence[str]) -> list[Break]:
    found = [
        Break(column.id, county, period, None, f"{before} → {after}")
        for county, period, before, after in column.redefined
    ]
    if column.denominator is not None:
        size = column.denominator
        found += [
            Break(column.id, counties[n], periods[t], 100 * float(size[n, t] / size[n, t - 1] - 1), "")
            for n, t in np.argwhere(denominator_breaks(size))
        ]
    return found


def _missingness(
    columns: Sequence[Measured], counties: Sequence[str], periods: Sequence[str], pilots: NDArray[np.bool_]
) -> Missingness:
    missing, due = np.zeros((len(counties), len(periods))), np.zeros(len(periods))
    for column in columns:
        due += column.due
        missing += np.isnan(column.values) & column.due
    share = 100 * missing / np.where(due > 0, due, np.nan)
    order = np.argsort(~pilots, kind="stable")
    return Missingness(tuple(counties[i] for i in order), tuple(periods), int(pilots.sum()), share[order])


def run_out(last: str, extracted: str | None) -> RunOut:
    """Judge whether the last period had three months for its claims to come in.

    Parameters
    ----------
    last
        The last period of the panel.
    extracted
        Day of extraction (ISO), None if it is not stated.
    """
    if extracted is None:
        return RunOut(last, None, Gate.NOT_EVALUABLE)
    kind = period_kind(last)
    assert kind is not None  # checked when the table was ingested
    day, after = date.fromisoformat(extracted[:10]), (pd.Period(last, freq=FREQUENCY[kind]) + 1).start_time
    months = 12 * (day.year - after.year) + day.month - after.month - (day.day < after.day)
    months = max(months, 0)  # drawn before the period was over: no month has passed
    return RunOut(last, months, Gate.RED if months < RUN_OUT_MONTHS else Gate.GREEN)
