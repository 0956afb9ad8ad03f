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
        Mean over units of their mean after the start less their mean before it, in the unit of the outcome.
    before
        Mean over the same units of their mean before the start.
    n_pilots, n_obs
        Units with a value on both sides, and their observed county-periods.
    """

    change: float
    before: float
    n_pilots: int
    n_obs: int


def before_after(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    anticipation: int = 0,
    after: tuple[int, int] | None = None,
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
    after
        First and last event time that count as after; by default all from the start on.
    """
    values, start = np.asarray(y, dtype=float), np.asarray(cohort)
    values, start = values[start != NEVER], start[start != NEVER]
    weight = np.ones(len(start)) if weights is None else np.asarray(weights, dtype=float)[np.asarray(cohort) != NEVER]
    time, known = np.arange(values.shape[1]), np.isfinite(values)
    event, (first, last) = time - start[:, None], after or (0, values.shape[1])
    earlier, later = known & (event < -anticipation), known & (event >= first) & (event <= last)
    both = earlier.any(axis=1) & later.any(axis=1)
    if not both.any():
        return NotEstimable(Reason.NO_PRE_PERIOD, "no pilot has a value both before and after its start")
    level = [row[cells].mean() for row, cells in zip(values[both], earlier[both], strict=True)]
    change = [row[cells].mean() - base for row, cells, base in zip(values[both], later[both], level, strict=True)]
    used = earlier[both].sum() + later[both].sum()
    return BeforeAfter(
        change=float(np.average(change, weights=weight[both])),
        before=float(np.average(level, weights=weight[both])),
        n_pilots=int(both.sum()),
        n_obs=int(used),
    )


def controls_meanwhile(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    anticipation: int = 0,
    after: tuple[int, int] | None = None,
) -> BeforeAfter | NotEstimable:
    """Compare controls with their own past, as if they had started when the pilots did.

    With several starts, each start counts by the weight of its pilots. Parameters as of `before_after`.
    """
    values, start = np.asarray(y, dtype=float), np.asarray(cohort)
    weight = np.ones(len(start)) if weights is None else np.asarray(weights, dtype=float)
    controls = start == NEVER
    parts, shares = [], []
    for time in np.unique(start[~controls]):
        pretended = np.full(controls.sum(), time)
        found = before_after(
            values[controls], pretended, weights=weight[controls], anticipation=anticipation, after=after
        )
        if isinstance(found, BeforeAfter):
            parts.append(found)
            shares.append(weight[start == time].sum())
    if not parts:
        return NotEstimable(Reason.NO_CONTROLS, "no control has a value both before and after the start of the pilots")
    return BeforeAfter(
        change=float(np.average([part.change for part in parts], weights=shares)),
        before=float(np.average([part.before for part in parts], weights=shares)),
        n_pilots=max(part.n_pilots for part in parts),
        n_obs=max(part.n_obs for part in parts),
    )
