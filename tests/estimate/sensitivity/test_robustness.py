"""Leaving units out, placebo starts and specification curves against doing it by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.leave_one_out import leave_one_out
from pilotbook.estimate.sensitivity.placebo_in_time import placebo_in_time
from pilotbook.estimate.sensitivity.specification_curve import specification_curve

from ..inference.designs import assigned_panel


def test_leaving_a_pilot_out_is_estimating_without_it():
    panel = assigned_panel(cohorts=(3, 5), pilots=3, n_units=9, rows=1, seed=2, effect=1.0)
    units = assigned_units(panel.y, panel.cohort, weights=panel.weights)
    pilot = units.label < units.n_cohorts
    group = np.where(pilot, np.cumsum(pilot) - 1, -1)
    found = leave_one_out(units, Estimand("imputation"), group)[0]
    by_hand = []
    for left_out in np.flatnonzero(panel.cohort != NEVER):
        rest = np.arange(9) != left_out
        (result,) = imputation(panel.y[rest], panel.cohort[rest], weights=panel.weights[rest])
        by_hand.append(result.overall.estimate)
    assert np.sort(found) == pytest.approx(np.sort(by_hand), abs=1e-10)


def test_without_the_only_pilot_there_is_no_estimate():
    panel = assigned_panel(pilots=1, n_units=6, rows=1)
    units = assigned_units(panel.y, panel.cohort)
    assert np.isnan(leave_one_out(units, Estimand("two_way"), np.where(units.label == 0, 0, -1))).all()


def test_a_placebo_start_sees_nothing_of_the_reform():
    panel = assigned_panel(cohorts=(5, 6), effect=100.0)
    y, cohort = placebo_in_time(panel.y, panel.cohort, 2)
    assert y.shape[1] == 5
    assert set(cohort) == {3, NEVER}
    (result,) = imputation(y, cohort, cluster=panel.cluster)
    assert abs(result.overall.estimate) < 10


def test_a_placebo_start_needs_a_past():
    panel = assigned_panel(cohorts=(3,))
    refused = placebo_in_time(panel.y, panel.cohort, 2)
    assert isinstance(refused, NotEstimable)
    assert "3 periods lie before the first start" in refused.detail


def test_a_specification_curve_counts():
    estimate = np.array([2.0, -1.0, 1.0, 3.0])
    low, high = np.array([0.5, -2.0, -1.0, np.nan]), np.array([3.5, 0.5, 3.0, np.nan])
    curve = specification_curve(estimate, low, high, leading=0)
    assert curve.order.tolist() == [1, 2, 0, 3]
    assert (curve.same_sign, curve.excludes_zero, curve.within) == (0.75, pytest.approx(1 / 3), 0.75)
