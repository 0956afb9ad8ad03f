"""Small series with known truth."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.its.autoregression import Array, simulate
from pilotbook.estimate.its.segments import Interruption, Season, SeasonKind, Segments, Shape

QUARTERS = Season(SeasonKind.DUMMIES, 4)


def quarterly(n: int = 40, start: int = 20, **kwargs: object) -> Segments:
    """Level and slope at ``start`` with quarter dummies."""
    return Segments(n, (Interruption(start),), QUARTERS, **kwargs)  # type: ignore[arg-type]  # test shorthand


def plain(n: int, start: int, shape: Shape = Shape.LEVEL_AND_SLOPE, length: int = 0) -> Segments:
    """One interruption without seasonal terms."""
    return Segments(n, (Interruption(start, shape, length),))


def autoregressive(n: int, partial: float = 0.4, seed: int = 1, size: int = 1) -> Array:
    """Errors, (size, n)."""
    noise = np.random.default_rng(seed).standard_normal((n, size))
    return simulate(np.full((size, 1), partial), noise).T


def stepped(n: int = 40, start: int = 20, level: float = 3.0, seed: int = 1) -> Array:
    """A trend with a step."""
    time = np.arange(n)
    return 50 + 0.1 * time + level * (time >= start) + autoregressive(n, seed=seed)[0]
