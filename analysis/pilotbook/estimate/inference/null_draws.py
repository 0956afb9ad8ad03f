r"""A test made of draws, as a function of the hypothesised effect: its p value and its interval, from one source.

Under the hypothesis that the effect is :math:`\delta`, draw b of the statistic is
:math:`(e_b-\delta\,s_b)/\sqrt{v_b-2\delta c_b+\delta^2 d_b}`, because taking :math:`\delta` off the treated cells
changes every draw linearly. So the test is drawn once and then inverted exactly: no hypothesis needs new draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray, IntArray

TINY = float(np.finfo(float).tiny)

TIE = 1e-9
"""Relative difference of squared statistics below which they count as equal: the actual assignment is a draw too."""

FARTHEST = 40
"""Doublings of the first step after which an end of the interval counts as infinite."""

HALVINGS, FINE_HALVINGS = 6, 30
"""Halvings of the step in which an end was found: to ten digits of it. After the first few, most draws are decided."""

CLEAR = 1e-6
"""Relative difference by which a draw must stay on one side of the bound to count as decided."""


@dataclass(frozen=True, eq=False)
class NullDraws:
    """Draws of a statistic for several outcomes at once.

    Attributes
    ----------
    observed, scale : (n_outcomes,)
        The estimate, and what it is divided by (one if by nothing).
    estimate : (n_outcomes, n_draws)
        The estimate in each draw, no effect taken off.
    slope : (n_draws,)
        By how much it falls when an effect of one is taken off the units actually treated.
    variance : (n_outcomes, n_draws)
        Squared scale of each draw.
    covariance : (n_outcomes, n_draws) or None
        Half the fall of ``variance`` with the hypothesised effect; None if it does not depend on it.
    curvature : (n_draws,) or None
        Its second-order part.
    exact
        Whether the draws are all there are, the actual assignment among them.
    """

    observed: FloatArray
    scale: FloatArray
    estimate: FloatArray = field(repr=False)
    slope: FloatArray = field(repr=False)
    variance: FloatArray = field(repr=False)
    covariance: FloatArray | None = field(repr=False, default=None)
    curvature: FloatArray | None = field(repr=False, default=None)
    exact: bool = False

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.slope)

    @property
    def smallest_p(self) -> float:
        """The smallest p value that these draws can give."""
        if not self.exact:
            return 1 / (self.n_draws + 1)
        return float((np.abs(self.slope) > 1 - TIE).mean())

    def statistics(self) -> tuple[FloatArray, FloatArray]:
        """Return the statistic (n_outcomes,) and its draws (n_outcomes, n_draws) when there is no effect."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.observed / self.scale, self.estimate / np.sqrt(self.variance)

    def p_value(self, null: FloatArray | float = 0.0) -> FloatArray:
        """Two-sided p value (n_outcomes,) of the hypothesis that the effects are ``null``."""
        delta = np.broadcast_to(np.asarray(null, dtype=np.float64), self.observed.shape)
        return self._p(self._count(delta))

    def _p(self, count: IntArray) -> FloatArray:
        return np.asarray(count / self.n_draws if self.exact else (1 + count) / (1 + self.n_draws))

    def _count(self, delta: FloatArray) -> IntArray:
        """How many draws (…, n_outcomes) are as far from hypotheses (…, n_outcomes) as the estimate is."""
        least = np.square(self.observed - delta)[..., None] * self._variance_at(delta)
        least *= 1 - TIE
        least -= TINY
        return _counted(self._sizes(delta) >= least)

    def _sizes(self, delta: FloatArray) -> FloatArray:
        size = self.estimate - delta[..., None] * self.slope
        size *= size  # in place, as below: draws are many, and memory costs more time than sums
        size *= np.square(self.scale)[:, None]
        return size

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Ends (n_outcomes,) of the interval of effects that the test does not reject; infinite where it rejects none.

        Parameters
        ----------
        level
            Such as 0.95; then an effect is in the interval if its p value is above 0.05.
        """
        alpha = (1 - level) * (1 + TIE)
        if self.smallest_p > alpha:
            infinite = np.full(self.observed.shape, np.inf)
            return -infinite, infinite
        if self.covariance is None or self.curvature is None:
            return self.observed - self._farthest(alpha, -1), self.observed + self._farthest(alpha, 1)
        step = np.median(np.abs(self.estimate), axis=1) + np.finfo(float).tiny
        low, high = self._ends(np.stack([-step, step]), alpha)
        return low, high

    def _farthest(self, alpha: float, side: int) -> FloatArray:
        """Distance (n_outcomes,) of the farthest effect accepted on one side, where no scale moves with the effect."""
        n = self.n_draws if self.exact else self.n_draws + 1
        wanted = next(k for k in range(int(alpha * n), n + 1) if k / n > alpha) - (0 if self.exact else 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.sqrt(self.variance * (1 - TIE)) / self.scale[:, None]
        shifted = side * (self.estimate - self.observed[:, None] * self.slope)
        return np.array([farthest(e, self.slope, w, wanted) for e, w in zip(shifted, width, strict=True)])

    def _variance_at(self, delta: FloatArray) -> FloatArray:
        if self.covariance is None or self.curvature is None:
            return self.variance
        variance = self.covariance * (-2 * delta[..., None])
        variance += np.square(delta)[..., None] * self.curvature
        variance += self.variance
        return np.maximum(variance, 0.0, out=variance)

    def _ends(self, step: FloatArray, alpha: float) -> FloatArray:
        """Outermost accepted effects in the directions of ``step`` (…, n_outcomes): doubling, then bisection."""

        def accepted(distance: FloatArray) -> FloatArray:
            return np.asarray(self._p(self._count(self.observed + distance)) > alpha)

        inner, outer, infinite = doubled(accepted, step)
        inner, outer = halved(accepted, inner, outer, HALVINGS)
        decided, rest = self._split(self.observed + inner, self.observed + outer)

        def accepted_there(distance: FloatArray) -> FloatArray:
            return np.asarray(self._p(decided + rest._count(self.observed + distance)) > alpha)

        inner, _ = halved(accepted_there, inner, outer, FINE_HALVINGS)
        return np.where(infinite, np.sign(step) * np.inf, self.observed + inner)

    def _split(self, first: FloatArray, last: FloatArray) -> tuple[IntArray, NullDraws]:
        """Put aside the draws that are on the same side of the bound for all hypotheses between two (…, n_outcomes).

        Returns how many of these reach the bound (…, n_outcomes), and the draws that are left. A draw moves in a line
        with the hypothesis; its variance is a parabola, which lies below its chord by no more than a known sag.
        """
        ends = (first, last)
        moved = [self.estimate - delta[..., None] * self.slope for delta in ends]
        sizes = np.stack([self._sizes(delta) for delta in ends])
        least = np.where(np.sign(moved[0]) == np.sign(moved[1]), sizes.min(axis=0), 0.0)
        distance = np.square(np.stack(ends) - self.observed)[..., None]
        variance = np.stack([self._variance_at(delta) for delta in ends])
        sag = 0.0 if self.curvature is None else np.square(last - first)[..., None] / 4 * self.curvature
        lowest = distance.min(axis=0) * np.maximum(variance.min(axis=0) - sag, 0.0)
        above = least > (1 + CLEAR) * distance.max(axis=0) * variance.max(axis=0)
        below = sizes.max(axis=0) < (1 - CLEAR) * lowest
        decided = above | below
        aside = decided.all(axis=tuple(range(decided.ndim - 1)))
        return _counted(above[..., aside]), self._only(~aside)

    def _only(self, chosen: BoolArray) -> NullDraws:
        """Keep some draws (n_draws,)."""
        covariance, curvature = self.covariance, self.curvature
        return replace(
            self,
            estimate=self.estimate[:, chosen],
            slope=self.slope[chosen],
            variance=self.variance[:, chosen],
            covariance=None if covariance is None else covariance[:, chosen],
            curvature=None if curvature is None else curvature[chosen],
        )


def _counted(marked: BoolArray) -> IntArray:
    """Count the marks (…, n) along the last axis: ten times as fast as a sum along it."""
    counts = [np.count_nonzero(own) for own in marked.reshape(-1, marked.shape[-1])]
    return np.array(counts, dtype=np.int64).reshape(marked.shape[:-1])


def farthest(estimate: FloatArray, slope: FloatArray, width: FloatArray, wanted: int) -> float:
    """Return the largest distance d at which enough draws have ``|estimate - d slope| >= d width``.

    Each draw leaves that set at one distance and, if its slope exceeds its width, may come back at another: so the
    draws are counted from the farthest of these distances inwards.

    Parameters
    ----------
    estimate, slope, width : (n_draws,)
        Of the draws, at a distance of zero; widths are not negative.
    wanted
        How many draws are enough, at least one.
    """
    size = np.abs(estimate)
    toward = np.where(estimate < 0, -slope, slope)  # positive where the estimate falls with the distance
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves, returns = size / (toward + width), size / (toward - width)
    ever = np.isinf(size) | (toward <= -width)
    back = ~ever & (toward > width)
    count = int((ever | back).sum())
    if count >= wanted:
        return float("inf")
    at = np.concatenate([leaves[~ever], returns[back]])
    change = np.concatenate([np.ones(int((~ever).sum()), dtype=int), np.full(int(back.sum()), -1)])
    deepest = wanted - count + 2 * int(back.sum())  # by then enough have come, even if all that come back have left
    if deepest < len(at):
        near = at >= np.partition(at, -deepest)[-deepest]
        at, change = at[near], change[near]
    inwards = np.lexsort((-change, -at))
    enough = np.flatnonzero(count + np.cumsum(change[inwards]) >= wanted)
    return float(at[inwards][enough[0]]) if len(enough) else 0.0


def doubled(
    accepted: Callable[[FloatArray], FloatArray], step: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the outermost of the distances tried that is accepted, the next one, and where even the last one is.

    Parameters
    ----------
    accepted
        Takes distances (…) and tells which are accepted.
    step : (…)
        With its direction; distances are doubled from a sixteenth of it, until nine in a row are not accepted.
    """
    last, sought = np.full(step.shape, -1), np.full(step.shape, True)
    for doubling in range(FARTHEST):
        last = np.where(sought & accepted(step / 16 * 2.0**doubling), doubling, last)
        sought &= last >= doubling - 8
        if not sought.any():
            break
    inner = np.where(last >= 0, step / 16 * 2.0**last, 0.0)
    return inner, step / 16 * 2.0 ** (last + 1), last == FARTHEST - 1


def halved(
    accepted: Callable[[FloatArray], FloatArray], inner: FloatArray, outer: FloatArray, times: int
) -> tuple[FloatArray, FloatArray]:
    """Bisect between distances (…) that are accepted and others that are not."""
    for _ in range(times):
        middle = (inner + outer) / 2
        inside = accepted(middle)
        inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
    return inner, outer
