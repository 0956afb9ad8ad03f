"""Two-way fixed effects: one coefficient on "treated now", for comparison and for a single start date."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, fit_two_way
from pilotbook.estimate.result import Effect, NotEstimable
from pilotbook.estimate.sample import BoolArray, Sample


def twfe(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[Effect | NotEstimable, ...]:
    """Coefficient on the treatment dummy in a regression with unit and period effects.

    With more than one cohort it averages "forbidden" comparisons in (`bacon` says how much) and must not be
    the headline.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that count as treated.

    Returns
    -------
    tuple of Effect or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors clustered on the assignment unit.

    References
    ----------
    Checked against pyfixest ``feols("y ~ d | unit + period")``.
    """
    return by_outcome(_twfe, y, cohort, weights, cluster, anticipation)


def _twfe(sample: Sample, observed: BoolArray, n_rows: int) -> list[Effect | NotEstimable]:
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    onsets, pattern = np.unique(sample.onset, return_inverse=True)
    treated = (np.arange(sample.n_periods) >= onsets[:, None]).astype(np.float64)
    fit = fit_two_way(sample, observed, Regressors(treated[:, :, None], pattern))
    effects, _ = fit.effects(np.ones((1, 1)), n_rows)
    return [effect for (effect,) in effects]
