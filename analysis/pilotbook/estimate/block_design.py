"""Assignment units in a block design: pilots that start together, controls, and placebo assignments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from pilotbook.estimate.sample import NEVER, FloatArray, IntArray, Sample


@dataclass(frozen=True, eq=False)
class Block:
    """Assignment units in a block design.

    Attributes
    ----------
    controls : (n_controls, n_periods)
        Mean outcomes of the control assignment units.
    pilots : (n_pilots, n_periods)
        Those of the pilots, and their weights (n_pilots,) with sum one.
    start
        First period that may be affected.
    """

    controls: FloatArray
    pilots: FloatArray
    pilot_weights: FloatArray
    start: int

    def placebos(self, rng: np.random.Generator, draws: int) -> IntArray:
        """Control units that play the pilots, (n_placebos, n_pilots)."""
        n, k = len(self.controls), len(self.pilots)
        if k >= n:
            return np.empty((0, k), dtype=np.int64)
        if comb(n, k) <= draws:
            return np.array(list(combinations(range(n), k)))
        return np.stack([rng.choice(n, size=k, replace=False) for _ in range(draws)])


def collapse(sample: Sample) -> tuple[Block, IntArray]:
    """Average rows within assignment units; also the control unit of each row, -1 for pilots."""
    pilot = sample.cohort != NEVER
    means, sizes, group = [], [], np.full(sample.n_units, -1)
    for side in (~pilot, pilot):
        codes, inverse = np.unique(sample.cluster[side], return_inverse=True)
        w = sample.weights[side]
        size = np.bincount(inverse, w)
        total = np.zeros((len(codes), sample.n_periods))
        np.add.at(total, inverse, w[:, None] * sample.y[0, side])
        means.append(total / size[:, None])
        sizes.append(size)
        if side is not pilot:
            group[side] = inverse
    return Block(means[0], means[1], sizes[1] / sizes[1].sum(), int(sample.onset.min())), group
