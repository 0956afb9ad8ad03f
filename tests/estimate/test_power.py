"""Minimum detectable effects against simulated power and against the textbook formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.power import detectable_by_draws, detectable_by_error
from pilotbook.estimate.result import StandardError
from pilotbook.estimate.sample import NEVER


def test_normal_draws_give_the_normal_formula():
    rng = np.random.default_rng(1)
    estimate = rng.normal(scale=3.0, size=(1, 200_000))
    draws = NullDraws(np.zeros(1), np.ones(1), estimate, np.zeros(200_000), np.ones_like(estimate))
    expected = 3.0 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.8))
    assert detectable_by_draws(draws)[0] == pytest.approx(expected, rel=0.01)
    assert detectable_by_error(StandardError(3.0, np.inf)) == pytest.approx(expected)


def test_the_effect_is_found_as_often_as_wanted():
    """Plant the detectable effect in fresh panels: the test must reject in four of five, or a little more."""
    cohort = np.where(np.arange(30) < 3, 6, NEVER)
    rng = np.random.default_rng(5)

    def draws_of(y: np.ndarray) -> NullDraws:
        return randomisation_draws(assigned_units(y, cohort), Estimand("two_way"), "prescaled", 4999, rng)

    effect = np.median(detectable_by_draws(draws_of(rng.normal(size=(300, 30, 12)))))
    planted = rng.normal(size=(600, 30, 12)) + effect * (np.arange(12) >= cohort[:, None])
    power = (draws_of(planted).p_value() <= 0.05).mean()
    assert 0.78 < power < 0.90  # the rule errs on the safe side; Monte Carlo error 0.016


def test_out_of_reach_is_infinite():
    y = np.random.default_rng(1).normal(size=(9, 8))
    cohort = np.where(np.arange(9) < 1, 4, NEVER)
    units = assigned_units(y, cohort)
    draws = randomisation_draws(units, Estimand("two_way"), "prescaled", 999, np.random.default_rng(1))
    assert detectable_by_draws(draws)[0] == np.inf
