"""Rules on exposure: reforms that exist, dates in order, one start for counties assigned together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.grid import Grid
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding
from pilotbook.panel.periods import FREQUENCY, period_kind


def exposure_faults(exposure: Table, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what is wrong with the exposure table by itself."""
    yield from _reforms(exposure, catalogue)
    yield from _order(exposure)
    yield from _assigned_together(exposure)


def exposure_in_panel(exposure: Table, panel: Table, grid: Grid) -> Iterator[Finding]:
    """Yield starts outside the panel and counties marked as exposed before their start."""
    begin, end = _day(grid.periods[0]), _day(grid.periods[-1], last=True)
    starts = exposure.array("start")
    for i, start in enumerate(starts):
        if start and not begin <= _day(start) <= end:
            gaps = {"begin": grid.periods[0], "end": grid.periods[-1]}
            yield exposure.finding("start-outside", i, "start", **gaps)
    if "exposed" in panel.frame:
        yield from _exposed_early(exposure, panel)


def _reforms(exposure: Table, catalogue: Catalogue) -> Iterator[Finding]:
    reforms = exposure.array("reform")
    for name in dict.fromkeys(reforms):
        if name and name not in catalogue.reforms:
            near = pd.Series(reforms).eq(name).to_numpy()
            hint = "see data/catalogue/reforms.yml for the ids"
            yield exposure.finding("unknown-reform", int(np.flatnonzero(near)[0]), "reform", hint=hint)


def _order(exposure: Table) -> Iterator[Finding]:
    starts = exposure.array("start")
    for column, rule, sign in (("end", "end-before-start", 1), ("announced", "announced-after-start", -1)):
        if column not in exposure.frame:
            continue
        for i, (start, other) in enumerate(zip(starts, exposure.array(column), strict=True)):
            if start and other and sign * (_day(other) - _day(start)).days < 0:
                yield exposure.finding(rule, i, column, start=start)


def _assigned_together(exposure: Table) -> Iterator[Finding]:
    if "assigned_unit" not in exposure.frame:
        return
    first: dict[tuple[str, str], int] = {}
    columns = (exposure.array(c) for c in ("reform", "assigned_unit", "start"))
    starts = exposure.array("start")
    for i, (reform, unit, start) in enumerate(zip(*columns, strict=True)):
        if not unit or not start:
            continue
        j = first.setdefault((reform, unit), i)
        if starts[j] != start:
            yield exposure.finding("start-differs", i, "start", unit=unit, other=starts[j], first=exposure.row(j))


def _exposed_early(exposure: Table, panel: Table) -> Iterator[Finding]:
    start: dict[str, str] = {}
    for county, period in zip(exposure.array("county"), exposure.array("start"), strict=True):
        if county and period:
            start[county] = min(start.get(county, period), period, key=_day)
    counties, periods = panel.array("county"), panel.array("period")
    said: set[str] = set()  # the first row of a county speaks for the others
    for i in np.flatnonzero(panel.array("exposed") == 1):
        county, period = counties[i], periods[i]
        if county in said:
            continue
        if period and (county not in start or _day(period) < _day(start[county])):
            gaps = {
                "period": period,
                "start": start.get(county, "no period (it is not in the exposure table)"),
            }
            said.add(county)
            yield panel.finding("exposed-before-start", int(i), "exposed", **gaps)


def _day(period: str, last: bool = False) -> pd.Timestamp:
    """Return the first day of a period, whatever its kind, so that a month can be compared with a quarter."""
    kind = period_kind(period)
    assert kind is not None  # only periods that were read are compared
    whole = pd.Period(period, freq=FREQUENCY[kind])
    return whole.end_time.normalize() if last else whole.start_time
