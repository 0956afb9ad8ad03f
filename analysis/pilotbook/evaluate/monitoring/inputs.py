"""The further inputs of a vintage as units × windows: budgets, quotas, prices, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.evaluate.monitoring.leveltable import periods_of
from pilotbook.judge.rules.facts import Column
from pilotbook.judge.rules.truth import FALSE, TRUE, UNKNOWN
from pilotbook.panel.catalogue import Catalogue, FurtherInput
from pilotbook.panel.contract.spelling import FALSE as NO
from pilotbook.panel.contract.spelling import TRUE as YES
from pilotbook.panel.contract.spelling import plain, read_number


@dataclass(frozen=True, slots=True, eq=False)
class FurtherInputs:
    """The rows of the table of inputs, by input: unit, period and amount of each."""

    rows: Mapping[str, pd.DataFrame]
    about: Mapping[str, FurtherInput]

    @classmethod
    def of(cls, frame: pd.DataFrame | None, catalogue: Catalogue, until: pd.Timestamp) -> FurtherInputs:
        """Sort the rows by input; those of periods that begin after a point in time are left out."""
        if frame is None:
            return cls({}, catalogue.inputs)
        texts = pd.unique(frame["period"]).tolist()
        early = {text for text, p in zip(texts, periods_of(texts), strict=True) if p.start_time <= until}
        frame = frame[frame["period"].isin(early)]
        return cls({str(name): rows for name, rows in frame.groupby("input", sort=False)}, catalogue.inputs)

    def units(self, level: str) -> set[str]:
        """Return the units of a level that have any input."""
        named = (rows for name, rows in self.rows.items() if name in self.about and self.about[name].level == level)
        return {str(unit) for rows in named for unit in pd.unique(rows["unit"])}

    def column(self, name: str, units: NDArray[np.object_], windows: Sequence[pd.Period]) -> Column | None:
        """Return (n, t) an input of units of its own level; None if nobody handed it in.

        A value of a longer period holds for every window within it; of several within one window the last counts,
        and a yes counts before a no.
        """
        rows = self.rows.get(name)
        if rows is None or name not in self.about:
            return None
        kind = self.about[name].kind
        values = _typed(rows["amount"], kind)
        place = pd.Index(units).get_indexer(pd.Index(rows["unit"]))
        found = _empty((len(units), len(windows)), kind)
        code, names = pd.factorize(rows["period"], sort=True)
        for number, period in sorted(enumerate(periods_of(names.tolist())), key=lambda each: each[1].end_time):
            here = np.flatnonzero((code == number) & (place >= 0))
            for t, window in enumerate(windows):
                if _concerns(period, window):
                    new = values[here]
                    old = found[place[here], t]
                    found[place[here], t] = np.maximum(old, new) if kind == "truth" and _within(period, window) else new
        return found


def _concerns(period: pd.Period, window: pd.Period) -> bool:
    covers = period.start_time <= window.start_time and window.end_time <= period.end_time
    return bool(covers) or _within(period, window)


def _within(period: pd.Period, window: pd.Period) -> bool:
    return bool(window.start_time <= period.start_time and period.end_time <= window.end_time)


def _empty(shape: tuple[int, int], kind: str) -> Column:
    if kind == "truth":
        return np.full(shape, UNKNOWN)
    return np.full(shape, "", dtype=object) if kind == "grade" else np.full(shape, np.nan)


def _typed(amounts: pd.Series, kind: str) -> Column:
    texts = amounts.fillna("").astype(object)
    if kind == "number":
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64).copy()
        for i in np.flatnonzero(np.isnan(numbers) & (texts != "").to_numpy()):
            reading = read_number(str(texts.iloc[i])).value  # a spelling such as 1,200
            numbers[i] = reading if isinstance(reading, float) else np.nan
        return numbers
    if kind == "truth":
        meaning = {text: _truth(text) for text in pd.unique(texts)}
        return np.asarray([meaning[text] for text in texts], dtype=np.int8)
    return np.asarray([plain(str(text)) for text in texts], dtype=object)


def _truth(text: str) -> np.int8:
    word = plain(str(text)).lower()
    if word in YES | {"1"}:
        return TRUE
    return FALSE if word in NO | {"0"} else UNKNOWN
