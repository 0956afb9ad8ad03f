"""Effects by subgroup and the differences between them, from one regression with interactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.extended_twfe import TreatedCells, with_earlier_period
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, fit_two_way
from pilotbook.estimate.result import Effect, NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample, n_rows_of


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Effects by subgroup.

    Attributes
    ----------
    effects
        By subgroup code.
    differences
        By subgroup code: its effect less that of the first subgroup. Whether subgroups differ is read here,
        never from one effect being distinguishable from zero and the other not.
    """

    effects: Mapping[int, Effect | NotEstimable]
    differences: Mapping[int, Effect | NotEstimable]


def subgroup_effects(
    y: ArrayLike,
    cohort: ArrayLike,
    subgroup: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[Subgroups | NotEstimable, ...]:
    """Mean effect on the treated in each subgroup, pilots compared with controls of the same subgroup.

    The regression is `extended_twfe` with all its treatment dummies and period effects interacted with the
    subgroup.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    subgroup : (n_units,)
        Integer codes, fixed before the start.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that get dummies of their own.

    Returns
    -------
    tuple of Subgroups or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors. A subgroup without pilots or without
        controls is `NotEstimable` by itself.

    References
    ----------
    Wooldridge (2021); effects checked against the regression of each subgroup alone.
    """
    codes = np.asarray(subgroup)
    if codes.shape != (n_rows_of(y)[1],) or not np.issubdtype(codes.dtype, np.integer):
        raise ValueError("subgroup must have one integer code per unit")
    return by_outcome(partial(_subgroups, codes=codes), y, cohort, weights, cluster, anticipation)


def _subgroups(sample: Sample, observed: BoolArray, n_rows: int, codes: IntArray) -> list[Subgroups | NotEstimable]:
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    sample, observed = with_earlier_period(sample, observed)
    levels, group = np.unique(codes[sample.order], return_inverse=True)
    cells = TreatedCells.of(sample, observed, group)
    fit = fit_two_way(sample, observed, _interacted(cells, sample.n_periods))
    rows = np.array([cells.mean(fit, int(g)) for g in range(len(levels))])
    effects, _ = fit.effects(np.vstack([rows, rows - rows[0]]), n_rows)
    n = len(levels)
    refusals = [_one_sided(sample, observed, group == g) for g in range(n)]
    return [
        Subgroups(
            {int(level): refusals[g] or row[g] for g, level in enumerate(levels)},
            {int(level): refusals[0] or refusals[g] or row[n + g] for g, level in enumerate(levels) if g > 0},
        )
        for row in effects
    ]


def _interacted(cells: TreatedCells, n_periods: int) -> Regressors:
    """Treated cells and the period effects of every subgroup but the first."""
    others = np.unique(cells.pattern_group)[1:]
    own = (cells.pattern_group[:, None] == others).astype(np.float64)
    periods = np.einsum("pg,ts->ptgs", own, np.eye(n_periods)[:, 1:])
    values = np.concatenate([cells.dummies, periods.reshape(len(own), n_periods, -1)], axis=2)
    return Regressors(values, cells.pattern)


def _one_sided(sample: Sample, observed: BoolArray, members: BoolArray) -> NotEstimable | None:
    present = members & np.asarray(observed.any(axis=1))
    pilots = present & (sample.cohort != NEVER)
    if not pilots.any():
        return NotEstimable(Reason.NO_PILOTS, "the subgroup has no pilot")
    onsets: FloatArray = np.unique(sample.onset[present])
    if len(onsets) < 2:
        return NotEstimable(Reason.NO_CONTROLS, "the subgroup has no control")
    return None
