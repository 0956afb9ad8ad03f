"""Simultaneous bands: an interval for every point of a path that together cover the whole path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pilotbook.estimate.path import Path
from pilotbook.estimate.result import Effect, FloatArray, NotEstimable, Reason, StandardError


@dataclass(frozen=True, eq=False)
class Band:
    """A sup-t band.

    Attributes
    ----------
    keys : (n_keys,)
        The path's keys.
    low, high : (n_keys,)
        Ends of the band in the unit of the outcome; NaN where an effect has no standard error.
    critical
        The critical value that takes the place of the normal quantile.
    """

    keys: tuple[int, ...]
    low: FloatArray
    high: FloatArray
    critical: float


def sup_t_band(
    path: Path,
    *,
    rng: np.random.Generator,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = 999,
) -> Band | NotEstimable:
    """Band that covers all effects of a path together, by a multiplier bootstrap over assignment units.

    Each draw flips the signs of the assignment units' influences; the critical value is the quantile of the
    largest standardised sum. The half width is critical value × standard error, enlarged by the ratio of
    the t to the normal quantile, so that the band is nowhere narrower than the pointwise interval.

    Parameters
    ----------
    path
        Effects with influences.
    rng
        Generator of the signs.
    cluster : (n_rows,), optional
        Codes of the assignment unit, those given to the estimator.
    level, draws
        Joint coverage; number of draws.

    References
    ----------
    Montiel Olea and Plagborg-Møller (2019); Callaway and Sant'Anna (2021).
    """
    estimable = [
        (k, effect, effect.influence)
        for k, effect in enumerate(path.effects)
        if isinstance(effect, Effect) and isinstance(effect.error, StandardError) and effect.influence is not None
    ]
    if not estimable:
        return NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, "no effect of the path has a standard error")
    influences = np.column_stack([influence for _, _, influence in estimable])
    normal = float(special.ndtri(0.5 + level / 2))
    critical = max(_critical(_sums(influences, cluster), rng, level, draws), normal)
    low, high = np.full((2, len(path.keys)), np.nan)
    for k, effect, _ in estimable:
        ratio = special.stdtrit(effect.df, 0.5 + level / 2) / normal
        half = critical * float(ratio) * effect.se
        low[k], high[k] = effect.estimate - half, effect.estimate + half
    return Band(path.keys, low, high, critical)


def _sums(influence: FloatArray, cluster: ArrayLike | None) -> FloatArray:
    """Cluster sums in an order that does not depend on the order of the rows."""
    if cluster is not None:
        _, codes = np.unique(np.asarray(cluster), return_inverse=True)
        rows = np.lexsort((*influence.T, codes))
        sums = np.zeros((int(codes.max()) + 1, influence.shape[1]))
        np.add.at(sums, codes[rows], influence[rows])
        influence = sums
    return influence[np.lexsort((influence.sum(axis=1), influence[:, 0]))]


def _critical(sums: FloatArray, rng: np.random.Generator, level: float, draws: int) -> float:
    """Quantile of the largest standardised sum under random signs; single precision is plenty."""
    scaled = (sums / np.sqrt(np.square(sums).sum(axis=0))).astype(np.float32)
    bits = np.unpackbits(np.frombuffer(rng.bytes(-(-draws * len(sums) // 8)), dtype=np.uint8))
    signs = 1 - 2 * bits[: draws * len(sums)].reshape(draws, len(sums)).astype(np.float32)
    return float(np.quantile(np.abs(signs @ scaled).max(axis=1), level))
