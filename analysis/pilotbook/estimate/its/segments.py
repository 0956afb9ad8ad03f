"""What a segmented regression assumes: interruptions, their shapes, seasonal terms, periods left out.

The plan fixes all of it before the data are seen (Bernal, Cummins and Gasparrini 2017); `design` turns it
into columns. Time is counted in periods from 0. Level and slope follow the convention of Linden (2015): at
the first period of an interruption the slope term is 0, so the level change is the effect in that period.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .autoregression import Array


class Shape(StrEnum):
    """Shape of the impact of one interruption."""

    LEVEL = "level"
    SLOPE = "slope"
    """A bend: the first period in force already moves by one slope."""
    LEVEL_AND_SLOPE = "level-and-slope"
    DELAYED = "delayed"
    """A level change ``length`` periods after the start."""
    RAMP = "ramp"
    """Rises evenly over ``length`` periods to its full level, which it then keeps."""
    TEMPORARY = "temporary"
    """A level change that lasts ``length`` periods."""


@dataclass(frozen=True)
class Interruption:
    """One reform step.

    Attributes
    ----------
    start
        First period in force, counted from 0.
    shape
        Shape of the impact.
    length
        Periods of delay, of ramp or of the temporary impact; 0 for the other shapes.
    label
        Name in the ledger, such as ``price``.
    """

    start: int
    shape: Shape = Shape.LEVEL_AND_SLOPE
    length: int = 0
    label: str = "reform"


class SeasonKind(StrEnum):
    """How seasons enter."""

    NONE = "none"
    DUMMIES = "dummies"
    HARMONICS = "harmonics"


@dataclass(frozen=True)
class Season:
    """Seasonal terms.

    Attributes
    ----------
    kind
        Dummies (one a season but the first) or harmonics (``pairs`` of sine and cosine).
    period
        Periods a year: 4 or 12.
    first
        Season of period 0, counted from 0.
    pairs
        Pairs of harmonics; 2 as in Bernal et al. (2017).
    """

    kind: SeasonKind = SeasonKind.NONE
    period: int = 4
    first: int = 0
    pairs: int = 2


@dataclass(frozen=True)
class Segments:
    """A segmented regression, as a plan declares it.

    Attributes
    ----------
    n_times
        Length of the series.
    interruptions
        Kept in order of time; several are allowed and their impacts add up.
    season
        Seasonal terms asked for.
    excluded
        Periods left out by plan: transition, a pandemic window.
    """

    n_times: int
    interruptions: tuple[Interruption, ...]
    season: Season = field(default_factory=Season)
    excluded: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "interruptions", tuple(sorted(self.interruptions, key=lambda i: i.start)))


@dataclass(frozen=True)
class Design:
    """Columns of a segmented regression.

    Attributes
    ----------
    X
        Columns over all periods, (n_times, n_coef); those of `omitted` periods end the matrix as indicators.
    names
        One name a column.
    impact
        For every interruption the columns that carry its impact, (n_interruptions, n_coef).
    omitted
        Periods without weight: excluded by plan or not observed.
    season
        The seasonal terms in the design (not those asked for).
    """

    X: Array
    names: tuple[str, ...]
    impact: NDArray[np.bool_]
    omitted: tuple[int, ...]
    season: Season

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which periods carry weight, (n_times,)."""
        keep = np.ones(len(self.X), dtype=bool)
        keep[list(self.omitted)] = False
        return keep

    @property
    def df(self) -> int:
        """Observations less coefficients; an indicator takes its period and its coefficient away together."""
        return int(self.X.shape[0] - self.X.shape[1])

    @property
    def n_terms(self) -> int:
        """Number of columns without the indicators of omitted periods."""
        return int(self.X.shape[1]) - len(self.omitted)


def design(segments: Segments, observed: NDArray[np.bool_] | None = None, season: Season | None = None) -> Design:
    """Columns for a declared segmented regression.

    Parameters
    ----------
    segments
        The declaration.
    observed
        Which periods have a value, (n_times,); all if not given.
    season
        Seasonal terms in place of those asked for, when the series does not allow them.
    """
    time = np.arange(segments.n_times, dtype=float)
    season = segments.season if season is None else season
    columns, names, owner = [np.ones_like(time), time], ["intercept", "time"], [-1, -1]
    for number, interruption in enumerate(segments.interruptions):
        for name, column in _impact_columns(interruption, time):
            columns.append(column)
            names.append(f"{interruption.label}: {name}")
            owner.append(number)
    for name, column in _season_columns(season, segments.n_times):
        columns.append(column)
        names.append(name)
        owner.append(-1)
    omitted = _omitted(segments, observed)
    for period in omitted:
        columns.append((time == period).astype(float))
        names.append(f"omitted {period}")
        owner.append(-1)
    owners = np.array(owner)
    impact = np.array([owners == number for number in range(len(segments.interruptions))]).reshape(-1, len(owners))
    return Design(np.column_stack(columns), tuple(names), impact, omitted, season)


def _omitted(segments: Segments, observed: NDArray[np.bool_] | None) -> tuple[int, ...]:
    missing = () if observed is None else np.flatnonzero(~observed)
    return tuple(sorted({*map(int, segments.excluded), *map(int, missing)}))


def _impact_columns(interruption: Interruption, time: Array) -> list[tuple[str, Array]]:
    since = time - interruption.start
    after = (since >= 0).astype(float)
    length = interruption.length
    match interruption.shape:
        case Shape.LEVEL:
            return [("level", after)]
        case Shape.SLOPE:
            return [("slope", after * (since + 1))]
        case Shape.LEVEL_AND_SLOPE:
            return [("level", after), ("slope", after * since)]
        case Shape.DELAYED:
            return [("level", (since >= length).astype(float))]
        case Shape.RAMP:
            return [("level", after * np.minimum((since + 1) / max(length, 1), 1.0))]
        case Shape.TEMPORARY:
            return [("level", after * (since < length))]


def _season_columns(season: Season, n_times: int) -> list[tuple[str, Array]]:
    phase = (np.arange(n_times) + season.first) % season.period
    match season.kind:
        case SeasonKind.NONE:
            return []
        case SeasonKind.DUMMIES:
            return [(f"season {s + 1}", (phase == s).astype(float)) for s in range(1, season.period)]
        case SeasonKind.HARMONICS:
            angle = 2 * np.pi * phase / season.period
            waves = [(f"{w.__name__} {k}", w(k * angle)) for k in range(1, season.pairs + 1) for w in (np.sin, np.cos)]
            # The sine of the fastest wave of an even period is zero everywhere.
            return [(name, wave) for name, wave in waves if np.abs(wave).max() > 1e-9]
