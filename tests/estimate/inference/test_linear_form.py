"""The linear forms are the estimators: same numbers on weighted panels with several rows an assignment unit."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.assignments import actual_assignment, placebo_assignments
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.linear_form import Estimand, coefficients
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.twfe import twfe

from .designs import assigned_panel

TOLERANCE = 1e-10  # both sides are exact linear algebra on a few dozen numbers

WINDOWS = [None, (0, 2), (3, 3), (0, 99)]
ESTIMANDS = [
    Estimand("two_way"),
    *(Estimand(form, window) for form in ("imputation", "never_treated", "not_yet_treated") for window in WINDOWS),
]


def linear_form(panel, estimand: Estimand, anticipation: int = 0) -> float:
    units = assigned_units(
        panel.y, panel.cohort, weights=panel.weights, cluster=panel.cluster, anticipation=anticipation
    )
    sums = CohortSums(units, actual_assignment(units.label, units.n_cohorts))
    return float(sums.estimates(units.paths, sums.coefficients(estimand))[0, 0])


def by_estimator(panel, estimand: Estimand, anticipation: int) -> float:
    design = {"weights": panel.weights, "cluster": panel.cluster, "anticipation": anticipation}
    windows = [estimand.window] if estimand.window else []
    if estimand.form == "two_way":
        return twfe(panel.y, panel.cohort, **design)[0].estimate
    if estimand.form == "imputation":
        (result,) = imputation(panel.y, panel.cohort, **design, windows=windows)
        path, overall = result.event_time, result.overall
    else:
        controls = "never" if estimand.form == "never_treated" else "not_yet"
        (result,) = callaway_santanna(panel.y, panel.cohort, **design, controls=controls)
        path, overall = result.by_event_time(windows), result.simple()
    return (path.averages[estimand.window] if estimand.window else overall).estimate


@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("estimand", ESTIMANDS, ids=str)
@pytest.mark.parametrize("cohorts", [(4,), (3, 5, 6)], ids=str)
def test_the_form_is_the_estimator(cohorts, estimand, anticipation):
    panel = assigned_panel(cohorts=cohorts, seed=4)
    assert linear_form(panel, estimand, anticipation) == pytest.approx(
        by_estimator(panel, estimand, anticipation), abs=TOLERANCE
    )


@pytest.mark.parametrize("estimand", [ESTIMANDS[0], *ESTIMANDS[1:3]], ids=str)
@pytest.mark.parametrize("cohorts", [(5,), (3, 6)], ids=str)
def test_periods_left_out_as_a_whole(cohorts, estimand):
    panel = assigned_panel(cohorts=cohorts, seed=4, n_periods=10)
    panel.y[:, [1, 7]] = np.nan
    assert linear_form(panel, estimand) == pytest.approx(by_estimator(panel, estimand, 0), abs=TOLERANCE)


@pytest.mark.parametrize("form", ["imputation", "never_treated", "not_yet_treated", "two_way"])
def test_unit_and_period_effects_drop_out(form):
    weight = np.random.default_rng(1).uniform(1, 3, size=(5, 3))
    k = coefficients(Estimand(form), weight, np.array([3, 5]), 9, 0)
    assert k.sum(axis=2) == pytest.approx(0, abs=TOLERANCE)
    assert k.sum(axis=1) == pytest.approx(0, abs=TOLERANCE)


def test_rows_of_one_assignment_unit_must_start_together():
    panel = assigned_panel(cohorts=(4,))
    cohort = panel.cohort.copy()
    cohort[np.flatnonzero(panel.cluster == panel.cluster[cohort == 4][0])[0]] = 5
    refused = assigned_units(panel.y, cohort, cluster=panel.cluster)
    assert isinstance(refused, NotEstimable)
    assert "1 assignment units have rows with different starts" in refused.detail


def test_missing_cells_are_refused_not_filled():
    panel = assigned_panel(cohorts=(4,))
    panel.y[0, 0] = np.nan
    refused = assigned_units(panel.y, panel.cohort)
    assert isinstance(refused, NotEstimable)
    assert "1 cells are missing" in refused.detail


@pytest.mark.parametrize("equal", [True, False], ids=["equal weights", "other weights"])
def test_several_quantities_at_once_are_those_one_by_one(equal):
    panel = assigned_panel(cohorts=(3, 5), seed=6)
    weights = np.ones(len(panel.y)) if equal else panel.weights
    units = assigned_units(np.stack([panel.y, panel.y**2]), panel.cohort, weights=weights, cluster=panel.cluster)
    drawn = placebo_assignments(units.label, units.n_cohorts, 999, np.random.default_rng(3))
    sums = CohortSums(units, drawn)
    each = [sums.coefficients(Estimand("never_treated", (event, event))) for event in (-3, -2, 1)]
    at_once = sums.estimates_of_each(units.paths, each)
    assert at_once.shape == (3, 2, len(drawn))
    assert at_once == pytest.approx(np.stack([sums.estimates(units.paths, k) for k in each]), abs=TOLERANCE)


@pytest.mark.parametrize("equal", [True, False], ids=["equal weights", "other weights"])
def test_cohorts_weigh_what_their_members_weigh(equal):
    panel = assigned_panel(cohorts=(3, 5), seed=7)
    weights = np.ones(len(panel.y)) if equal else panel.weights
    units = assigned_units(panel.y, panel.cohort, weights=weights, cluster=panel.cluster)
    drawn = CohortSums(units, placebo_assignments(units.label, units.n_cohorts, 999, np.random.default_rng(3)))
    plain = np.array([drawn.over(units.weight, cohort) for cohort in range(units.n_cohorts + 1)])
    assert drawn.weights() == pytest.approx(plain, rel=1e-12)
