"""Least squares in a box, against scipy's."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from pilotbook.estimate.sensitivity.bounded import bounded_least_squares


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_minimum_is_that_of_scipy_from_any_start(seed, scale):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 13))
    design, aim = rng.normal(size=(k, k)) @ np.diag(rng.uniform(0.01, 1, k)), rng.normal(size=k) * rng.uniform(0, 3)
    expected = lsq_linear(design, aim, (-1, 1), method="bvls", tol=1e-13)
    for start in (np.zeros(k), rng.choice([-1.0, 1.0], k), rng.uniform(-1, 1, k)):
        found = bounded_least_squares(design * scale, aim * scale, start)
        assert np.abs(found).max() <= 1 + 1e-12
        assert np.square(design @ found - aim).sum() <= 2 * expected.cost + 1e-10
        assert found == pytest.approx(expected.x, abs=1e-6)
