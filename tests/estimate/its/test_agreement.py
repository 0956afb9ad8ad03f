"""Agreement of two designs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotbook.estimate.its import agreement


def test_welch_satterthwaite():
    """Welch's t test of two means is the same comparison."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(1, 1, 12), rng.normal(0, 3, 30)
    oracle = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    found = agreement((a.mean(), stats.sem(a), 11), (b.mean(), stats.sem(b), 29))
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high))


def test_infinite_degrees_of_freedom_are_normal():
    found = agreement((1.0, 3.0, np.inf), (0.0, 4.0, np.inf))
    assert found.high == pytest.approx(1.0 + 5.0 * stats.norm.ppf(0.975))


@pytest.mark.parametrize(("first", "second", "contradicts"), [(1.0, -0.1, True), (-2.0, -1.0, False)])
def test_opposite_signs_contradict(first, second, contradicts):
    assert agreement((first, 1.0, 10), (second, 1.0, 10)).contradicts is contradicts
