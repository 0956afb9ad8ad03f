"""The minimum detectable effect under the inference that leads."""

from __future__ import annotations

import numpy as np
from scipy import stats

from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.result import FloatArray, StandardError


def detectable_by_error(error: StandardError, *, level: float = 0.95, power: float = 0.8) -> float:
    """Effect that a t test with this standard error finds with probability ``power``.

    The sum of two quantiles of the t distribution times the error (Bloom 1995), a little above the exact value.
    """
    return float((stats.t.ppf(0.5 + level / 2, error.df) + stats.t.ppf(power, error.df)) * error.se)


def detectable_by_draws(draws: NullDraws, *, level: float = 0.95, power: float = 0.8) -> FloatArray:
    """Effect of each outcome (n_outcomes,) that a test made of draws finds with probability ``power``.

    The draws stand for what the estimate would be without an effect. A constant is added to them until the wanted share
    is beyond the critical value; infinity where the smallest p value is above the level.

    Parameters
    ----------
    draws
        Draws under no effect, from data without the reform.
    level
        Level of the test's interval.
    power
        Wanted probability.
    """
    alpha = (1 - level) * (1 + 1e-9)
    if draws.smallest_p > alpha:
        return np.full(len(draws.observed), np.inf)
    scale = np.sqrt(draws.variance)
    statistic = np.sort(np.abs(draws.estimate) / scale, axis=1)
    allowed = int(np.floor(alpha * draws.n_draws)) if draws.exact else int(np.floor(alpha * (draws.n_draws + 1))) - 1
    critical = statistic[:, -max(allowed, 1), None]

    def found(effect: FloatArray) -> FloatArray:
        return np.asarray((np.abs(draws.estimate + effect[:, None]) >= critical * scale).mean(axis=1))

    low = np.zeros(len(statistic))
    high = 2 * (critical[:, 0] * scale.max(axis=1) + np.abs(draws.estimate).max(axis=1))
    for _ in range(60):
        middle = (low + high) / 2
        enough = found(middle) >= power
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high)
