"""What would have been found had the reform come to controls that never saw it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import placebo_assignments
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason

FEWEST_PLACEBOS = 19
"""Fewer placebo assignments than this leave no share of them below one in twenty."""


def placebo_in_space(
    units: AssignedUnits, estimand: Estimand, n_draws: int, rng: np.random.Generator
) -> FloatArray | NotEstimable:
    """Estimate with as many controls as there are pilots in the pilots' place; the pilots themselves are left out.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    estimand
        What is estimated.
    n_draws, rng
        Number and source of the draws; if there are no more assignments than that, all are taken.

    Returns
    -------
    (n_outcomes, n_placebos) or NotEstimable
        Their spread is that of an estimate without an effect, if pilots are no more variable than controls.
    """
    controls = np.flatnonzero(units.label == units.n_cohorts)
    if len(controls) <= units.n_pilots:
        return NotEstimable(Reason.NO_CONTROLS, "there are not more controls than pilots, so none can take their place")
    label = np.full(len(controls), units.n_cohorts)
    label[: units.n_pilots] = np.sort(units.label[units.label < units.n_cohorts])
    assignments = placebo_assignments(label, units.n_cohorts, n_draws, rng)
    if len(assignments) < FEWEST_PLACEBOS:
        return NotEstimable(Reason.NO_CONTROLS, "there are too few controls for a distribution of placebo effects")
    placebo = replace(
        units,
        paths=units.paths[:, controls],
        weight=units.weight[controls],
        label=label,
        code=units.code[controls],
    )
    sums = CohortSums(placebo, assignments)
    return sums.estimates(placebo.paths, sums.coefficients(estimand))
