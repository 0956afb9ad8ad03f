"""How variable pilots were before the reform, compared with controls: the assumption that randomisation rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import placebo_assignments
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.result import NotEstimable, Reason

FEWEST_PERIODS = 3


@dataclass(frozen=True)
class VarianceRatio:
    """Standard deviations over time before the first onset, unit and period means removed.

    Attributes
    ----------
    pilots, controls
        Root of the mean variance of each side's assignment units, in the unit of the outcome.
    ratio
        Variance of the pilots over that of the controls.
    p
        Share of placebo assignments whose ratio is as far from one, on the log scale.
    """

    pilots: float
    controls: float
    ratio: float
    p: float


def variance_ratio(
    units: AssignedUnits, rng: np.random.Generator, n_draws: int = 4_999
) -> tuple[VarianceRatio | NotEstimable, ...]:
    """Compare the variability of pilots and controls before the first onset.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    rng, n_draws
        Source and number of the placebo assignments.

    Returns
    -------
    tuple of VarianceRatio or NotEstimable
        One per outcome. Assignment units count alike.
    """
    if units.pre_periods < FEWEST_PERIODS:
        refusal = NotEstimable(
            Reason.NO_PRE_PERIOD, f"{units.pre_periods} periods before the first start; {FEWEST_PERIODS} are needed"
        )
        return (refusal,) * len(units.paths)
    before = units.before
    own = np.square(before - before.mean(axis=2, keepdims=True)).sum(axis=2) / (units.pre_periods - 1)
    pilot = units.label < units.n_cohorts
    mean = np.stack([own[:, pilot].mean(axis=1), own[:, ~pilot].mean(axis=1)])
    sums = CohortSums(units, placebo_assignments(units.label, units.n_cohorts, n_draws, rng))
    controls = sums.over(own, units.n_cohorts)
    treated = own.sum(axis=1)[:, None] - controls
    tiny = np.finfo(float).tiny
    drawn = np.abs(np.log((treated / pilot.sum() + tiny) / (controls / (~pilot).sum() + tiny)))
    found = np.abs(np.log((mean[0] + tiny) / (mean[1] + tiny)))
    larger = (drawn >= found[:, None] * (1 - 1e-9)).sum(axis=1)
    extra = 0 if sums.assignments.exact else 1
    p = (larger + extra) / (drawn.shape[1] + extra)
    return tuple(
        VarianceRatio(float(np.sqrt(a)), float(np.sqrt(b)), float(a / b), float(p[o]))
        if b > 0
        else NotEstimable(Reason.NO_VARIATION, "the controls do not vary before the first start")
        for o, (a, b) in enumerate(mean.T)
    )
