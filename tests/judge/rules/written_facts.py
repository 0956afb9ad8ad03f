"""Facts of one unit, as a fixture writes them down: names and numbers, series oldest first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pilotbook.judge.rules.book import LoadedReading
from pilotbook.judge.rules.facts import Column, EffectLimits, Facts
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind

LAST = {"month": "2023-12", "quarter": "2023Q4", "year": "2023", None: "2023Q4"}
BESIDE = ("effects", "others", "window", "reports", "meetings", "start", "no_units")


def written_facts(given: Mapping[str, Any], reading: LoadedReading) -> Facts:
    """Return the facts that a fixture states; the unit of interest is the first, the others of its province follow."""
    last = str(given.get("window", LAST[reading.window.kind]))
    kind = period_kind(last)
    assert kind is not None
    series = {name: value for name, value in given.items() if name not in BESIDE}
    length = max([len(value) for value in series.values() if isinstance(value, list)], default=1)
    others: Mapping[str, list[float]] = given.get("others", {})
    size = 0 if given.get("no_units") else 1 + max((len(values) for values in others.values()), default=0)

    def column(name: str) -> Column | None:
        if name not in series:
            return None
        value = series[name]
        own = list(value) if isinstance(value, list) else [None] * (length - 1) + [value]
        rest = [[None] * (length - 1) + [other] for other in others.get(name, [None] * (size - 1))]
        return _typed([own, *rest][:size], (size, length))

    return Facts(
        units=tuple(f"unit-{i}" for i in range(size)),
        windows=_windows(last, kind, length),
        series=column,
        province=np.zeros(size, dtype=np.intp),
        peers=np.zeros(size, dtype=np.intp),
        start=np.full(size, given.get("start", length), dtype=np.intp),
        effects={name: _effect(ends) for name, ends in given.get("effects", {}).items()},
        yearly={"fund_spending": 4.0} if reading.window.annualised else {},
        reports=_record(given.get("reports")),
        meetings=_record(given.get("meetings")),
        constants=read_catalogue().constants,
    )


def _record(kinds: list[str] | None) -> dict[str, bool]:
    """Return which kinds are on record; nothing is known where no record is kept."""
    return {} if kinds is None else {kind: kind in kinds for kind in ("month", "quarter", "year")}


def _windows(last: str, kind: PeriodKind, length: int) -> tuple[pd.Period, ...]:
    end = pd.Period(last, freq=FREQUENCY[kind])
    return tuple(pd.period_range(end - (length - 1), end))


def _typed(rows: list[list[Any]], shape: tuple[int, int]) -> Column:
    known = [value for row in rows for value in row if value is not None]
    if any(isinstance(value, bool) for value in known):
        return np.array([[1 if v is None else 2 * int(v) for v in row] for row in rows], dtype=np.int8).reshape(shape)
    if any(isinstance(value, str) for value in known):
        return np.array([["" if v is None else v for v in row] for row in rows], dtype=object).reshape(shape)
    return np.array([[math.nan if v is None else v for v in row] for row in rows], dtype=np.float64).reshape(shape)


def _effect(ends: Mapping[str, float]) -> EffectLimits:
    middle = (ends["lower95"] + ends["upper95"]) / 2
    return EffectLimits(**{"estimate": middle, **ends})
