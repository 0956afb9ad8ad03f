"""The panel: counties by periods, checked, in the form in which models read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.errors import UnknownNameError
from pilotbook.panel.absence import Absence
from pilotbook.panel.periods import format_period
from pilotbook.panel.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Counties by periods.

    Attributes
    ----------
    units
        County codes, sorted; length N.
    periods
        Consecutive periods, ascending; length T.
    assignment
        (N,) name of the unit at which the reform was assigned; equal to ``units`` if counties were.
    start
        (N,) first period under the reform, None for counties without it.
    columns
        Name to (N, T) float array; NaN where the county has no value in the period.
    source
        Where the numbers come from.
    texts
        Name to (N,) words, facts of the county such as its province.
    absent
        What is known to have been there and is gone: a column is then empty, a period without values.
    """

    units: tuple[str, ...]
    periods: tuple[pd.Period, ...]
    assignment: NDArray[np.str_]
    start: tuple[pd.Period | None, ...]
    columns: Mapping[str, NDArray[np.float64]]
    source: Source
    texts: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
    absent: tuple[Absence, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of counties and of periods."""
        return len(self.units), len(self.periods)

    def period(self, text: str) -> pd.Period:
        """Read a period of the panel's kind; whether the panel has it is another question."""
        return pd.Period(text, freq=self.periods[0].freqstr)

    def index(self, period: pd.Period) -> int:
        """Return the position of a period; the only one where all data are gone, whichever is asked for.

        Raises
        ------
        UnknownNameError
            If the panel does not have the period.
        """
        if not self.units:
            return 0
        try:
            return self.periods.index(period)
        except ValueError:
            known = [format_period(p) for p in self.periods]
            raise UnknownNameError("period", format_period(period), known) from None

    def until(self, period: pd.Period) -> Panel:
        """Return the panel up to and including a period, as it would have stood then.

        Where all data are gone, no period is there and any may be asked for.
        """
        if not self.units:
            return replace(self, periods=(period,), columns={name: np.empty((0, 1)) for name in self.columns})
        end = self.index(period) + 1
        columns = {name: values[:, :end] for name, values in self.columns.items()}
        return replace(self, periods=self.periods[:end], columns=columns)

    def cohort(self, never: int) -> NDArray[np.intp]:
        """Return (N,) the index of the first period under the reform, ``never`` if not within the panel.

        A county whose reform starts after the last period has not been treated yet: within this panel it is
        coded like one that is never treated. A start before the first period is coded 0.
        """
        last, first = self.periods[-1], self.periods[0]
        codes = [never if start is None or start > last else max((start - first).n, 0) for start in self.start]
        return np.asarray(codes, dtype=np.intp)

    def select(self, keep: NDArray[np.bool_]) -> Panel:
        """Return the panel of the counties marked in ``keep`` (N,)."""
        return replace(
            self,
            units=tuple(np.asarray(self.units)[keep].tolist()),
            assignment=self.assignment[keep],
            start=tuple(s for s, k in zip(self.start, keep, strict=True) if k),
            columns={name: values[keep] for name, values in self.columns.items()},
            texts={name: words[keep] for name, words in self.texts.items()},
        )
