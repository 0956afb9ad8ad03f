"""Everything observed that rules read, as the facts of any level and window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.evaluate.monitoring.inputs import FurtherInputs
from pilotbook.evaluate.monitoring.leveltable import TABLES, LevelTable, level_table
from pilotbook.evaluate.monitoring.spans import LENGTH, gathered, last_closed, windows_of
from pilotbook.judge.rules.facts import Column, Facts
from pilotbook.judge.rules.levels import ONE_UNIT, PILOTS
from pilotbook.judge.rules.windows import Window
from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind

ENOUGH_KNOWN = 0.8
"""A mean over counties is given while no more than a fifth of them, by residents, is missing."""

Tables = Mapping[TableKind, pd.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """The tables of a vintage up to the period of a report.

    Attributes
    ----------
    tables
        Level to its table.
    inputs
        The further inputs.
    counties
        The counties table by county; empty if there is none.
    starts
        County to the first period under the reform.
    until
        End of the period of the report.
    kind
        Kind of period of the report.
    catalogue
        What names mean.
    """

    tables: Mapping[str, LevelTable]
    inputs: FurtherInputs
    counties: pd.DataFrame
    starts: Mapping[str, pd.Period]
    until: pd.Timestamp
    kind: PeriodKind
    catalogue: Catalogue
    _places: dict[str, Places] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, frames: Tables, starts: Mapping[str, pd.Period], period: pd.Period, catalogue: Catalogue
    ) -> Observations:
        """Lay out the tables, up to a period."""
        until = period.end_time
        laid = {
            level: table
            for level, (name, key) in TABLES.items()
            if name in frames and (table := level_table(frames[name], key, until)) is not None
        }
        counties = frames["counties"].set_index("county") if "counties" in frames else pd.DataFrame()
        inputs = FurtherInputs.of(frames.get("inputs"), catalogue, until)
        kind = period_kind(str(period))
        assert kind is not None  # every period of a panel is one of the three
        return cls(laid, inputs, counties, starts, until, kind, catalogue)

    def places(self, level: str) -> Places:
        """Return the units of a level and where they belong."""
        if level not in self._places:
            self._places[level] = self._place(level)
        return self._places[level]

    def _place(self, level: str) -> Places:
        if level in ONE_UNIT:
            return Places(np.asarray(["pilots" if level in PILOTS else level], dtype=object))
        table = self.tables.get(level)
        own = set() if table is None else set(table.units.tolist())
        if level in {"city", "province"} and "county" in self.tables:
            own = set(self._belongs(self.tables["county"].units, level).tolist())
        units = np.asarray(sorted(own | self.inputs.units(level)), dtype=object)
        county = np.full(len(units), "", dtype=object)
        peers = np.zeros(len(units), dtype=np.intp)
        if level == "county":
            county = units
        elif table is not None:
            at = pd.Index(units).get_indexer(pd.Index(table.units))
            county[at] = table.of_units("county")
            groups = np.full(len(units), "", dtype=object)
            groups[at] = table.of_units("level")
            peers = pd.factorize(groups)[0].astype(np.intp)
        return Places(units, county, self._belongs(county, "province"), peers)

    def _belongs(self, counties: NDArray[np.object_], level: str) -> NDArray[np.object_]:
        """Return the province or the city of counties; both are the beginning of the code where no table says more."""
        codes = pd.Series(counties, dtype=object)
        if level == "province" and "province" in self.counties:
            named = self.counties["province"].reindex(pd.Index(counties))
            return np.where(named.isna(), codes.str[:2], named.to_numpy(dtype=object)).astype(object)
        return np.asarray(codes.str[: 2 if level == "province" else 4].to_numpy(dtype=object))

    def facts(self, level: str, window: Window) -> Facts:
        """Return the facts of a level by windows of a kind, without effects, records and constants."""
        source = level if level in TABLES else "county"
        has_table = level in TABLES or level in {"city", "province", *ONE_UNIT}
        table = self.tables.get(source) if has_table else None
        kind = window.kind or (table.kind if table is not None else self.kind)
        if table is None or LENGTH[table.kind] > LENGTH[kind]:
            windows: tuple[pd.Period, ...] = (last_closed(kind, self.until),)
        else:
            windows = windows_of(table.periods, kind, self.until)
        places = self.places(level)
        return Facts(
            units=tuple(places.units.tolist()),
            windows=windows,
            series=self._series(level, table, kind, windows),
            province=pd.factorize(places.province)[0].astype(np.intp),
            peers=places.peers,
            start=self._start(level, places, windows, kind),
            constants=self.catalogue.constants,
        )

    def _series(
        self, level: str, table: LevelTable | None, kind: PeriodKind, windows: tuple[pd.Period, ...]
    ) -> Callable[[str], Column | None]:
        seen: dict[str, Column | None] = {}

        def series(name: str) -> Column | None:
            if name not in seen:
                if name in self.catalogue.inputs:
                    seen[name] = self._input(name, level, windows)
                else:
                    seen[name] = self._indicator(name, level, table, kind, windows)
            return seen[name]

        return series

    def _indicator(
        self, name: str, level: str, table: LevelTable | None, kind: PeriodKind, windows: tuple[pd.Period, ...]
    ) -> Column | None:
        if table is None or LENGTH[table.kind] > LENGTH[kind] or (raw := table.column(name)) is None:
            return None
        values = gathered(raw, table.periods, table.kind, windows, kind, self._how(name, table.kind))
        if level not in TABLES:
            return self._mean_over_counties(values, level, table)
        places = self.places(level)
        if len(places.units) == len(table.units):
            return values
        at = pd.Index(places.units).get_indexer(pd.Index(table.units))
        wide: Column = np.full(
            (len(places.units), len(windows)), "" if values.dtype == object else np.nan, values.dtype
        )
        wide[at] = values
        return wide

    def _how(self, name: str, own: PeriodKind) -> str:
        """Say how the periods of a window make one value: a denominator is a sum, what is counted rarely its last."""
        if name.endswith((".numerator", ".denominator")):
            return "sum"
        indicator = self.catalogue.indicators.get(name.split("[", maxsplit=1)[0])
        return "last" if indicator is not None and LENGTH[indicator.frequency] > LENGTH[own] else "mean"

    def _mean_over_counties(self, values: Column, level: str, table: LevelTable) -> Column | None:
        """Return the mean of the counties of each unit, weighted by residents; of the pilots for the programme."""
        if values.dtype == object:
            return None
        weight = np.ones(len(table.units))
        if "population" in self.counties:
            weight = self.counties["population"].reindex(pd.Index(table.units)).to_numpy(dtype=np.float64)
        if level in ONE_UNIT:
            member = np.where(np.isin(table.units.astype(str), list(self.starts)), 0, -1)
        else:
            member = pd.Index(self.places(level).units).get_indexer(pd.Index(self._belongs(table.units, level)))
        size = len(self.places(level).units)
        known = np.isfinite(values) & np.isfinite(weight)[:, None]
        parts = np.where(known, np.nan_to_num(values) * np.nan_to_num(weight)[:, None], 0.0)
        sums = np.zeros((3, size, values.shape[1]))
        inside = member >= 0
        np.add.at(sums[0], member[inside], parts[inside])
        np.add.at(sums[1], member[inside], np.where(known, weight[:, None], 0.0)[inside])
        np.add.at(sums[2], member[inside], np.nan_to_num(weight)[:, None][inside])
        enough = (sums[1] > 0) & (sums[1] >= ENOUGH_KNOWN * sums[2])
        return np.where(enough, sums[0] / np.where(sums[1] > 0, sums[1], 1.0), np.nan)

    def _input(self, name: str, level: str, windows: tuple[pd.Period, ...]) -> Column | None:
        """Return a further input: of the unit itself, of what it belongs to, or the sum over the pilot counties."""
        of = self.catalogue.inputs[name].level
        owners = self.places(of)
        column = self.inputs.column(name, owners.units, windows)
        if column is None or of == level:
            return column
        if level in ONE_UNIT and of == "county":
            pilots = np.isin(owners.units.astype(str), list(self.starts))
            return np.asarray(column[pilots].sum(axis=0, keepdims=True)) if pilots.any() else None
        if of == "programme":
            return np.repeat(column[:1], len(self.places(level).units), axis=0)
        places = self.places(level)
        at = pd.Index(owners.units).get_indexer(pd.Index(places.county if of == "county" else places.province))
        if (at < 0).any():
            return None if (at < 0).all() else _with_gaps(column, at)
        return np.asarray(column[at])

    def _start(self, level: str, places: Places, windows: tuple[pd.Period, ...], kind: PeriodKind) -> NDArray[np.intp]:
        t = len(windows)
        index = {
            county: min(max((start.asfreq(FREQUENCY[kind], how="start") - windows[0]).n, 0), t)
            for county, start in self.starts.items()
        }
        if level in ONE_UNIT:
            return np.full(len(places.units), min(index.values(), default=t), dtype=np.intp)
        return np.asarray([index.get(county, t) for county in places.county], dtype=np.intp)

    def among_pilots(self, level: str) -> NDArray[np.bool_]:
        """Return (n,) which units of a level belong to a pilot county; a level of one unit does."""
        places = self.places(level)
        if level in ONE_UNIT:
            return np.ones(len(places.units), dtype=bool)
        started = [county for county, start in self.starts.items() if start.start_time <= self.until]
        return np.isin(places.county.astype(str), started)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The units of a level: their codes, county, province and group of like units; empty texts where unknown."""

    units: NDArray[np.object_]
    county: NDArray[np.object_] = field(default_factory=lambda: np.asarray([""], dtype=object))
    province: NDArray[np.object_] = field(default_factory=lambda: np.asarray([""], dtype=object))
    peers: NDArray[np.intp] = field(default_factory=lambda: np.zeros(1, dtype=np.intp))


def _with_gaps(column: Column, at: NDArray[np.intp]) -> Column:
    """Return the rows of a column, missing where there is no such row."""
    found = column[np.maximum(at, 0)].copy()
    found[at < 0] = 1 if column.dtype == np.int8 else "" if column.dtype == object else np.nan
    return np.asarray(found)
