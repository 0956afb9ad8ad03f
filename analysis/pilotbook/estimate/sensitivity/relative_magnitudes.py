r"""HonestDiD with relative magnitudes: violations after the start at most :math:`\bar M` times the largest before it.

For each pre-period difference that could be the largest, and each sign, the hypothesis that the effect is
:math:`\theta` is a set of moment inequalities in which the other effects are nuisance parameters. Written in the
differences :math:`u_t` of the violation after the start, :math:`|u_t|\le\bar M v` and
:math:`\sum_t c_tu_t=g(\theta)`, the linear programme of the test has :math:`P+2` dual vertices only, P the number of
periods after the start: the sum at its upper and its lower bound, and each pair of bounds. So nothing has to be solved;
the vertices are written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray
from pilotbook.estimate.sensitivity.conditional_test import FIRST_STAGE, antithetic, hybrid_rejects, least_favourable
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates

REACH = 20.0
"""Standard errors of the effect to either side within which the interval is first looked for."""

GRID, DOUBLINGS = 401, 4
FINER, REFINEMENTS = 65, 4
"""Points between the last effect that is accepted and the first that is not, and how often they are drawn anew."""

LARGEST = 10.0
"""Largest multiple that is tried for a breakdown value."""


@dataclass(frozen=True)
class RobustInterval:
    """An interval that allows for violations of parallel trends.

    Attributes
    ----------
    bound
        How large a violation it allows for.
    low, high
        Its ends, in the unit of the outcome; infinite where it was not bounded within reach, NaN where no effect is
        compatible with the coefficients.
    """

    bound: float
    low: float
    high: float


def relative_magnitudes(
    estimates: EventEstimates, weights: FloatArray, multiple: float, *, level: float = 0.95, seed: int = 0
) -> RobustInterval:
    """Interval for a weighted effect if violations are at most a multiple of the largest before the start.

    Parameters
    ----------
    estimates
        Event-study coefficients with at least one before the start.
    weights : (n_after,)
        Weights of the effects, such as ``estimates.mean_of_first(4)``.
    multiple
        The multiple, called Mbar in the paper.
    level
        Level of the interval.
    seed
        Of the draws for the first stage's critical value.

    References
    ----------
    Rambachan and Roth (2023), conditional / least-favourable hybrid, moments after the start only. Checked against
    moderndid, which ports the authors' R package, and against the linear programme.
    """
    vertices = _Vertices.of(estimates, weights, multiple)
    test = _Test(vertices, vertices.first_stage(1 - level, seed), 1 - level)
    centre = float(weights @ estimates.after)
    block = estimates.covariance[estimates.n_before :, estimates.n_before :]
    reach = REACH * float(np.sqrt(weights @ block @ weights))
    for _ in range(DOUBLINGS):
        grid = centre + np.linspace(-reach, reach, GRID)
        inside = np.flatnonzero(test.accepts(grid))
        if not len(inside):
            return RobustInterval(multiple, np.nan, np.nan)
        first, last = int(inside[0]), int(inside[-1])
        if first > 0 and last < GRID - 1:
            low, high = _outermost(test, grid[[first, last]], grid[[first - 1, last + 1]])
            return RobustInterval(multiple, float(low), float(high))
        reach *= 2
    return RobustInterval(multiple, -np.inf, np.inf)


def breakdown_multiple(estimates: EventEstimates, weights: FloatArray, *, level: float = 0.95, seed: int = 0) -> float:
    """Return the smallest multiple whose interval holds zero; infinity if it is above `LARGEST`."""

    def holds_zero(multiple: float) -> bool:
        return _holds_zero(_Vertices.of(estimates, weights, multiple), 1 - level, seed)

    if holds_zero(0.0):
        return 0.0
    low, high = 0.0, 0.25
    while not holds_zero(high):
        low, high = high, 2 * high
        if low > LARGEST:
            return float("inf")
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (low, middle) if holds_zero(middle) else (middle, high)
    return high


@dataclass(frozen=True, eq=False)
class _Vertices:
    """Vertices of the test, for each of m candidates: a difference before the start that could be the largest.

    Attributes
    ----------
    fixed : (m, k)
        Vertex statistics at an effect of zero.
    slope : (m, k)
        Their change with the effect.
    covariance : (m, k, k)
        Of the vertex statistics.
    """

    fixed: FloatArray
    slope: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, estimates: EventEstimates, weights: FloatArray, multiple: float) -> _Vertices:
        """Write down the vertices; every difference before the start is a candidate with either sign."""
        n_before, n_after = estimates.n_before, estimates.n_after
        before, after = differences(n_before, n_after)
        largest = np.concatenate([before, -before])
        rows = np.concatenate([after, -after]) - multiple * largest[:, None]
        sd = np.sqrt([np.einsum("ij,jk,ik->i", own, estimates.covariance, own) for own in rows])
        up, down = sd[:, :n_after], sd[:, n_after:]
        cumulated = np.cumsum(weights[::-1])[::-1]
        size, rises = np.abs(cumulated), cumulated >= 0
        bound = multiple * size.sum() * largest
        scale = np.vecdot(np.stack([np.where(rises, up, down), np.where(rises, down, up)], axis=1), size)
        effect = np.concatenate([np.zeros(n_before), weights])
        vertices = np.stack([effect - bound, -effect - bound], axis=1) / scale[:, :, None]
        slope = np.array([-1.0, 1.0]) / scale
        if n_after > 1:
            pairs = -2 * multiple * largest[:, None] / (up + down)[:, :, None]
            vertices = np.concatenate([vertices, pairs], axis=1)
            slope = np.concatenate([slope, np.zeros_like(up)], axis=1)
        covariance = vertices @ estimates.covariance @ np.swapaxes(vertices, 1, 2)
        return cls(vertices @ estimates.coefficients, slope, covariance)

    def only(self, chosen: BoolArray) -> _Vertices:
        """Keep some candidates (m,)."""
        return _Vertices(self.fixed[chosen], self.slope[chosen], self.covariance[chosen])

    def first_stage(self, alpha: float, seed: int) -> FloatArray:
        """Return the critical value of each candidate's first stage, (m,)."""
        return least_favourable(self.covariance, FIRST_STAGE * alpha, _draws(self.fixed.shape[1], seed))


