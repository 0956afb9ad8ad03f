"""Which rules apply to which tables: those on cells, and those on series and between tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.completeness import completeness_faults
from pilotbook.panel.contract.exposures import exposure_faults, exposure_in_panel
from pilotbook.panel.contract.further import facility_faults, input_faults
from pilotbook.panel.contract.geography import code_changes, county_faults, missing_from_panel, splits
from pilotbook.panel.contract.grid import Grid, make_grid
from pilotbook.panel.contract.keys import key_faults, unknown_counties
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.contract.ranges import range_faults
from pilotbook.panel.contract.ratios import break_faults, ratio_faults
from pilotbook.panel.contract.table import Table
from pilotbook.panel.contract.units import unit_faults
from pilotbook.panel.finding import Finding


def cell_faults(tables: Mapping[TableKind, Table], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what is wrong with cells and keys, table by table; a part of a table can be judged by it."""
    for table in tables.values():
        yield from range_faults(table, catalogue)
        yield from key_faults(table)
        yield from ratio_faults(table, catalogue)
    if (counties := tables.get("counties")) is not None:
        yield from county_faults(counties)
    if (exposure := tables.get("exposure")) is not None:
        yield from exposure_faults(exposure, catalogue)
    if (facilities := tables.get("facilities")) is not None:
        yield from facility_faults(facilities)
    if (inputs := tables.get("inputs")) is not None:
        yield from input_faults(inputs, catalogue)


def series_faults(tables: Mapping[TableKind, Table], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what is wrong with the series of counties and between tables; it takes whole tables to judge."""
    if (panel := tables.get("panel")) is None or (grid := make_grid(panel)) is None:
        return
    yield from unit_faults(panel, grid, catalogue)
    yield from completeness_faults(panel, grid, catalogue)
    yield from break_faults(panel, grid)
    yield from splits(panel, grid)
    if (counties := tables.get("counties")) is not None:
        yield from unknown_counties(panel, counties)
        yield from missing_from_panel(counties, grid)
        yield from code_changes(counties, grid)
    yield from _beside_the_panel(tables, panel, grid)


def _beside_the_panel(tables: Mapping[TableKind, Table], panel: Table, grid: Grid) -> Iterator[Finding]:
    if (exposure := tables.get("exposure")) is not None:
        yield from unknown_counties(exposure, panel, "unknown-exposed-county")
        yield from exposure_in_panel(exposure, panel, grid)
    for table in (tables.get("facilities"), tables.get("alliances")):
        if table is not None:
            yield from unknown_counties(table, panel, "unknown-facility-county")
