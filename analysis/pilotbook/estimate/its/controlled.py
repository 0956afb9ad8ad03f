"""Controlled interrupted time series: what the pilot did beyond its control.

The default analyses the difference of the two series with the same segmented model; counts take the control
as the offset. The control's own effect is always part of the result: it should be none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .autoregression import Array
from .counts import CountResult, interrupted_counts
from .gates import NoClaim
from .segments import Segments
from .series import ItsResult, interrupted


@dataclass(frozen=True)
class Controlled:
    """Controlled series.

    Attributes
    ----------
    difference
        Pilot less control.
    pilot, control
        Each series alone, with the same model.
    """

    difference: ItsResult | NoClaim
    pilot: ItsResult | NoClaim
    control: ItsResult | NoClaim


@dataclass(frozen=True)
class ControlledCounts:
    """Controlled counts.

    Attributes
    ----------
    relative
        Pilot counts with the control counts as offset.
    pilot, control
        Each series alone.
    """

    relative: CountResult | NoClaim
    pilot: CountResult | NoClaim
    control: CountResult | NoClaim


def controlled(
    pilot: Array,
    control: Array,
    segments: Segments,
    rng: np.random.Generator,
    *,
    order: int | None = None,
    horizons: Sequence[int] = (4, 8),
    draws: int = 999,
    level: float = 0.95,
) -> Controlled:
    """Analyse pilot less control, (n_times,) each, and both alone. Parameters as in `series.interrupted`."""
    analysed = (
        interrupted(y, segments, rng, order=order, horizons=horizons, draws=draws, level=level)
        for y in (pilot - control, pilot, control)
    )
    return Controlled(*analysed)


def controlled_counts(
    pilot: Array,
    control: Array,
    segments: Segments,
    *,
    horizons: Sequence[int] = (4, 8),
    level: float = 0.95,
) -> ControlledCounts:
    """Analyse pilot counts relative to control counts, and both alone.

    A period in which the control has no event carries no ratio and counts as missing in the relative
    analysis.
    """
    positive = control > 0
    relative = interrupted_counts(
        np.where(positive, pilot, np.nan),
        segments,
        exposure=np.where(positive, control, 1.0),
        horizons=horizons,
        level=level,
    )
    alone = (interrupted_counts(y, segments, horizons=horizons, level=level) for y in (pilot, control))
    return ControlledCounts(relative, *alone)
