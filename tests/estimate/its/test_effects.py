"""What is reported, by hand; relative effects by Fieller against its defining property."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its.effects import ALL, Contrast, Estimand, contrasts, fieller
from pilotbook.estimate.its.segments import Interruption, Segments, Shape, design

from .series_for_tests import plain

INTERCEPT, TIME, LEVEL, SLOPE = 10.0, 0.5, 2.0, 0.25
BETA = np.array([INTERCEPT, TIME, LEVEL, SLOPE])


def values(segments, beta, horizons=(4, 8)):
    return {
        (c.label, c.estimand, c.horizon): (
            c.vector @ beta,
            None if c.baseline is None else c.baseline @ beta,
        )
        for c in contrasts(segments, design(segments), horizons)
    }


def test_level_and_slope():
    found = values(plain(24, 12), BETA)
    assert found["reform", Estimand.LEVEL, None] == (LEVEL, None)
    assert found["reform", Estimand.SLOPE, None] == (SLOPE, None)
    assert found["reform", Estimand.AT_HORIZON, 4] == (LEVEL + 3 * SLOPE, INTERCEPT + 15 * TIME)
    assert found["reform", Estimand.AT_HORIZON, 8] == (LEVEL + 7 * SLOPE, INTERCEPT + 19 * TIME)
    cumulative, baseline = found["reform", Estimand.CUMULATIVE, None]
    assert cumulative == pytest.approx(sum(LEVEL + k * SLOPE for k in range(12)))
    assert baseline == pytest.approx(sum(INTERCEPT + t * TIME for t in range(12, 24)))
    assert found["reform", Estimand.AVERAGE, None][0] == pytest.approx(cumulative / 12)


def test_a_horizon_beyond_the_end_is_left_out():
    assert ("reform", Estimand.AT_HORIZON, 12) in values(plain(24, 12), BETA, (12, 13))
    assert ("reform", Estimand.AT_HORIZON, 13) not in values(plain(24, 12), BETA, (12, 13))


def test_a_transition_does_not_count_in_the_sum():
    segments = Segments(24, (Interruption(12),), excluded=(12, 13))
    beta = np.r_[BETA, 99.0, 99.0]
    assert values(segments, beta)["reform", Estimand.CUMULATIVE, None][0] == pytest.approx(
        sum(LEVEL + k * SLOPE for k in range(2, 12))
    )


def test_two_interruptions_add_up_and_the_second_builds_on_the_first():
    segments = Segments(
        30, (Interruption(10, Shape.LEVEL, label="price"), Interruption(20, Shape.LEVEL, label="payment"))
    )
    found = values(segments, np.array([10.0, 0.0, 2.0, 3.0]))
    assert found["price", Estimand.AT_HORIZON, 4] == (2.0, 10.0)
    assert found["payment", Estimand.AT_HORIZON, 4] == (3.0, 12.0)
    assert found[ALL, Estimand.CUMULATIVE, None] == (2.0 * 20 + 3.0 * 10, 200.0)


def test_fieller_limits_are_where_the_test_of_the_ratio_turns():
    rng = np.random.default_rng(3)
    for _ in range(50):
        root = rng.standard_normal((2, 2))
        cov = root @ root.T * 0.05
        coef = np.array([rng.normal(0, 1), rng.normal(10, 1)])
        contrast = Contrast(Estimand.LEVEL, "reform", None, np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        critical = 2.1
        ratio, low, high = fieller(contrast, coef, cov, critical)
        assert ratio == pytest.approx(100 * coef[0] / coef[1])
        for limit in (low, high):
            weights = np.array([1.0, -limit / 100])
            assert abs(weights @ coef) / np.sqrt(weights @ cov @ weights) == pytest.approx(critical)
        absolute_rejects = abs(coef[0]) > critical * np.sqrt(cov[0, 0])
        assert (low > 0 or high < 0) == absolute_rejects


@pytest.mark.parametrize("baseline", [0.1, -5.0])
def test_no_ratio_to_a_counterfactual_near_or_below_zero(baseline):
    contrast = Contrast(Estimand.LEVEL, "reform", None, np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert fieller(contrast, np.array([1.0, baseline]), np.eye(2), 2.0) == (None, None, None)
