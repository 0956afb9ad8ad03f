"""The estimate without each pilot, or without each group of units, in turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import actual_assignment
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray, IntArray


def leave_one_out(units: AssignedUnits, estimand: Estimand, group: IntArray) -> FloatArray:
    """Estimate without each group of assignment units.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    estimand
        What is estimated.
    group : (n_units,)
        Codes 0, 1, … of the groups to leave out; -1 for units that always stay.

    Returns
    -------
    (n_outcomes, n_groups)
        NaN where no pilot or no control is left.
    """
    out = np.full((len(units.paths), int(group.max()) + 1), np.nan)
    for code in range(out.shape[1]):
        rest = keep(units, group != code)
        if rest is None:
            continue
        sums = CohortSums(rest, actual_assignment(rest.label, rest.n_cohorts))
        out[:, code] = sums.estimates(rest.paths, sums.coefficients(estimand))[:, 0]
    return out


def keep(units: AssignedUnits, chosen: BoolArray) -> AssignedUnits | None:
    """Restrict to some assignment units, None if no pilot or no control is among them."""
    label = units.label[chosen]
    cohorts = np.unique(label[label < units.n_cohorts])
    if not len(cohorts) or not (label == units.n_cohorts).any():
        return None
    new = np.where(label < units.n_cohorts, np.searchsorted(cohorts, label), len(cohorts))
    return replace(
        units,
        paths=units.paths[:, chosen],
        weight=units.weight[chosen],
        label=new,
        starts=units.starts[cohorts],
        code=units.code[chosen],
    )
