"""The naive comparison: pilots after the start less the same pilots before it. Not an effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.estimate.sample import NEVER


@dataclass(frozen=True)
class BeforeAfter:
    """A change of the pilots, with whatever else changed at the same time in it.

    Attributes
    ----------
    change
        Mean over pilots of their mean after the start less their mean before it, in the unit of the outcome.
    n_pilots, n_obs
        Pilots with a value on both sides, and their observed county-periods.
    """

    change: float
    n_pilots: int
    n_obs: int


def before_after(
    y: ArrayLike, cohort: ArrayLike, *, weights: ArrayLike | None = None, anticipation: int = 0
) -> BeforeAfter | NotEstimable:
    """Compare pilots with their own past.

    Parameters
    ----------
    y : (n_units, n_periods)
        Outcome; NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights : (n_units,), optional
        Weights of the units.
    anticipation
        Periods before the start that count neither as before nor as after.
    """
    values, start = np.asarray(y, dtype=float), np.asarray(cohort)
    values, start = values[start != NEVER], start[start != NEVER]
    weight = np.ones(len(start)) if weights is None else np.asarray(weights, dtype=float)[np.asarray(cohort) != NEVER]
    time, known = np.arange(values.shape[1]), np.isfinite(values)
    before, after = known & (time < start[:, None] - anticipation), known & (time >= start[:, None])
    both = before.any(axis=1) & after.any(axis=1)
    if not both.any():
        return NotEstimable(Reason.NO_PRE_PERIOD, "no pilot has a value both before and after its start")
    change = [
        row[last].mean() - row[first].mean()
        for row, first, last in zip(values[both], before[both], after[both], strict=True)
    ]
    used = before[both].sum() + after[both].sum()
    return BeforeAfter(float(np.average(change, weights=weight[both])), int(both.sum()), int(used))
