"""Rules on counties: their table, and counties that split or change their code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from pilotbook.panel.contract.grid import Grid
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

SPLIT_LOSS = 0.20  # share of its residents or insured that a county loses when a part becomes a county


def county_faults(counties: Table) -> Iterator[Finding]:
    """Yield provinces that do not suit the code (the first two digits are the province)."""
    codes, provinces = counties.array("county"), counties.array("province")
    by_digits: dict[str, Counter[str]] = defaultdict(Counter)
    for code, province in zip(codes, provinces, strict=True):
        if code and province:
            by_digits[code[:2]][province] += 1
    for i, (code, province) in enumerate(zip(codes, provinces, strict=True)):
        usual = by_digits[code[:2]].most_common(1)[0][0] if code and province else province
        if province != usual:
            yield counties.finding("province-mismatch", i, "province", digits=code[:2], other=usual)


def missing_from_panel(counties: Table, grid: Grid) -> Iterator[Finding]:
    """Yield counties that have no row in the panel."""
    known = set(grid.counties)
    for i, code in enumerate(counties.array("county")):
        if code and code not in known:
            yield counties.finding("county-not-in-panel", i, "county")


def code_changes(counties: Table, grid: Grid) -> Iterator[Finding]:
    """Yield names that stand under two codes, one of which ends where the other begins."""
    span = _spans(grid)
    by_name: dict[tuple[str, str], list[tuple[int, int, str, int]]] = defaultdict(list)
    columns = (counties.array(column) for column in ("name_zh", "province", "county"))
    for i, (name, province, code) in enumerate(zip(*columns, strict=True)):
        if name and code in span:
            by_name[name, province].append((*span[code], code, i))
    for (name, _), codes in by_name.items():
        ordered = sorted(codes)
        for (_, last, old, _), (first, _, new, i) in pairwise(ordered):
            if first > last:
                gaps = {
                    "name": name,
                    "old": old,
                    "new": new,
                    "last": grid.periods[last],
                    "first": grid.periods[first],
                }
                yield counties.finding("code-changes", i, "county", **gaps)


def splits(panel: Table, grid: Grid) -> Iterator[Finding]:
    """Yield counties whose denominators shrink when a county of the same prefecture begins."""
    span = _spans(grid)
    born = {code: first for code, (first, _) in span.items() if first > 0}
    columns = [id for id, column in panel.columns.items() if column.part == "denominator" and id in panel.frame]
    if not born or not columns:
        return
    for new, first in born.items():
        for n, old in enumerate(grid.counties):
            if old == new or old[:4] != new[:4] or span[old][0] >= first:
                continue
            losses = {c: _loss(panel, grid, c, n, first) for c in columns}
            losses = {c: loss for c, loss in losses.items() if np.isfinite(loss)}
            if losses and float(np.median(list(losses.values()))) > SPLIT_LOSS:
                what = max(losses, key=lambda c: losses[c])
                gaps = {"old": old, "new": new, "first": grid.periods[first], "what": what}
                place = int(grid.position[n, first])
                loss = 100 * losses[what]
                yield panel.finding("county-splits", place, what, loss=loss, **gaps)


def _loss(panel: Table, grid: Grid, column: str, n: int, first: int) -> float:
    series = grid.place(panel.array(column))[n]
    return float(1 - series[first] / series[first - 1])


def _spans(grid: Grid) -> dict[str, tuple[int, int]]:
    present = grid.present
    first = present.argmax(axis=1)
    last = present.shape[1] - 1 - present[:, ::-1].argmax(axis=1)
    return {str(c): (int(a), int(b)) for c, a, b in zip(grid.counties, first, last, strict=True)}
