"""From a vintage, or from the panel of any other data set, to the quality of what a report reads of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.panel.contract.grid import Grid, make_grid
from pilotbook.panel.contract.layout import Dictionary
from pilotbook.panel.contract.table import Table
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import FREQUENCY, format_period, period_kind
from pilotbook.panel.quality import Measured, Quality, assess, run_out
from pilotbook.panel.vintage import REVISIONS, Vintage, vintages

_PARTS = ("", ".denominator", ".definition")


def quality_of(
    vintage: Vintage,
    pilots: Sequence[str],
    columns: Sequence[str],
    counties: Sequence[str] | None = None,
    until: pd.Period | None = None,
    catalogue: Catalogue | None = None,
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
    counties
        The counties that count; all if None.
    until
        The last period that counts; all if None.
    """
    catalogue = catalogue or read_catalogue()
    there = set(fields(vintage))
    wanted = [id + part for id in columns for part in _PARTS if id + part in there]
    frame = vintage.table("panel", ["county", "period", *wanted])
    keep = np.ones(len(frame), dtype=bool) if counties is None else frame["county"].isin(counties).to_numpy()
    if until is not None:
        in_time = [period for period in frame["period"].unique() if _ends(period) <= until.end_time]
        keep = keep & frame["period"].isin(in_time).to_numpy()
    table = Table.put_together("panel", vintage.name, frame[keep].reset_index(drop=True), Dictionary.of(catalogue))
    grid = make_grid(table)
    assert grid is not None  # a vintage has at least one row, and a report one county and period of it
    return assess(
        [_measured(table, grid, id, catalogue) for id in columns],
        [str(county) for county in grid.counties],
        grid.periods,
        np.isin(grid.counties.astype(str), list(pilots)),
        _revised(vintage),
        run_out(grid.periods[-1], vintage.description["created"]),
    )


def quality_of_panel(panel: Panel, columns: Mapping[str, str | None]) -> Quality:
    """Compute the quality of some columns of a panel that is no vintage: what their values alone can tell.

    Parameters
    ----------
    panel
        The panel.
    columns
        Columns, each with that of its denominator or None.
    """
    due = np.ones(len(panel.periods), dtype=bool)
    indicators = read_catalogue().indicators
    found = [
        Measured(
            id,
            panel.columns[id],
            due,
            indicators.get(id),
            None if denominator is None else panel.columns[denominator],
        )
        for id, denominator in columns.items()
    ]
    periods = [format_period(period) for period in panel.periods]
    return assess(found, panel.units, periods, panel.cohort(never=-1) != -1)


def fields(vintage: Vintage) -> list[str]:
    """Return the columns of a vintage's panel table."""
    panel = next(resource for resource in vintage.description["resources"] if resource["name"] == "panel")
    return [field["name"] for field in panel["schema"]["fields"]]


def _ends(period: str) -> pd.Timestamp:
    kind = period_kind(period)
    assert kind is not None  # checked when the table was ingested
    return pd.Period(period, freq=FREQUENCY[kind]).end_time


def _measured(table: Table, grid: Grid, id: str, catalogue: Catalogue) -> Measured:
    indicator = catalogue.indicator(id)
    size = f"{id}.denominator"
    return Measured(
        id,
        grid.place(table.array(id)) if id in table.frame else np.full(grid.position.shape, np.nan),
        grid.expected(indicator.frequency),
        indicator,
        grid.place(table.array(size)) if size in table.frame else None,
        tuple(_redefined(table, grid, f"{id}.definition")),
    )


def _redefined(table: Table, grid: Grid, column: str) -> list[tuple[str, str, str, str]]:
    """Return county, period, definition before and after of every change."""
    if column not in table.frame:
        return []
    versions = table.array(column)
    found = []
    for n, county in enumerate(grid.counties):
        known = [t for t, p in enumerate(grid.position[n]) if p >= 0 and versions[p] != ""]
        for before, after in pairwise(known):
            was, now = versions[grid.position[n, before]], versions[grid.position[n, after]]
            if was != now:
                found.append((str(county), grid.periods[after], str(was), str(now)))
    return found


def _revised(vintage: Vintage) -> Mapping[str, int] | None:
    if vintage.description["previous"] is None:
        return None
    changes = vintage.table(REVISIONS)
    return Counter(changes.loc[changes["table"] == "panel", "column"])


def most_revised(dataset: Path, columns: Sequence[str]) -> str | None:
    """Return the column that the vintages of a data set revised most often; None if they revised none."""
    counts: Counter[str] = Counter()
    for vintage in vintages(dataset):
        counts.update(_revised(vintage) or {})
    revised = [column for column in columns if counts[column]]
    return max(revised, key=lambda column: counts[column], default=None)


def revision_triangle(dataset: Path, column: str) -> pd.DataFrame:
    """Return the mean of a column over counties by period (rows) as each vintage (columns) had it.

    Claims come in late: a period that grows from vintage to vintage has not run out yet. NaN where a vintage does not
    have the period or the column.
    """
    by_vintage = {}
    for vintage in vintages(dataset):
        if column in fields(vintage):
            table = vintage.table("panel", ["period", column])
            by_vintage[vintage.name] = table.groupby("period")[column].mean()
        else:
            by_vintage[vintage.name] = pd.Series(dtype=float)
    return pd.DataFrame(by_vintage).sort_index()
