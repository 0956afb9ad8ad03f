"""Whether two designs say the same, such as difference-in-differences and a controlled series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Agreement:
    """Difference of two estimates of one effect.

    Attributes
    ----------
    difference, low, high
        First less second, unit of the outcome. The interval treats the two as independent; they share the
        pilots' data, are positively correlated, and the interval errs to the wide side.
    same_sign
        Whether both point the same way.
    contradicts
        Whether the signs differ: on a primary outcome this lowers the grade.
    differs
        Whether the interval excludes zero.
    """

    difference: float
    low: float
    high: float
    same_sign: bool
    contradicts: bool
    differs: bool


def agreement(first: tuple[float, float, float], second: tuple[float, float, float], level: float = 0.95) -> Agreement:
    """Compare two estimates, each given as (estimate, standard error, degrees of freedom).

    Degrees of freedom of the difference by Welch and Satterthwaite; infinite is allowed.
    """
    (a, se_a, df_a), (b, se_b, df_b) = first, second
    variance = se_a**2 + se_b**2
    df = variance**2 / (se_a**4 / df_a + se_b**4 / df_b) if np.isfinite([df_a, df_b]).any() else np.inf
    half = float(stats.t.ppf(0.5 + level / 2, df)) * float(np.sqrt(variance))
    difference = a - b
    same = bool(np.sign(a) == np.sign(b))
    return Agreement(difference, difference - half, difference + half, same, not same, abs(difference) > half)
