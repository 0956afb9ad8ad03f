"""What a rule is read from: units × windows with their values, and what is known beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.judge.rules.truth import Truth

Column = NDArray[Any]
"""(units, windows): numbers as float64 (NaN: missing), truths as int8 (`truth`), texts as object (empty: missing)."""


@dataclass(frozen=True, slots=True)
class EffectLimits:
    """The estimated effect on one indicator, with the ends of its intervals.

    Attributes
    ----------
    lower95, upper95
        Of the interval adjusted for the looks; NaN if there is none, infinite where an end is open.
    lower90, upper90
        Of the two-sided 80 % interval that harm is read from.
    baseline
        Level before the reform, NaN if unknown.
    estimate
        The effect, NaN if there is none.
    row, harm_row
        Ids of the ledger's rows of the two intervals.
    lack
        Why it cannot be used, as a code; None if it can.
    """

    lower95: float = math.nan
    upper95: float = math.nan
    lower90: float = math.nan
    upper90: float = math.nan
    baseline: float = math.nan
    estimate: float = math.nan
    row: str | None = None
    harm_row: str | None = None
    lack: str | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a rule needs and that is not there.

    Attributes
    ----------
    kind
        ``series``, ``year-ago``, ``previous``, ``history``, ``baseline``, ``denominator``, ``peers``, ``province``,
        ``effect``, ``harm-interval``, ``zero``, ``reports``, ``meetings``, ``rule``, ``window`` or ``units``.
    name
        Of what.
    because
        For an effect, the code of the reason.
    """

    kind: str
    name: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts at one level, by windows of one kind.

    Attributes
    ----------
    units : (n,)
        Their codes.
    windows : (t,)
        Consecutive windows, the last one the latest that has closed.
    series
        Gives the (n, t) column of a name; None if nobody handed it in.
    province, peers : (n,)
        Numbers of the province and of the group of like units that each belongs to.
    start : (n,)
        Index of the first window under the reform, t if there is none.
    effects
        Estimated effects by indicator.
    yearly
        By what an effect is multiplied to be one of a year, by indicator; 1 if not named.
    reports, meetings
        Kind of window to whether there is a report of it, or a joint meeting in it; one that is not named is unknown.
    fired
        Other rules, by id: (n, t) truth on these units and windows.
    constants
        Numbers that bear a name.
    """

    units: tuple[str, ...]
    windows: tuple[pd.Period, ...]
    series: Callable[[str], Column | None]
    province: NDArray[np.intp]
    peers: NDArray[np.intp]
    start: NDArray[np.intp]
    effects: Mapping[str, EffectLimits] = field(default_factory=dict)
    yearly: Mapping[str, float] = field(default_factory=dict)
    reports: Mapping[str, bool] = field(default_factory=dict)
    meetings: Mapping[str, bool] = field(default_factory=dict)
    fired: Mapping[str, Truth] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of units and of windows."""
        return len(self.units), len(self.windows)

    def latest(self) -> Facts:
        """Return the same facts of the last window alone."""

        def series(name: str) -> Column | None:
            column = self.series(name)
            return None if column is None else column[:, -1:]

        return replace(self, windows=self.windows[-1:], series=series, start=np.minimum(self.start, 1))
