"""The 2 × 2: change of the pilots less change of the controls, from four means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, fit_two_way
from pilotbook.estimate.result import Effect, NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, Sample


@dataclass(frozen=True)
class Means:
    """Weighted means of the four cells, in the unit of the outcome."""

    pilots_before: float
    pilots_after: float
    controls_before: float
    controls_after: float


@dataclass(frozen=True, eq=False)
class TwoByTwo:
    """The effect and the four means that it is made of."""

    effect: Effect
    means: Means


def two_by_two(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[TwoByTwo | NotEstimable, ...]:
    """Difference between pilots and controls in the change of the mean from before to after the start.

    For one start date. Each unit counts with its mean over its observed periods before and after; units
    without an observation on both sides are left out. With two periods it is two-way fixed effects.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`; one start date only.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that count as treated.

    Returns
    -------
    tuple of TwoByTwo or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors clustered on the assignment unit.

    Raises
    ------
    ValueError
        If there is more than one start date.

    References
    ----------
    Checked against the published Medicaid numbers of Baker et al. (2025), table 2.
    """
    return by_outcome(_two_by_two, y, cohort, weights, cluster, anticipation)


def _two_by_two(sample: Sample, observed: BoolArray, n_rows: int) -> list[TwoByTwo | NotEstimable]:
    if len(sample.cohorts) > 1:
        raise ValueError("a 2 × 2 comparison has one start date; use callaway_santanna or imputation for several")
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    after = np.arange(sample.n_periods) >= sample.onset.min()
    both = (observed & after).any(axis=1) & (observed & ~after).any(axis=1)
    pilot = sample.cohort != NEVER
    for side, reason, detail in (
        (pilot, Reason.NO_PILOTS, "no pilot is observed both before and after the start"),
        (~pilot, Reason.NO_CONTROLS, "no control is observed both before and after the start"),
    ):
        if not (both & side).any():
            return [NotEstimable(reason, detail)] * len(sample.y)
    cells = observed & both[:, None]
    collapsed = np.stack([_mean(sample.y, cells & ~after), _mean(sample.y, cells & after)], axis=2)
    pair = Sample(collapsed, np.where(pilot, 1, NEVER), sample.weights, sample.cluster, sample.order, 0)
    values = np.zeros((2, 2, 1))
    values[1, 1] = 1.0
    fit = fit_two_way(pair, np.repeat(both[:, None], 2, axis=1), Regressors(values, pilot.astype(np.int64)))
    effects, _ = fit.effects(np.ones((1, 1)), n_rows, sample.counts(cells))
    return [
        effect if isinstance(effect, NotEstimable) else TwoByTwo(effect, _four_means(collapsed[o], pair, both))
        for o, (effect,) in enumerate(effects)
    ]


def _mean(y: FloatArray, cells: BoolArray) -> FloatArray:
    """Mean over the cells of each unit, (n_outcomes, n_units); zero where a unit has none."""
    total = np.where(cells, np.nan_to_num(y), 0.0).sum(axis=2)
    return np.asarray(total / np.maximum(cells.sum(axis=1), 1))


def _four_means(pair: FloatArray, sample: Sample, both: BoolArray) -> Means:
    groups = ((sample.cohort != NEVER) & both, (sample.cohort == NEVER) & both)
    (b1, a1), (b0, a0) = (np.average(pair[group], axis=0, weights=sample.weights[group]) for group in groups)
    return Means(float(b1), float(a1), float(b0), float(a0))
