"""The numbers of the data-quality chapter: completeness by arm, flags, breaks, revisions, run-out, and their gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Indicator, read_catalogue
from pilotbook.panel.contract.grid import Grid, make_grid
from pilotbook.panel.contract.layout import Dictionary
from pilotbook.panel.contract.ratios import denominator_breaks
from pilotbook.panel.contract.table import Table
from pilotbook.panel.periods import FREQUENCY, period_kind
from pilotbook.panel.vintage import REVISIONS, Vintage, vintages

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


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete one indicator is.

    Attributes
    ----------
    indicator
        Its id.
    expected, known
        County-periods in which it should have a value, and has.
    missing_pilots, missing_controls
        Share of expected values that are missing, in per cent; None where there is no such county.
    flagged
        Values outside the soft range (outside the hard one there are none: those are refused).
    breaks
        Changes of its denominator by more than a tenth, and changes of its definition.
    revised
        Values that this vintage revised; None if there is no earlier vintage.
    gate
        Red: it leaves the first page.
    """

    indicator: str
    expected: int
    known: int
    missing_pilots: float | None
    missing_controls: float | None
    flagged: int
    breaks: int
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
    """The quality of a vintage."""

    completeness: tuple[Completeness, ...]
    missingness: Missingness
    run_out: RunOut

    @property
    def worst(self) -> Gate:
        """The worst gate of all; what is not evaluable is not fine."""
        order = (Gate.RED, Gate.NOT_EVALUABLE, Gate.YELLOW, Gate.GREEN)
        return min((*(c.gate for c in self.completeness), self.run_out.gate), key=order.index)


def quality_of(
    vintage: Vintage, pilots: Sequence[str], columns: Sequence[str], catalogue: Catalogue | None = None
) -> Quality:
    """Compute the quality of some indicators of a vintage.

    Parameters
    ----------
    vintage
        The vintage; its bytes are verified.
    pilots
        Codes of the pilot counties.
    columns
        Ids of the indicators; those that the vintage does not have count as missing everywhere.
    """
    catalogue = catalogue or read_catalogue()
    frame = vintage.table("panel")
    panel = Table.put_together("panel", vintage.name, frame, Dictionary.of(catalogue))
    grid = make_grid(panel)
    assert grid is not None  # a vintage has at least one row
    pilot = np.isin(grid.counties.astype(str), list(pilots))
    revised = _revised(vintage)
    return Quality(
        tuple(_completeness(panel, grid, pilot, catalogue.indicator(id), revised) for id in columns),
        _missingness(panel, grid, pilot, [catalogue.indicator(id) for id in columns]),
        run_out(grid.periods[-1], vintage.description["created"]),
    )


def _revised(vintage: Vintage) -> Mapping[str, int] | None:
    if vintage.description["previous"] is None:
        return None
    changes = vintage.table(REVISIONS)
    return Counter(changes.loc[changes["table"] == "panel", "column"])


def _values(panel: Table, grid: Grid, id: str) -> NDArray[np.float64]:
    missing = np.full(grid.position.shape, np.nan)
    return grid.place(panel.array(id)) if id in panel.frame else missing


def _completeness(
    panel: Table, grid: Grid, pilot: NDArray[np.bool_], indicator: Indicator, revised: Mapping[str, int] | None
) -> Completeness:
    due = grid.expected(indicator.frequency)
    values = _values(panel, grid, indicator.id)[:, due]
    known = np.isfinite(values)
    shares = [None if not arm.any() or not due.any() else 100 * float(1 - known[arm].mean()) for arm in (pilot, ~pilot)]
    return Completeness(
        indicator=indicator.id,
        expected=known.size,
        known=int(known.sum()),
        missing_pilots=shares[0],
        missing_controls=shares[1],
        flagged=_flagged(values, indicator),
        breaks=_breaks(panel, grid, indicator.id),
        revised=None if revised is None else revised.get(indicator.id, 0),
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


def _flagged(values: NDArray[np.float64], indicator: Indicator) -> int:
    low, high = indicator.range.soft or (None, None)
    below = 0 if low is None else int((values < low).sum())
    return below + (0 if high is None else int((values > high).sum()))


def _breaks(panel: Table, grid: Grid, id: str) -> int:
    found = 0
    if f"{id}.denominator" in panel.frame:
        found += int(denominator_breaks(_values(panel, grid, f"{id}.denominator")).sum())
    if f"{id}.definition" in panel.frame:
        versions = panel.frame.groupby("county")[f"{id}.definition"]
        found += int((versions.nunique() - 1).clip(lower=0).sum())
    return found


def _missingness(panel: Table, grid: Grid, pilot: NDArray[np.bool_], indicators: Sequence[Indicator]) -> Missingness:
    missing, due = np.zeros(grid.position.shape), np.zeros(len(grid.periods))
    for indicator in indicators:
        expected = grid.expected(indicator.frequency)
        due += expected
        missing += np.isnan(_values(panel, grid, indicator.id)) & expected
    with np.errstate(invalid="ignore"):
        share = 100 * missing / np.where(due > 0, due, np.nan)
    order = np.argsort(~pilot, kind="stable")
    counties = tuple(str(county) for county in grid.counties[order])
    return Missingness(counties, grid.periods, int(pilot.sum()), share[order])


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
    return RunOut(last, months, Gate.RED if months < RUN_OUT_MONTHS else Gate.GREEN)


def revision_triangle(dataset: Path, column: str) -> pd.DataFrame:
    """Return the mean of a column over counties by period (rows) as each vintage (columns) had it.

    Claims come in late: a period that grows from vintage to vintage has not run out yet. NaN where a vintage does not
    have the period or the column.
    """
    by_vintage = {}
    for vintage in vintages(dataset):
        resource = next(r for r in vintage.description["resources"] if r["name"] == "panel")
        if column in {field["name"] for field in resource["schema"]["fields"]}:
            table = vintage.table("panel", ["period", column])
            by_vintage[vintage.name] = table.groupby("period")[column].mean()
        else:
            by_vintage[vintage.name] = pd.Series(dtype=float)
    return pd.DataFrame(by_vintage).sort_index()
