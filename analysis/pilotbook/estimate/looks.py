"""Repeated looks at growing data: how much of the false-alarm risk each may use, and the level of its test.

The level of a look is a bound on the p value of its own test, so that an interval by inversion of that test, at one
minus the level, excludes zero exactly when the look's boundary is crossed. A boundary on the z scale would mean nothing
for a test with 2.5 degrees of freedom.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from pilotbook.estimate.result import FloatArray

Spending = Literal["obrien_fleming", "even"]


def spent(n_looks: int, alpha: float, spending: Spending) -> FloatArray:
    """Return the cumulative risk of a false alarm that may be used up to each look.

    Parameters
    ----------
    n_looks
        Planned looks, equally spaced.
    alpha
        The risk over all of them, two-sided.
    spending
        ``obrien_fleming``: the function of Lan and DeMets that imitates O'Brien and Fleming; ``even``: alike at each.

    Returns
    -------
    (n_looks,)
        Ascending, the last one ``alpha``.

    References
    ----------
    Lan and DeMets (1983), Biometrika 70, 659–663; checked against the boundaries 2.96, 2.36, 2.01 of looks 2 to 4 of 4.
    """
    share = np.arange(1, n_looks + 1) / n_looks
    if spending == "even":
        return np.asarray(alpha * share)
    return np.asarray(4 * stats.norm.sf(stats.norm.isf(alpha / 4) / np.sqrt(share)))  # each side spends half


def levels_by_draws(statistics: ArrayLike, cumulative: ArrayLike) -> FloatArray:
    """Return the level of each look from draws of its statistic: the boundary of the maximum over the looks.

    Every draw is one placebo assignment, followed through the looks. At each look the boundary is the smallest one at
    which the draws that ever crossed are not more than the risk spent so far. The last look thus uses up what is left
    of the whole, with the dependence between looks that these very data have.

    Parameters
    ----------
    statistics : (n_looks, n_draws)
        The statistic of each look under each placebo assignment, the actual one among them; the same assignments in
        all looks. Absolute values are compared.
    cumulative : (n_looks,)
        The risk spent up to each look, as of `spent`; looks that have not come are left out of both.

    Returns
    -------
    (n_looks,)
        Two-sided level of each look; 0 where the draws cannot tell so small a risk, and then nothing can be claimed.

    References
    ----------
    The maximum over looks is that of Westfall and Young (1993) over tests; exact if any assignment was as likely.
    """
    size = np.abs(np.asarray(statistics, dtype=np.float64))
    crossed = np.zeros(size.shape[1], dtype=bool)
    levels = np.zeros(len(size))
    for look, (row, risk) in enumerate(zip(size, np.asarray(cumulative, dtype=np.float64), strict=True)):
        allowed = int(np.floor(risk * len(row) * (1 + 1e-12))) - int(crossed.sum())
        left = np.sort(row[~crossed])[::-1]
        bound = left[allowed] if 0 <= allowed < len(left) else np.inf
        beyond = row > bound * (1 + 1e-9)
        crossed |= beyond
        levels[look] = beyond.mean()
    return levels


def levels_by_sum(cumulative: ArrayLike) -> FloatArray:
    """Return the level of each look when its draws are not there: what is newly spent, valid under any dependence.

    Parameters
    ----------
    cumulative : (n_looks,)
        The risk spent up to each look.
    """
    return np.diff(np.asarray(cumulative, dtype=np.float64), prepend=0.0)


def risk_of_any(n_looks: int, level: float, correlation: float | None = None) -> float:
    """Return the risk that at least one of several looks at the same level gives a false alarm.

    Parameters
    ----------
    n_looks
        Number of looks.
    level
        One-sided level of each.
    correlation
        Between neighbouring looks, of an autoregressive chain of normal statistics. None: that of a mean over growing
        data, the square root of the ratio of their lengths.

    Returns
    -------
    float
        Between 0 and 1, by numerical integration over the chain.
    """
    bound = float(stats.norm.isf(level))
    grid = np.linspace(-8.0, bound, 801)
    step = grid[1] - grid[0]
    weight = np.full(len(grid), step)
    weight[[0, -1]] = step / 2
    inside = stats.norm.pdf(grid)
    for look in range(2, n_looks + 1):
        rho = np.sqrt((look - 1) / look) if correlation is None else correlation
        spread = np.sqrt(1 - rho**2)
        inside = stats.norm.pdf((grid[:, None] - rho * grid) / spread) / spread @ (inside * weight)
    return float(1 - (inside * weight).sum())
