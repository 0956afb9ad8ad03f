"""Placebo starts and specification curves against doing it by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.placebo_in_time import placebo_in_time
from pilotbook.estimate.sensitivity.specification_curve import specification_curve

from ..inference.designs import assigned_panel


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
    assert (curve.same_sign, curve.excludes_zero, curve.within) == (pytest.approx(2 / 3), 0.0, pytest.approx(2 / 3))
