r"""Few pilots of unequal size (Ferman and Pinto): residuals of the controls, rescaled to the size of each unit.

The variance of a unit's own effect is modelled as :math:`A+B/M_g` with its size :math:`M_g`; residuals of the controls
are divided by its root, drawn with replacement, and multiplied by the root for the unit that they stand for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls

from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.assignments import actual_assignment, refuse_few_draws
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import DrawTest, tests
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason

FEWEST_CONTROLS = 10
"""Controls from which the distribution of residuals can be told at all."""


def ferman_pinto(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    estimand: Estimand,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    n_draws: int = 4_999,
    level: float = 0.95,
) -> tuple[DrawTest | NotEstimable, ...]:
    """Test an effect by resampling the controls' own effects, corrected for the size of each assignment unit.

    The size of a unit is the sum of its weights. With equal sizes this is the test of Conley and Taber. Variability
    of pilots that size does not explain is not corrected.

    Parameters
    ----------
    y : (n_rows, n_periods) or (n_outcomes, n_rows, n_periods)
        Outcomes without missing cells.
    cohort, estimand, rng, weights, cluster, anticipation, n_draws, level
        As in `pilotbook.estimate.inference.randomisation.randomisation`.

    Returns
    -------
    tuple of DrawTest or NotEstimable
        One per outcome; `NotEstimable` with fewer than `FEWEST_CONTROLS` controls.

    References
    ----------
    Conley and Taber (2011); Ferman and Pinto (2019).
    """
    units = assigned_units(y, cohort, weights=weights, cluster=cluster, anticipation=anticipation)
    if isinstance(units, NotEstimable):
        return (units,) * (np.shape(y)[0] if np.ndim(y) == 3 else 1)
    draws = residual_draws(units, estimand, n_draws, rng)
    return (draws,) * len(units.paths) if isinstance(draws, NotEstimable) else tests(draws, units.counts, level)


def residual_draws(
    units: AssignedUnits, estimand: Estimand, n_draws: int, rng: np.random.Generator
) -> NullDraws | NotEstimable:
    """Draw the estimation error of every outcome from rescaled residuals of the controls.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    estimand, n_draws, rng
        As in `ferman_pinto`.
    """
    refuse_few_draws(n_draws)
    control = np.flatnonzero(units.label == units.n_cohorts)
    if len(control) < FEWEST_CONTROLS:
        return NotEstimable(
            Reason.NO_CONTROLS, f"{len(control)} controls are too few for their residuals to stand for the pilots'"
        )
    actual = CohortSums(units, actual_assignment(units.label, units.n_cohorts))
    k = actual.coefficients(estimand)
    if not np.isfinite(k).all():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
    draw = rng.integers(len(control), size=(n_draws, units.n_units))
    error = np.zeros((len(units.paths), n_draws))
    for cohort in range(units.n_cohorts + 1):
        members = np.flatnonzero(units.label == cohort)
        share = units.weight[members] / units.weight[members].sum()
        z = units.paths[:, control] @ k[0, cohort]
        weight = units.weight[control]
        residual = z - (z @ weight / weight.sum())[:, None]
        residual *= np.sqrt(len(control) / (len(control) - 1))
        for outcome, own in enumerate(residual):
            spread = np.sqrt(variance_by_size(own, weight, units.weight))
            standardised = own / spread[control]
            error[outcome] += standardised[draw[:, members]] @ (share * spread[members])
    return NullDraws(
        observed=actual.estimates(units.paths, k)[:, 0],
        scale=np.ones(len(error)),
        estimate=error,
        slope=np.zeros(n_draws),
        variance=np.ones_like(error),
    )


def variance_by_size(residual: FloatArray, size: FloatArray, at: FloatArray) -> FloatArray:
    """Variance at sizes ``at`` (m,) of a fit of squared residuals (n,) on a constant and one over ``size`` (n,)."""
    regressors = np.column_stack([np.ones_like(size), size.mean() / size])
    target = np.square(residual)
    scale = target.mean()
    if scale == 0:
        return np.ones_like(at)
    fit, _ = nnls(regressors, target / scale)
    return np.asarray(scale * (fit[0] + fit[1] * size.mean() / at))
