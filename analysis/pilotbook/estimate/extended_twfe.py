"""Extended two-way fixed effects (Wooldridge): one dummy per cohort and treated period, then averaged.

In a balanced panel it is the imputation estimate, here as a regression, so that CR2 errors and interactions
with subgroups or doses come with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, TwoWayFit, fit_two_way
from pilotbook.estimate.result import Effect, NotEstimable
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample


def extended_twfe(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[Effect | NotEstimable, ...]:
    """Mean effect on the treated from a regression saturated in cohort and treated period.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that get dummies of their own.

    Returns
    -------
    tuple of Effect or NotEstimable
        One per outcome: the mean over all treated observations, with CR2 (recommended), CRV1 and CRV3
        errors. Cells that have no untreated counterpart are left out of the mean.

    References
    ----------
    Wooldridge (2021); checked against `imputation` and Stata's jwdid.
    """
    return by_outcome(_extended_twfe, y, cohort, weights, cluster, anticipation)


def _extended_twfe(sample: Sample, observed: BoolArray, n_rows: int) -> list[Effect | NotEstimable]:
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    sample, observed = with_earlier_period(sample, observed)
    cells = TreatedCells.of(sample, observed, np.zeros(sample.n_units, dtype=np.int64))
    fit = fit_two_way(sample, observed, Regressors(cells.dummies, cells.pattern))
    effects, _ = fit.effects(cells.mean(fit)[None], n_rows)
    return [effect for (effect,) in effects]


def with_earlier_period(sample: Sample, observed: BoolArray) -> tuple[Sample, BoolArray]:
    """Leave out units without an untreated observation: their effect and their level are the same thing."""
    usable = np.asarray((observed & ~sample.treated()).any(axis=1))
    return sample.keep(usable), observed[usable]


@dataclass(frozen=True, eq=False)
class TreatedCells:
    """Cells of subgroup, cohort and treated period.

    Attributes
    ----------
    group, cohort, period : (n_cells,)
        The cells.
    dummies : (n_patterns, n_periods, n_cells)
        Their dummies by pattern of subgroup and cohort.
    pattern : (n_units,)
        Pattern of each unit.
    pattern_group : (n_patterns,)
        Subgroup of each pattern.
    mass : (n_cells,)
        Weighted number of observations.
    """

    group: IntArray
    cohort: IntArray
    period: IntArray
    dummies: FloatArray
    pattern: IntArray
    pattern_group: IntArray
    mass: FloatArray

    @classmethod
    def of(cls, sample: Sample, observed: BoolArray, group: IntArray) -> TreatedCells:
        """All cells with an observation."""
        keys, pattern = np.unique(np.column_stack([group, sample.cohort]), axis=0, return_inverse=True)
        pattern = pattern.ravel()
        weight = np.zeros((len(keys), sample.n_periods))
        np.add.at(weight, pattern, observed * sample.weights[:, None])
        onset = np.where(keys[:, 1] == NEVER, NEVER, keys[:, 1] - sample.anticipation)
        rows, periods = np.nonzero((weight > 0) & (np.arange(sample.n_periods) >= onset[:, None]))
        dummies = np.zeros((len(keys), sample.n_periods, len(rows)))
        dummies[rows, periods, np.arange(len(rows))] = 1.0
        return cls(keys[rows, 0], keys[rows, 1], periods, dummies, pattern, keys[:, 0], weight[rows, periods])

    def mean(self, fit: TwoWayFit, group: int | None = None) -> FloatArray:
        """Contrast (n_regressors,): mean over identified cells from the start on, of one subgroup or all."""
        row = np.zeros(fit.n_regressors)
        known = fit.estimable(fit.scaled(np.eye(len(self.mass), fit.n_regressors)))
        chosen = (self.period >= self.cohort) & known
        if group is not None:
            chosen &= self.group == group
        share = np.where(chosen, self.mass, 0.0)
        row[: len(share)] = share / share.sum() if share.sum() > 0 else 0.0
        return row
