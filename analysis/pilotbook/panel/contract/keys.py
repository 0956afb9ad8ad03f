"""Rules on keys: each occurs once, periods are of one kind, codes are those of the counties table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from pilotbook.panel.contract.layout import LAYOUTS
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding
from pilotbook.panel.periods import PeriodKind, period_kind

# tables that say by another rule what is wrong with a repeated key or an unknown county
_OWN_DUPLICATES = {"counties": "duplicate-county", "exposure": "duplicate-exposure"}


def key_faults(table: Table) -> Iterator[Finding]:
    """Yield repeated keys and periods of another kind than most rows have."""
    yield from _duplicates(table)
    if "period" in table.frame and table.kind != "inputs":  # budgets are yearly, prices monthly
        yield from _kinds(table)


def unknown_counties(table: Table, counties: Table, rule: str = "unknown-county") -> Iterator[Finding]:
    """Yield the first row of every county that another table does not have."""
    known = set(counties.array("county"))
    codes = table.array("county")
    first = np.flatnonzero(~table.frame.duplicated(["county"]).to_numpy())
    for position in first.tolist():
        if codes[position] and codes[position] not in known:
            yield table.finding(rule, position, "county")


def main_kind(table: Table) -> PeriodKind:
    """Return the kind of period that most distinct periods of a table are."""
    counts = Counter(period_kind(period) for period in set(table.array("period")) if period)
    return next((kind for kind, _ in counts.most_common() if kind is not None), "quarter")


def _duplicates(table: Table) -> Iterator[Finding]:
    key = list(LAYOUTS[table.kind].key)
    readable = np.logical_and.reduce([table.array(column) != "" for column in key])
    again = table.frame.duplicated(key).to_numpy() & readable
    if not again.any():
        return
    first = table.frame[key].reset_index().groupby(key, sort=False)["index"].transform("first").to_numpy()
    rule = _OWN_DUPLICATES.get(table.kind, "duplicate-key")
    for position in np.flatnonzero(again):
        values = {column: table.frame[column].iloc[position] for column in key}
        shown = ", ".join(str(value) for value in values.values())
        row = table.row(int(first[position]))
        yield table.finding(rule, int(position), key[0], **{**values, "first": row, "key": shown})


def _kinds(table: Table) -> Iterator[Finding]:
    expected, periods = main_kind(table), table.array("period")
    kinds = {period: period_kind(period) for period in set(periods) if period}
    for period in dict.fromkeys(periods):
        if period and kinds[period] != expected:
            for position in np.flatnonzero(periods == period):
                yield table.finding("period-kind", int(position), "period", kind=kinds[period], expected=expected)