@dataclass(frozen=True, eq=False)
class _Test:
    """The test at one multiple; an effect is accepted if one of the candidates does not reject it.

    Attributes
    ----------
    vertices
        Of all candidates.
    first_stage : (m,)
    alpha
        As in `hybrid_rejects`.
    """

    vertices: _Vertices
    first_stage: FloatArray
    alpha: float

    def accepting(self, effects: FloatArray) -> BoolArray:
        """Tell which candidates accept which effects (n,), (m, n)."""
        own = self.vertices
        statistics = own.fixed[:, None] + effects[:, None] * own.slope[:, None]
        return np.logical_not(hybrid_rejects(statistics, own.covariance, self.first_stage, self.alpha))

    def accepts(self, effects: FloatArray) -> BoolArray:
        """Tell which effects (n,) are accepted."""
        return np.asarray(self.accepting(effects).any(axis=0))


def _holds_zero(vertices: _Vertices, alpha: float, seed: int) -> bool:
    """Tell whether the test accepts an effect of zero.

    Most candidates reject it in the second stage alone; only of the others is the first stage drawn, which can but
    reject more.
    """
    zero = np.zeros(1)
    second = _Test(vertices, np.full(len(vertices.fixed), np.inf), alpha)
    left = vertices.only(second.accepting(zero)[:, 0])
    return bool(_Test(left, left.first_stage(alpha, seed), alpha).accepts(zero)[0])


@lru_cache(maxsize=1)
def _draws(n_vertices: int, seed: int) -> FloatArray:
    """Draws of the first stage, one row a vertex: the same for all candidates and multiples."""
    return antithetic(n_vertices, np.random.default_rng(seed))


def differences(n_before: int, n_after: int) -> tuple[FloatArray, FloatArray]:
    """Rows that give the differences between neighbouring event times, those before the start and those after.

    The reference period, between the two, has the value zero.
    """
    full = np.diff(np.eye(n_before + n_after + 1), axis=0)
    full = np.delete(full, n_before, axis=1)
    return full[:n_before], full[n_before:]


def _outermost(test: _Test, inside: FloatArray, outside: FloatArray) -> FloatArray:
    """Outermost effects (n,) accepted between effects that are and others that are not, many tried at a time."""
    end = np.arange(len(inside))
    for _ in range(REFINEMENTS):
        tried = np.linspace(inside, outside, FINER)
        accepted = test.accepts(tried[1:-1].ravel()).reshape(-1, len(end))
        last = np.where(accepted, np.arange(1, FINER - 1)[:, None], 0).max(axis=0)
        inside, outside = tried[last, end], tried[last + 1, end]
    return inside
