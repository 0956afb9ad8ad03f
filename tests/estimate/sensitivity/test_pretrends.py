"""Pre-trend tests: planted trends are found as often as the detectable slope says, and no trend at the level."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.assignments import actual_assignment, placebo_assignments
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.pretrends import joint_test, randomisation_test

TIMES = (-5, -4, -3, -2)


def panels(n: int, slope: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    cohort = np.where(np.arange(30) < 3, 6, NEVER)
    y = np.random.default_rng(seed).normal(size=(n, 30, 10))
    return y + slope * np.arange(10) * (cohort != NEVER)[:, None], cohort


def test_randomisation_keeps_its_level_and_finds_the_detectable_slope():
    y, cohort = panels(400, 0.0, 1)
    rng = np.random.default_rng(1)
    units = assigned_units(y, cohort)
    none = randomisation_test(units, TIMES, placebo_assignments(units.label, 1, 4999, rng))
    assert np.mean([test.p <= 0.05 for test in none]) == pytest.approx(0.05, abs=0.035)  # three standard errors
    slope = float(np.median([test.detectable_slope for test in none]))
    y, cohort = panels(400, slope, 2)
    units = assigned_units(y, cohort)
    found = randomisation_test(units, TIMES, placebo_assignments(units.label, 1, 4999, rng))
    assert np.mean([test.p <= 0.05 for test in found]) == pytest.approx(0.8, abs=0.08)


def test_joint_test_keeps_its_level_and_finds_the_detectable_slope():
    rng = np.random.default_rng(3)
    root = rng.normal(size=(4, 4))
    true = root @ root.T

    def run(slope: float, n: int = 3_000) -> list:
        mean = slope * (np.array(TIMES) + 1.0)
        covariances = [np.cov(rng.multivariate_normal(np.zeros(4), true, size=41).T) for _ in range(n)]
        return [joint_test(rng.multivariate_normal(mean, true), c, TIMES, 40) for c in covariances]

    none = run(0.0)
    assert np.mean([test.p <= 0.05 for test in none]) == pytest.approx(0.05, abs=0.012)
    found = run(float(np.median([test.detectable_slope for test in none])))
    assert np.mean([test.p <= 0.05 for test in found]) == pytest.approx(0.8, abs=0.05)


def test_nothing_to_test_is_said():
    assert isinstance(joint_test(np.zeros(0), np.zeros((0, 0)), (), 40), NotEstimable)
    y, cohort = panels(1, 0.0, 1)
    units = assigned_units(y, cohort)
    (refused,) = randomisation_test(units, (), actual_assignment(units.label, 1))
    assert isinstance(refused, NotEstimable)
