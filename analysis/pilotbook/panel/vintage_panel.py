"""From a vintage to a `Panel`: its tables were checked when they were ingested, here they are joined and laid out.

Beside the columns of the panel table a plan may name ``start`` and ``assigned_unit`` of the exposure table (with
several reforms: ``start[tiered-pricing]``), whether another reform had reached a county
(``exposed[tiered-pricing]``), and ``province``, ``region`` and ``population`` of the counties table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.absence import Absence, Lost
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind
from pilotbook.panel.source import Source
from pilotbook.panel.vintage import Vintage
from pilotbook.panel.yearly import by_year

_EXPOSURE = re.compile(r"(start|assigned_unit)(?:\[([a-z0-9-]+)\])?")
_EXPOSED = re.compile(r"exposed\[([a-z0-9-]+)\]")
_COUNTY_TEXTS, _COUNTY_NUMBERS = ("province", "region"), ("population",)


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """Counties and periods of the panel table, and the place of each of its rows."""

    units: NDArray[np.object_]
    periods: tuple[pd.Period, ...]
    unit: NDArray[np.intp]
    time: NDArray[np.intp]


def panel_of_vintage(
    vintage: Vintage, layout: Layout, source: Source, shown: str, known: Collection[str] | None = None
) -> Panel:
    """Read from a vintage what a plan needs.

    Parameters
    ----------
    vintage
        The vintage; the bytes of every table that is read are verified.
    layout
        Which column plays which part.
    source
        Where the vintage comes from.
    shown
        How messages name it.
    known
        Columns that the data are known to have had; those that are gone are left empty, like the starts if there is
        no exposure table, and told in the panel's ``absent``. By default nothing may be lacking.

    Raises
    ------
    DataError
        If the bytes changed, or the vintage has another kind of period than the plan. A plan by year may read what a
        quarterly or monthly vintage has once a year: it stands in the last period of the year.
    UnknownNameError
        If a column is not there; names the nearest.
    """
    fields = _fields(vintage)
    named = [c for c in dict.fromkeys((*layout.values, *layout.positive)) if c not in _COUNTY_NUMBERS]
    exposed = {c: match[1] for c in named if c not in fields and (match := _EXPOSED.fullmatch(c))}
    absent = () if known is None else tuple(_absences(vintage, layout, fields, exposed, known, shown))
    gone = {absence.name for absence in absent}
    wanted = [column for column in named if column not in exposed and column not in gone]
    for column in (layout.unit, layout.period, *wanted):
        if column not in fields:
            raise UnknownNameError("column", column, [*fields, *_COUNTY_NUMBERS], where=shown)
    table = vintage.table("panel", list(dict.fromkeys((layout.unit, layout.period, *wanted))))
    kind = period_kind(str(table[layout.period].iloc[0]))
    assert kind is not None  # checked when the table was ingested
    if kind != layout.kind:
        _refuse_kind(kind, layout, shown)
        return by_year(panel_of_vintage(vintage, replace(layout, kind=kind), source, shown, known))
    axes = _axes(table, layout)
    columns = {column: _place(table[column].to_numpy(dtype=np.float64), axes) for column in wanted}
    columns |= {column: np.full((len(axes.units), len(axes.periods)), np.nan) for column in gone}
    columns |= {
        column: _exposed(vintage, axes, reform, layout, shown)
        for column, reform in exposed.items()
        if column not in gone
    }
    for column in _COUNTY_NUMBERS:
        if column in (*layout.values, *layout.positive):
            numbers = _by_county(vintage, axes, column).astype(np.float64)
            columns[column] = np.repeat(numbers[:, None], len(axes.periods), axis=1)
    dated = not any(absence.what is Lost.EXPOSURE for absence in absent)
    return Panel(
        units=tuple(axes.units.tolist()),
        periods=axes.periods,
        assignment=_assignment(vintage, axes, layout, shown) if dated else axes.units.astype(str),
        start=tuple(_starts(vintage, axes, layout, shown)) if dated else (None,) * len(axes.units),
        columns=columns,
        source=source,
        texts={name: _words(vintage, axes, name, shown) for name in layout.texts},
        absent=absent,
    )


def _absences(
    vintage: Vintage,
    layout: Layout,
    fields: Collection[str],
    exposed: Mapping[str, str],
    known: Collection[str],
    shown: str,
) -> Iterator[Absence]:
    """Name what is gone and without which something can still be evaluated."""
    dated = "exposure" in vintage.tables and vintage.has_file("exposure")
    if not dated:
        yield Absence(Lost.EXPOSURE, shown)
    for column in dict.fromkeys((*layout.values, *layout.positive)):
        unread = column not in fields and column not in exposed and column not in _COUNTY_NUMBERS
        if (unread and column in known) or (column in exposed and not dated):
            yield Absence(Lost.COLUMN, shown, column)


def _words(vintage: Vintage, axes: _Axes, column: str, shown: str) -> NDArray[np.str_]:
    if column not in _COUNTY_TEXTS:
        raise UnknownNameError("column", column, _COUNTY_TEXTS, where=shown)
    return _by_county(vintage, axes, column).astype(str)


def _fields(vintage: Vintage) -> list[str]:
    resources: Mapping[str, Mapping[str, Mapping[str, list[Mapping[str, str]]]]]
    resources = {resource["name"]: resource for resource in vintage.description["resources"]}
    return [field["name"] for field in resources["panel"]["schema"]["fields"]]


def _refuse_kind(kind: PeriodKind, layout: Layout, shown: str) -> None:
    """Raise unless the plan counts by year what the vintage has once a year."""
    if layout.kind != "year":
        raise DataError(f"{shown}: has one row per {kind}, the plan says `period_kind: {layout.kind}`; change the plan")
    known = read_catalogue().indicators
    names = {column: column.partition(".")[0].partition("[")[0] for column in layout.values}
    often = [column for column, name in names.items() if name in known and known[name].frequency != "year"]
    if often:
        raise DataError(
            f"{shown}: the plan says `period_kind: year`, but {', '.join(often)} is counted more than once a year "
            f"and its last {kind} is not the year; write `period_kind: {kind}`, or keep yearly indicators only"
        )


def _axes(table: pd.DataFrame, layout: Layout) -> _Axes:
    unit, units = pd.factorize(table[layout.unit], sort=True)
    time, texts = pd.factorize(table[layout.period], sort=True)
    periods = pd.PeriodIndex(texts, freq=FREQUENCY[layout.kind])
    axis = pd.period_range(periods[0], periods[-1])
    place = np.asarray([axis.get_loc(period) for period in periods], dtype=np.intp)
    return _Axes(np.asarray(units, dtype=object), tuple(axis), unit, place[time])


def _place(values: NDArray[np.float64], axes: _Axes) -> NDArray[np.float64]:
    matrix = np.full((len(axes.units), len(axes.periods)), np.nan)
    matrix[axes.unit, axes.time] = values
    return matrix


def _by_county(vintage: Vintage, axes: _Axes, column: str) -> NDArray[np.object_]:
    counties = vintage.table("counties", ["county", column]).set_index("county")
    return np.asarray(counties[column].reindex(axes.units).to_numpy(dtype=object))


def _exposure(vintage: Vintage, name: str, shown: str) -> pd.Series[str]:
    """Return a column of the exposure table by county, for the reform that the name says, or the only one."""
    match = _EXPOSURE.fullmatch(name)
    if match is None:
        raise UnknownNameError("column", name, ["start", "assigned_unit", "county", *_COUNTY_TEXTS], where=shown)
    if "exposure" not in vintage.tables:
        raise DataError(f"{shown}: has no exposure table, so no county has a start; hand one in")
    exposure = vintage.table("exposure")
    reforms = exposure["reform"].unique().tolist()
    if match[2] is None and len(reforms) > 1:
        raise DataError(
            f"{shown}: holds several reforms ({', '.join(reforms)}); write {name}[{reforms[0]}] in the plan"
        )
    reform = match[2] or reforms[0]
    if reform not in reforms:
        raise UnknownNameError("reform", reform, reforms, where=shown)
    rows = exposure[exposure["reform"] == reform]
    return rows.set_index("county")[match[1]] if match[1] in rows else rows.set_index("county")["county"]


def _starts(vintage: Vintage, axes: _Axes, layout: Layout, shown: str) -> list[pd.Period | None]:
    """Return (N,) the period of the panel in which each county's reform starts, None for never."""
    starts = _exposure(vintage, layout.start, shown)
    periods = {text: _within(text, layout) for text in starts.unique() if text}
    by_county = {str(county): periods.get(text) for county, text in starts.items()}
    return [by_county.get(county) for county in axes.units]


