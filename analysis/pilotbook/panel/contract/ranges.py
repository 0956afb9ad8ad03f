"""Rules on single cells: bounds, signs and allowed words, as a pandera schema built from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandera.pandas as pa
from pandera.errors import SchemaErrors

from pilotbook.panel.catalogue import Catalogue, Indicator
from pilotbook.panel.contract.layout import Column
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

LEVELS = ("village", "township", "community", "secondary", "tertiary")


def schema(table: Table, catalogue: Catalogue) -> pa.DataFrameSchema:
    """Return the schema of a table's columns; every check bears the id of the fault that it finds."""
    checks = {id: _checks(column, catalogue) for id, column in table.columns.items() if id in table.frame}
    return pa.DataFrameSchema({id: pa.Column(checks=found, nullable=True) for id, found in checks.items() if found})


def range_faults(table: Table, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield a finding for every cell that breaks a rule on single cells."""
    rules = schema(table, catalogue)
    if not rules.columns:
        return
    try:
        rules.validate(table.frame, lazy=True, inplace=True)  # nothing is coerced, so nothing is copied
    except SchemaErrors as errors:
        cases = errors.failure_cases
        broken = list(zip(cases["column"], cases["check"], cases["index"], strict=True))
        hard = {(column, position) for column, id, position in broken if id.endswith("-hard")}
        for column, id, position in broken:
            # what cannot be is not reported as unusual as well
            if not (id.endswith("-soft") and (column, position) in hard):
                yield _finding(table, catalogue, str(column), str(id), int(position))


def _finding(table: Table, catalogue: Catalogue, column: str, id: str, position: int) -> Finding:
    indicator = table.columns[column].indicator
    gaps: dict[str, Any] = {}
    if indicator is not None and table.columns[column].part == "value":
        about = catalogue.indicators[indicator]
        low, high = _bounds(about, "hard" if id.endswith("hard") else "soft")
        bound = low if id.startswith("below") else high
        gaps = {"label": f"{about.name_en.lower()} ({about.unit})", "bound": f"{bound:g}"}
    return table.finding(id, position, column, **gaps)


def _bounds(indicator: Indicator, kind: str) -> tuple[float | None, float | None]:
    bounds: tuple[float | None, float | None] | None = getattr(indicator.range, kind)
    return bounds or (None, None)


def _checks(column: Column, catalogue: Catalogue) -> list[pa.Check]:
    if column.part == "value" and column.is_number:
        return _range_checks(catalogue.indicators[column.indicator or ""])
    if column.part == "denominator":
        return [pa.Check.gt(0, error="denominator-not-positive")]
    if column.part == "numerator":
        return [pa.Check.ge(0, error="numerator-negative")]
    if column.id == "population":
        return [pa.Check.gt(0, error="population")]
    if column.id == "level":
        return [pa.Check.isin(LEVELS, error="unknown-level")]
    return []


def _range_checks(indicator: Indicator) -> list[pa.Check]:
    checks = []
    for strictness in ("hard", "soft"):
        low, high = _bounds(indicator, strictness)
        if low is not None:
            checks.append(pa.Check.ge(low, error=f"below-{strictness}"))
        if high is not None:
            checks.append(pa.Check.le(high, error=f"above-{strictness}"))
    return checks
