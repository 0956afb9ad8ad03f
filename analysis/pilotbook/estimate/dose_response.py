"""How the effect grows with the dose, for price changes that differ between pilots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.extended_twfe import TreatedCells, with_earlier_period
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, fit_two_way
from pilotbook.estimate.result import Effect, NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, Sample, n_rows_of


@dataclass(frozen=True, eq=False)
class DoseResponse:
    """Effect as a line in the dose.

    Attributes
    ----------
    slope
        Change of the effect per unit of dose.
    at
        Effect at each dose that was asked for.
    mean_dose
        Weighted mean dose of the treated observations; the line passes through the mean effect there.
    """

    slope: Effect | NotEstimable
    at: Mapping[float, Effect | NotEstimable]
    mean_dose: float


def dose_response(
    y: ArrayLike,
    cohort: ArrayLike,
    dose: ArrayLike,
    *,
    at: Sequence[float] = (),
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[DoseResponse | NotEstimable, ...]:
    """Effect of a reform as a linear function of its dose, within cohort and period.

    The regression is `extended_twfe` plus dose (less its mean) × treated. Reading the slope as what more
    dose would do needs more than parallel trends: pilots of different dose must have the same response to
    the same dose.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    dose : (n_units,)
        Dose of each pilot, fixed before the start; controls' values are not read. Pilots without one are
        left out.
    at
        Doses at which to give the effect.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that get dummies of their own; the slope counts them as treated.

    Returns
    -------
    tuple of DoseResponse or NotEstimable
        One per outcome, with CR2 (recommended), CRV1 and CRV3 errors.

    References
    ----------
    Callaway, Goodman-Bacon and Sant'Anna (2024); checked against pyfixest on the same regression.
    """
    doses = np.asarray(dose, dtype=np.float64)
    if doses.shape != (n_rows_of(y)[1],):
        raise ValueError(f"dose must have one value per unit ({n_rows_of(y)[1]}), not shape {doses.shape}")
    return by_outcome(partial(_dose, doses=doses, at=at), y, cohort, weights, cluster, anticipation)


def _dose(
    sample: Sample, observed: BoolArray, n_rows: int, doses: FloatArray, at: Sequence[float]
) -> list[DoseResponse | NotEstimable]:
    pilot = sample.cohort != NEVER
    known = ~pilot | np.isfinite(doses[sample.order])
    sample, observed = sample.keep(known), observed[known]
    refused = obstacle(sample, observed)
    if refused:
        return [refused] * len(sample.y)
    sample, observed = with_earlier_period(sample, observed)
    pilot = sample.cohort != NEVER
    own = np.where(pilot, doses[sample.order], 0.0)
    if np.ptp(own[pilot]) == 0:
        refusal = NotEstimable(Reason.NO_DOSE_VARIATION, "every pilot has the same dose; use the mean effect")
        return [refusal] * len(sample.y)
    treated = observed & sample.treated()
    mean = float(np.average(own, weights=sample.weights * treated.sum(axis=1)))
    levels, level = np.unique(own, return_inverse=True)
    cells = TreatedCells.of(sample, observed, np.zeros(sample.n_units, dtype=np.int64))
    keys, pattern = np.unique(np.column_stack([cells.pattern, level]), axis=0, return_inverse=True)
    dummies = cells.dummies[keys[:, 0]]
    slope = dummies.sum(axis=2, keepdims=True) * (levels[keys[:, 1]] - mean)[:, None, None]
    fit = fit_two_way(sample, observed, Regressors(np.concatenate([dummies, slope], axis=2), pattern.ravel()))
    slope_row, mean_row = np.eye(1, fit.n_regressors, fit.n_regressors - 1)[0], cells.mean(fit)
    effects, _ = fit.effects(np.array([slope_row, *(mean_row + (d - mean) * slope_row for d in at)]), n_rows)
    return [DoseResponse(row[0], dict(zip(at, row[1:], strict=True)), mean) for row in effects]
