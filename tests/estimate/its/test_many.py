"""Many series at once give what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its import Reason, interrupted, interrupted_many

from .series_for_tests import autoregressive, plain, quarterly

SAME_FIT = 1e-7
MONTE_CARLO = 0.12
"""Half-widths: shared against own draws, both 1,999 (see test_bootstrap)."""


@pytest.fixture(name="Y", scope="module")
def outcomes():
    Y = 20 + autoregressive(40, 0.5, size=12)
    Y[3, 7] = Y[5, 7] = np.nan
    Y[4] = 0.0
    Y[6, 15:] = np.nan
    return Y


def test_same_as_one_by_one(Y):
    many = interrupted_many(Y, quarterly(), np.random.default_rng(1))
    for i in (0, 3, 5, 11):
        alone = interrupted(Y[i], quarterly(), np.random.default_rng(2), order=1, draws=1_999)
        keys = [(c.estimand, c.label, c.horizon) for c in many.contrasts]
        assert keys == [(e.estimand, e.label, e.horizon) for e in alone.effects]
        np.testing.assert_allclose(many.estimate[i], [e.estimate for e in alone.effects], rtol=SAME_FIT)
        np.testing.assert_allclose(many.se[i], [e.se for e in alone.effects], rtol=SAME_FIT)
        half = (many.high - many.low)[i] / 2
        np.testing.assert_allclose(half, [(e.high - e.low) / 2 for e in alone.effects], rtol=MONTE_CARLO)


def test_refusals_are_named_and_carry_no_number(Y):
    many = interrupted_many(Y, quarterly())
    assert {i: r.reason for i, r in many.refusals.items()} == {4: Reason.CONSTANT, 6: Reason.TOO_FEW_POINTS}
    assert np.isnan(many.estimate[[4, 6]]).all()
    assert np.isfinite(np.delete(many.estimate, [4, 6], axis=0)).all()


def test_without_draws_the_method_says_so(Y):
    assert interrupted_many(Y, quarterly()).method == "reml-t"
    assert interrupted_many(Y[:2], quarterly(), np.random.default_rng(1), draws=99).method == "reml-bootstrap-t"


def test_a_plan_that_no_series_can_carry():
    many = interrupted_many(np.ones((3, 10)), plain(10, 5))
    assert many.contrasts == ()
    assert len(many.refusals) == 3
