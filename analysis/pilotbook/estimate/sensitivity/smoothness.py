r"""HonestDiD with smoothness: the slope of the violation changes by at most M between neighbouring periods.

The interval is the shortest of fixed length around an affine estimator
:math:`l'\hat\beta_{post}+v'\hat\beta_{pre}`. A violation is its slope before the start and its second differences, each
at most M: the worst bias is finite if v offsets the slope, and then it is M times the sum of the absolute loads on the
second differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import RobustInterval

DOUBLINGS = 200


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
    loads, offset = _bias_loads(estimates, weights)
    v, sd = _shortest(estimates, weights, loads, offset, bound, level)
    centre = float(weights @ estimates.after + v @ estimates.before)
    bias = bound * float(np.abs(loads @ v).sum() + offset)
    half = _half_length(bias, sd, level)
    return RobustInterval(bound, centre - half, centre + half)


def breakdown_bound(estimates: EventEstimates, weights: FloatArray, *, level: float = 0.95) -> float:
    """Return the smallest bound whose interval holds zero."""

    def excludes_zero(bound: float) -> bool:
        found = smoothness(estimates, weights, bound, level=level)
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


def folded_quantile(mean: float, level: float) -> float:
    """Quantile of the absolute value of a normal variable with this mean and variance one."""
    return float(np.sqrt(stats.ncx2.ppf(level, 1, mean**2))) if mean < 30 else mean + float(stats.norm.ppf(level))


def _half_length(bias: float, sd: float, level: float) -> float:
    """Half the length of the interval; the bias alone where the estimator does not vary."""
    return sd * folded_quantile(bias / sd, level) if sd > 0 else bias


def _bias_loads(estimates: EventEstimates, weights: FloatArray) -> tuple[FloatArray, float]:
    """Loads of v on the second differences before the start, and the sum of those of the effects after it."""
    distance = np.arange(estimates.n_before, 0, -1.0)
    knots = np.arange(1.0, estimates.n_before)
    before = np.maximum(distance[None, :] - knots[:, None], 0.0)
    ahead = np.arange(1.0, estimates.n_after + 1)
    after = np.maximum(ahead[None, :] - np.arange(estimates.n_after)[:, None], 0.0)
    return before, float(np.abs(after @ weights).sum())


def _shortest(
    estimates: EventEstimates, weights: FloatArray, loads: FloatArray, offset: float, bound: float, level: float
) -> tuple[FloatArray, float]:
    """Weights v of the shortest interval, and the standard deviation of the estimator.

    For a given standard deviation the least bias is a convex programme; the length is then minimised over it.
    """
    programme = _Programme.of(estimates, weights, loads)
    steepest = programme.least_variance()
    low = programme.deviation(steepest)
    if bound == 0 or estimates.n_before == 1 or low <= 1e-9 * np.sqrt(programme.constant):
        return programme.weights(steepest), low
    high = programme.deviation(programme.least_bias(np.inf))

    def length(sd: float) -> float:
        v = programme.weights(programme.least_bias(sd))
        bias = bound * (float(np.abs(loads @ v).sum()) + offset)
        return _half_length(bias, sd, level)

    grid = np.linspace(low, max(high, low * (1 + 1e-9)), 12)
    best = int(np.argmin([length(sd) for sd in grid]))
    span = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(length, bounds=span, method="bounded", options={"xatol": 1e-5 * low})
    sd = min(float(found.x), float(grid[best]), key=length)
    return programme.weights(programme.least_bias(sd)), sd


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

    def weights(self, x: FloatArray) -> FloatArray:
        """Return v."""
        return np.asarray(self.particular + self.free @ x)

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
