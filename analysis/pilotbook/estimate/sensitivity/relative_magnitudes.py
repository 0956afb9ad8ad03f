r"""HonestDiD with relative magnitudes: violations after the start at most :math:`\bar M` times the largest before it.

For each pre-period difference that could be the largest, and each sign, the hypothesis that the effect is
:math:`\theta` is a set of moment inequalities in which the other effects are nuisance parameters. Written in the
differences :math:`u_t` of the violation after the start, :math:`|u_t|\le\bar M v` and
:math:`\sum_t c_tu_t=g(\theta)`, the linear programme of the test has :math:`P+2` dual vertices only, P the number of
periods after the start: the sum at its upper and its lower bound, and each pair of bounds. So nothing has to be solved;
the vertices are written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.result import FloatArray
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
    test = _Part.together(list(_parts(estimates, weights, multiple, level, _draws(estimates, seed))))
    centre = float(weights @ estimates.after)
    block = estimates.covariance[estimates.n_before :, estimates.n_before :]
    reach = REACH * float(np.sqrt(weights @ block @ weights))
    for _ in range(DOUBLINGS):
        grid = centre + np.linspace(-reach, reach, GRID)
        inside = np.flatnonzero(test.accepts(grid).any(axis=0))
        if not len(inside):
            return RobustInterval(multiple, np.nan, np.nan)
        first, last = int(inside[0]), int(inside[-1])
        if first > 0 and last < GRID - 1:
            ends = (_outermost(test, grid[at], grid[at + step]) for at, step in ((first, -1), (last, 1)))
            return RobustInterval(multiple, *ends)
        reach *= 2
    return RobustInterval(multiple, -np.inf, np.inf)


def breakdown_multiple(estimates: EventEstimates, weights: FloatArray, *, level: float = 0.95, seed: int = 0) -> float:
    """Return the smallest multiple whose interval holds zero; infinity if it is above `LARGEST`."""
    draws, zero = _draws(estimates, seed), np.zeros(1)

    def holds_zero(multiple: float) -> bool:
        return any(bool(part.accepts(zero)[0]) for part in _parts(estimates, weights, multiple, level, draws))

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
class _Part:
    """One candidate for the largest violation before the start: the vertices of its test; or several, stacked.

    Attributes
    ----------
    fixed : (..., k)
        Vertex statistics at an effect of zero.
    slope : (..., k)
        Their change with the effect.
    covariance : (..., k, k)
    first_stage : (...)
    alpha
        As in `hybrid_rejects`.
    """

    fixed: FloatArray
    slope: FloatArray
    covariance: FloatArray
    first_stage: FloatArray
    alpha: float

    @classmethod
    def together(cls, parts: list[_Part]) -> _Part:
        """Stack several, to be asked at once."""
        return cls(
            np.array([part.fixed for part in parts]),
            np.array([part.slope for part in parts]),
            np.array([part.covariance for part in parts]),
            np.array([part.first_stage for part in parts]),
            parts[0].alpha,
        )

    def accepts(self, effects: FloatArray) -> FloatArray:
        """Tell which effects (n,) are not rejected, (..., n)."""
        statistics = self.fixed[..., None, :] + effects[:, None] * self.slope[..., None, :]
        return np.logical_not(hybrid_rejects(statistics, self.covariance, self.first_stage, self.alpha))


def _draws(estimates: EventEstimates, seed: int) -> FloatArray:
    """Draws of the first stage, one row a vertex: the same for all candidates and multiples."""
    n_after = estimates.n_after
    return antithetic(2 + (n_after if n_after > 1 else 0), np.random.default_rng(seed))


def _parts(
    estimates: EventEstimates, weights: FloatArray, multiple: float, level: float, draws: FloatArray
) -> Iterator[_Part]:
    """Every difference before the start, with either sign, as the largest."""
    n_before, n_after = estimates.n_before, estimates.n_after
    coefficients, covariance = estimates.coefficients, estimates.covariance
    before, after = differences(n_before, n_after)
    cumulated = np.cumsum(weights[::-1])[::-1]
    effect = np.concatenate([np.zeros(n_before), weights])
    for largest in np.concatenate([before, -before]):
        rows = np.concatenate([after, -after]) - multiple * largest
        sd = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
        up, down = sd[:n_after], sd[n_after:]
        size = np.abs(cumulated)
        bound = multiple * size.sum() * largest
        scale = size @ np.where(cumulated >= 0, up, down), size @ np.where(cumulated >= 0, down, up)
        vertices = [(effect - bound) / scale[0], (-effect - bound) / scale[1]]
        slope = [-1 / scale[0], 1 / scale[1]]
        if n_after > 1:
            vertices += [-2 * multiple * largest / (u + d) for u, d in zip(up, down, strict=True)]
            slope += [0.0] * n_after
        vertex = np.array(vertices)
        own = vertex @ covariance @ vertex.T
        alpha = 1 - level
        first_stage = np.asarray(least_favourable(own, FIRST_STAGE * alpha, draws))
        yield _Part(vertex @ coefficients, np.array(slope), own, first_stage, alpha)


def differences(n_before: int, n_after: int) -> tuple[FloatArray, FloatArray]:
    """Rows that give the differences between neighbouring event times, those before the start and those after.

    The reference period, between the two, has the value zero.
    """
    full = np.diff(np.eye(n_before + n_after + 1), axis=0)
    full = np.delete(full, n_before, axis=1)
    return full[:n_before], full[n_before:]


def _outermost(test: _Part, inside: float, outside: float) -> float:
    """Outermost effect accepted between one that is and one that is not, many tried at a time."""
    for _ in range(REFINEMENTS):
        tried = np.linspace(inside, outside, FINER)
        accepted = test.accepts(tried[1:-1]).any(axis=0)
        last = int(np.flatnonzero(accepted)[-1]) + 1 if accepted.any() else 0
        inside, outside = float(tried[last]), float(tried[last + 1])
    return inside