def _exposed(vintage: Vintage, axes: _Axes, reform: str, layout: Layout, shown: str) -> NDArray[np.float64]:
    """Return (N, T) one where a reform of the exposure table had reached a county, from its start to its end."""
    begin = _starts(vintage, axes, replace(layout, start=f"start[{reform}]"), shown)
    rows = vintage.table("exposure")
    there = np.asarray([[start is not None and start <= period for period in axes.periods] for start in begin])
    if "end" in rows:
        own = rows[(rows["reform"] == reform) & (rows["end"].fillna("") != "")].set_index("county")["end"]
        ends = {str(county): _within(text, layout) for county, text in own.items()}
        over = [[unit in ends and period > ends[unit] for period in axes.periods] for unit in axes.units]
        there &= ~np.asarray(over)
    return there.astype(np.float64)


def _within(text: str, layout: Layout) -> pd.Period:
    kind = period_kind(text)
    assert kind is not None  # checked when the table was ingested
    return pd.Period(text, freq=FREQUENCY[kind]).asfreq(FREQUENCY[layout.kind], how="start")


def _assignment(vintage: Vintage, axes: _Axes, layout: Layout, shown: str) -> NDArray[np.str_]:
    """Return (N,) the assigned unit; a county that the exposure table does not name was assigned by itself."""
    if layout.assignment == layout.unit:
        return axes.units.astype(str)
    if layout.assignment in _COUNTY_TEXTS:
        return _by_county(vintage, axes, layout.assignment).astype(str)
    named = _exposure(vintage, layout.assignment, shown).reindex(axes.units)
    own = pd.Series(axes.units, index=axes.units)
    return np.asarray(named.where(named.fillna("") != "", own).to_numpy(dtype=str))
