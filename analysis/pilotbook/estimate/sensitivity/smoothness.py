r"""HonestDiD with smoothness: the slope of the violation changes by at most M between neighbouring periods.

The interval is the shortest of fixed length around an affine estimator
:math:`l'\hat\beta_{post}+v'\hat\beta_{pre}`. A violation is its slope before the start and its second differences, each
at most M: the worst bias is finite if v offsets the slope, and then it is M times the sum of the absolute loads on the
second differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import optimize, stats

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import RobustInterval

DOUBLINGS = 200
CORNERS, BETWEEN = 24, 16
"""Estimators that are solved for, and points on each line between two of them."""


def smoothness(estimates: EventEstimates, weights: FloatArray, bound: float, *, level: float = 0.95) -> RobustInterval:
    """Interval for a weighted effect if the slope of the violation changes by at most ``bound`` a period.

    Parameters
    ----------
    estimates
        Event-study coefficients with at least one before the start.
    weights : (n_after,)
        Weights of the effects.
    bound
        M, in the unit of the outcome per period and period; zero for a straight line.
    level
        Level of the interval.

    References
    ----------
    Rambachan and Roth (2023), section 4.1, after Armstrong and Kolesár (2018, 2020). Checked against the table that the
    authors' packages document and against diff-diff.
    """
    return _Frontier.of(estimates, weights, straight=bound == 0).interval(bound, level)


def breakdown_bound(estimates: EventEstimates, weights: FloatArray, *, level: float = 0.95) -> float:
    """Return the smallest bound whose interval holds zero."""
    frontier = _Frontier.of(estimates, weights, straight=False)

    def excludes_zero(bound: float) -> bool:
        found = frontier.interval(bound, level)
        return found.low > 0 or found.high < 0

    if not excludes_zero(0.0):
        return 0.0
    low, high = 0.0, float(np.sqrt(np.diag(estimates.covariance).max())) + np.finfo(float).tiny
    for _ in range(DOUBLINGS):
        if not excludes_zero(high):
            break
        low, high = high, 2 * high
    else:
        return float("inf")
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if excludes_zero(middle) else (low, middle)
    return high


def folded_quantile(mean: FloatArray, level: float) -> FloatArray:
    """Quantile of the absolute value of normal variables with these means and variance one."""
    near = np.minimum(mean, 30.0)
    return np.asarray(np.where(mean < 30, np.sqrt(stats.ncx2.ppf(level, 1, near**2)), mean + stats.norm.ppf(level)))


def half_lengths(bias: FloatArray, sd: FloatArray, level: float) -> FloatArray:
    """Half the lengths (n,) of the intervals; the bias alone where the estimator does not vary."""
    varies = sd > 0
    scale = np.where(varies, sd, 1.0)
    return np.asarray(np.where(varies, sd * folded_quantile(bias / scale, level), bias))


def _bias_loads(estimates: EventEstimates, weights: FloatArray) -> tuple[FloatArray, float]:
    """Loads of v on the second differences before the start, and the sum of those of the effects after it."""
    distance = np.arange(estimates.n_before, 0, -1.0)
    knots = np.arange(1.0, estimates.n_before)
    before = np.maximum(distance[None, :] - knots[:, None], 0.0)
    ahead = np.arange(1.0, estimates.n_after + 1)
    after = np.maximum(ahead[None, :] - np.arange(estimates.n_after)[:, None], 0.0)
    return before, float(np.abs(after @ weights).sum())


@dataclass(frozen=True, eq=False)
class _Frontier:
    """Estimators from the least variance to the least bias: which of them is best depends on the bound alone.

    Between two of them, whatever lies on the line that joins them is an estimator too, whose bias and deviation are at
    most those in proportion; so few points suffice.

    Attributes
    ----------
    centre, deviation, bias : (n,)
        Value of each estimator, its standard deviation, and its worst bias at a bound of one.
    """

    centre: FloatArray
    deviation: FloatArray
    bias: FloatArray

    @classmethod
    def of(cls, estimates: EventEstimates, weights: FloatArray, *, straight: bool) -> _Frontier:
        """Trace the estimators; for a straight line, whose bias is offset, only the one of least variance."""
        loads, offset = _bias_loads(estimates, weights)
        programme = _Programme.of(estimates, weights, loads)
        x = programme.least_variance()[None]
        low = programme.deviation(x[0])
        if not straight and estimates.n_before > 1 and low > 1e-9 * np.sqrt(programme.constant):
            x = _joined(programme, x[0], low)
        v = programme.particular + x @ programme.free.T
        return cls(
            weights @ estimates.after + v @ estimates.before,
            np.array([programme.deviation(point) for point in x]),
            np.abs(v @ loads.T).sum(axis=1) + offset,
        )

    def interval(self, bound: float, level: float) -> RobustInterval:
        """Return the interval around the estimator that makes it shortest."""
        half = half_lengths(bound * self.bias, self.deviation, level)
        best = int(half.argmin())
        return RobustInterval(bound, float(self.centre[best] - half[best]), float(self.centre[best] + half[best]))


def _joined(programme: _Programme, steepest: FloatArray, low: float) -> FloatArray:
    """Points (n, n_x) along the estimators of least bias for each standard deviation, joined by lines."""
    high = max(programme.deviation(programme.least_bias(np.inf)), low * (1 + 1e-9))
    corners = [steepest]
    for sd in low + (high - low) * np.linspace(0, 1, CORNERS)[1:] ** 2:  # close together where the bias falls fastest
        corners.append(programme.least_bias(float(sd)))
    share = np.linspace(0, 1, BETWEEN, endpoint=False)[:, None]
    lines = [(1 - share) * a + share * b for a, b in pairwise(corners)]
    return np.concatenate([*lines, corners[-1][None]])


@dataclass(frozen=True, eq=False)
class _Programme:
    """Affine estimators that offset a linear violation: ``v = particular + free x``.

    Attributes
    ----------
    particular, free
        One solution, and a basis of the rest.
    loads
        Loads of v on the second differences.
    quadratic, linear, constant
        Variance of the estimator as a quadratic in x.
    """

    particular: FloatArray
    free: FloatArray
    loads: FloatArray
    quadratic: FloatArray
    linear: FloatArray
    constant: float

    @classmethod
    def of(cls, estimates: EventEstimates, weights: FloatArray, loads: FloatArray) -> _Programme:
        """Set up the programme."""
        n, covariance = estimates.n_before, estimates.covariance
        own, cross = covariance[:n, :n], covariance[:n, n:] @ weights
        distance = np.arange(n, 0, -1.0)
        slope = float(np.arange(1.0, estimates.n_after + 1) @ weights)
        particular = distance * slope / (distance @ distance)
        free = np.linalg.svd(distance[None, :])[2][1:].T
        rest = weights @ covariance[n:, n:] @ weights
        constant = float(particular @ own @ particular + 2 * particular @ cross + rest)
        return cls(particular, free, loads, free.T @ own @ free, free.T @ (own @ particular + cross), constant)

    def deviation(self, x: FloatArray) -> float:
        """Return the standard deviation of the estimator."""
        return float(np.sqrt(max(float(x @ self.quadratic @ x + 2 * x @ self.linear) + self.constant, 0.0)))

    def least_variance(self) -> FloatArray:
        """Return x with the smallest variance."""
        return np.asarray(np.linalg.solve(self.quadratic, -self.linear)) if len(self.linear) else np.zeros(0)

    def least_bias(self, sd: float) -> FloatArray:
        """Return x with the smallest sum of absolute loads whose standard deviation is at most ``sd``."""
        fixed, free = self.loads @ self.particular, self.loads @ self.free
        n_x, n_u = free.shape[1], free.shape[0]
        if not np.isfinite(sd):
            rows = np.block([[free, -np.eye(n_u)], [-free, -np.eye(n_u)]])
            cost = np.concatenate([np.zeros(n_x), np.ones(n_u)])
            found = optimize.linprog(cost, rows, np.concatenate([-fixed, fixed]), bounds=(None, None))
            return np.asarray(found.x[:n_x])
        start = self.least_variance()
        u = np.abs(fixed + free @ start)
        stack = np.block([[-free, np.eye(n_u)], [free, np.eye(n_u)]])
        shift = np.concatenate([-fixed, fixed])

        def room(z: FloatArray) -> float:
            return 1 - (self.deviation(z[:n_x]) / sd) ** 2

        def room_slope(z: FloatArray) -> FloatArray:
            slope = -2 * (self.quadratic @ z[:n_x] + self.linear) / sd**2
            return np.concatenate([slope, np.zeros(n_u)])

        cost = np.concatenate([np.zeros(n_x), np.ones(n_u)])
        found = optimize.minimize(
            lambda z: cost @ z,
            np.concatenate([start, u]),
            jac=lambda _: cost,
            method="SLSQP",
            constraints=[
                {"type": "ineq", "fun": lambda z: stack @ z + shift, "jac": lambda _: stack},
                {"type": "ineq", "fun": room, "jac": room_slope},
            ],
            options={"ftol": 1e-12, "maxiter": 300},
        )
        return np.asarray(found.x[:n_x])
