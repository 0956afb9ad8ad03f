"""Funnel limits: how far a share may lie from that of all units by chance, given its denominator.

Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24, 1185–1202.
Limits are binomial, widened by the square root of the overdispersion of the winsorised z scores where that exceeds one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]

WINSORISED = 0.1
"""Share of z scores at each end that is drawn in before the overdispersion is taken."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of one group of units.

    Attributes
    ----------
    target
        Share of all units together, from 0 to 1.
    dispersion
        Overdispersion, at least 1.
    """

    target: float
    dispersion: float

    def limit(self, denominator: Floats, level: float) -> Floats:
        """Return the upper limit for denominators; ``level`` is two-sided, such as 0.95 or 0.998.

        A level below one half mirrored: the lower limit is twice the target less the upper.
        """
        deviation = np.sqrt(self.target * (1 - self.target) * self.dispersion / denominator)
        upper: Floats = self.target + norm.ppf((1 + level) / 2) * deviation
        return upper


def draw_funnel(share: Floats, denominator: Floats) -> Funnel | None:
    """Draw the funnel of a group.

    Parameters
    ----------
    share : (n,)
        Shares from 0 to 1, NaN where missing.
    denominator : (n,)
        What each is a share of, NaN where missing.

    Returns
    -------
    Funnel, or None if fewer than three units are known, or all shares are 0 or 1.
    """
    known = np.isfinite(share) & np.isfinite(denominator) & (denominator > 0)
    y, n = share[known], denominator[known]
    if len(y) < 3:
        return None
    target = float((y * n).sum() / n.sum())
    if not 0 < target < 1:
        return None
    z = (y - target) / np.sqrt(target * (1 - target) / n)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    return Funnel(target, max(float(np.mean(np.clip(z, low, high) ** 2)), 1.0))


def upper_limits(share: Floats, denominator: Floats, group: NDArray[np.intp], level: float) -> Floats:
    """Return (n, t) the upper limit of each unit in each window, from the funnel of its group; NaN without one."""
    limits = np.full(share.shape, np.nan)
    order = np.argsort(group, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        for t in range(share.shape[1]):
            funnel = draw_funnel(share[members, t], denominator[members, t])
            if funnel is not None:
                with np.errstate(divide="ignore", invalid="ignore"):
                    limits[members, t] = funnel.limit(denominator[members, t], level)
    return limits
