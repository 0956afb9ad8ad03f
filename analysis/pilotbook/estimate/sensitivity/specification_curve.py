"""Many specifications of one question: what they agree on. A description, not a test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import IntArray


@dataclass(frozen=True, eq=False)
class SpecificationCurve:
    """Estimates of all specifications in ascending order.

    Attributes
    ----------
    order : (n,)
        Positions of the specifications, smallest estimate first.
    same_sign
        Share whose estimate has the sign of the one that leads.
    excludes_zero
        Share whose interval excludes zero, among those with an interval; NaN if none has one.
    within
        Share whose estimate lies in the interval of the one that leads; NaN if it has none.
    """

    order: IntArray
    same_sign: float
    excludes_zero: float
    within: float


def specification_curve(estimate: FloatArray, low: FloatArray, high: FloatArray, leading: int) -> SpecificationCurve:
    """Summarise specifications.

    Parameters
    ----------
    estimate, low, high : (n,)
        Estimates and ends of their intervals, NaN where there is none.
    leading
        Position of the one that leads.
    """
    has_interval = np.isfinite(low) & np.isfinite(high)
    beyond = (low > 0) | (high < 0)
    return SpecificationCurve(
        order=np.argsort(estimate, kind="stable"),
        same_sign=float((np.sign(estimate) == np.sign(estimate[leading])).mean()),
        excludes_zero=float(beyond[has_interval].mean()) if has_interval.any() else float("nan"),
        within=float(((estimate >= low[leading]) & (estimate <= high[leading])).mean())
        if has_interval[leading]
        else float("nan"),
    )
