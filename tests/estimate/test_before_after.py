"""The naive change of the pilots, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.before_after import before_after
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER

Y = np.array([[1.0, 3.0, 10.0, 12.0], [0.0, 0.0, 0.0, 8.0], [5.0, 5.0, 50.0, 50.0]])
COHORT = np.array([2, 3, NEVER])


def test_each_pilot_against_its_own_past():
    found = before_after(Y, COHORT)
    assert found.change == pytest.approx((9.0 + 8.0) / 2)
    assert (found.n_pilots, found.n_obs) == (2, 8)


def test_weights():
    assert before_after(Y, COHORT, weights=[3, 1, 9]).change == pytest.approx((3 * 9.0 + 8.0) / 4)


def test_anticipated_periods_are_on_neither_side():
    assert before_after(Y[:1], COHORT[:1], anticipation=1).change == pytest.approx(10.0)


def test_a_pilot_without_a_past_is_left_out():
    y = Y.copy()
    y[0, :2] = np.nan
    assert before_after(y, COHORT).n_pilots == 1
    assert isinstance(before_after(y[:1], COHORT[:1]), NotEstimable)
