r"""HonestDiD with smoothness: the slope of the violation changes by at most M between neighbouring periods.

The interval is the shortest of fixed length around an affine estimator
:math:`l'\hat\beta_{post}+v'\hat\beta_{pre}`. A violation is its slope before the start and its second differences, each
at most M: the worst bias is finite if v offsets the slope, and then it is M times the sum of the absolute loads on the
second differences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sensitivity.bounded import bounded_least_squares
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import RobustInterval

DOUBLINGS = 200
NEWTON_STEPS = 8
RIDGE = 1e-12
CORNERS, BETWEEN = 48, 8
"""Estimators that are solved for, and points on each line between two of them."""
CHEAPEST = 1e-6
"""Lowest price of bias that is tried, as a share of the price at which all of it is bought off."""


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
    """Quantile of the absolute value of normal variables with these means (not negative) and variance one."""
    quantile = mean + special.ndtri((1 + level) / 2)  # that of mean zero; from here Newton's steps cannot go astray
    for _ in range(NEWTON_STEPS):
        near, far = quantile - mean, quantile + mean
        excess = special.ndtr(near) - special.ndtr(-far) - level
        quantile = quantile - excess / (_density(near) + _density(far))
    return np.asarray(quantile)


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-np.square(x) / 2) / np.sqrt(2 * np.pi))


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
        low = float(programme.deviation(x)[0])
        if not straight and estimates.n_before > 1 and low > 1e-9 * np.sqrt(programme.constant):
            x = _joined(programme, x[0])
        v = programme.particular + x @ programme.free.T
        return cls(
            weights @ estimates.after + v @ estimates.before,
            programme.deviation(x),
            np.abs(v @ loads.T).sum(axis=1) + offset,
        )

    def interval(self, bound: float, level: float) -> RobustInterval:
        """Return the interval around the estimator that makes it shortest."""
        half = half_lengths(bound * self.bias, self.deviation, level)
        best = int(half.argmin())
        return RobustInterval(bound, float(self.centre[best] - half[best]), float(self.centre[best] + half[best]))


def _joined(programme: _Programme, steepest: FloatArray) -> FloatArray:
    """Points (n, n_x) along the estimators from least variance to least bias, joined by lines."""
    highest, flattest = programme.least_bias()
    prices = highest * np.geomspace(CHEAPEST, 1, CORNERS - 1)[:-1]  # close together where the bias falls fastest
    corners = [steepest, *programme.at_prices(prices), flattest]
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

    def deviation(self, x: FloatArray) -> FloatArray:
        """Return the standard deviations (n,) of the estimators x (n, n_x)."""
        own = (x[:, None] @ self.quadratic)[:, 0]
        variance = np.vecdot(own, x) + np.vecdot(2 * x, self.linear) + self.constant
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def least_variance(self) -> FloatArray:
        """Return x with the smallest variance."""
        return np.asarray(np.linalg.solve(self.quadratic, -self.linear)) if len(self.linear) else np.zeros(0)

    def least_bias(self) -> tuple[float, FloatArray]:
        """Return x without any load on the second differences, and the price of bias from which on it is the best."""
        fixed, free = self.loads @ self.particular, self.loads @ self.free
        x: FloatArray = np.asarray(np.linalg.solve(free, -fixed))
        return float(np.abs(np.linalg.solve(free.T, self.quadratic @ x + self.linear)).max()), x

    def at_prices(self, prices: FloatArray) -> Iterator[FloatArray]:
        """Give x with the smallest sum of half the variance and ``price`` times the absolute loads, for each price.

        Its dual is a least-squares problem in the signs of the loads, which lie between minus and plus one. From one
        price to the next only few of them reach their bound or leave it.
        """
        fixed, free = self.loads @ self.particular, self.loads @ self.free
        nearly = RIDGE * np.trace(self.quadratic) * np.eye(len(self.linear))  # a covariance of few units has zeros
        root = np.linalg.cholesky(self.quadratic + nearly)
        linear, design = np.linalg.solve(root, self.linear), np.linalg.solve(root, free.T)
        aim = np.linalg.solve(design.T, fixed) - linear
        signs = np.zeros(len(aim))
        for price in prices:
            signs = bounded_least_squares(design * price, aim, signs)
            yield np.asarray(np.linalg.solve(root.T, -linear - design @ signs * price))
