"""Many specifications of one question: what they agree on. A description, not a test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class SpecificationCurve:
    """Estimates of all specifications in ascending order.

    Attributes
    ----------
    order : (n,)
        Positions of the specifications, smallest estimate first.
    same_sign
        Share of the others whose estimate has the sign of the one that leads; NaN if there is no other.
    excludes_zero
        Share of the others whose interval excludes zero, among those with an interval; NaN if none has one.
    within
        Share of the others whose estimate lies in the interval of the one that leads; NaN if it has none.
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
    other = np.arange(len(estimate)) != leading
    has_interval = other & np.isfinite(low) & np.isfinite(high)
    same = np.sign(estimate) == np.sign(estimate[leading])
    within = (estimate >= low[leading]) & (estimate <= high[leading])
    bounded = bool(np.isfinite(low[leading]) and np.isfinite(high[leading]))
    return SpecificationCurve(
        order=np.argsort(estimate, kind="stable"),
        same_sign=_share(same, other),
        excludes_zero=_share((low > 0) | (high < 0), has_interval),
        within=_share(within, other) if bounded else float("nan"),
    )


def _share(holds: BoolArray, among: BoolArray) -> float:
    return float(holds[among].mean()) if among.any() else float("nan")
