"""Placebo effects of controls against estimating each of them anew."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.placebo_in_space import placebo_in_space

from ..inference.designs import assigned_panel

EXACT = 1e-10
"""Two ways to the same number."""


def test_every_choice_of_controls_is_estimated_without_the_pilots():
    panel = assigned_panel(cohorts=(3, 5), pilots=2, n_units=9, rows=1, seed=4, effect=50.0)
    units = assigned_units(panel.y, panel.cohort, weights=panel.weights)
    found = placebo_in_space(units, Estimand("imputation"), 999, np.random.default_rng(0))
    controls = np.flatnonzero(panel.cohort == NEVER)
    by_hand = []
    for pair in itertools.permutations(range(len(controls)), 2):
        cohort = np.full(len(controls), NEVER)
        cohort[list(pair)] = (3, 5)
        (result,) = imputation(panel.y[controls], cohort, weights=panel.weights[controls])
        by_hand.append(result.overall.estimate)
    assert found.shape == (1, 42)
    assert np.sort(found[0]) == pytest.approx(np.sort(by_hand), abs=EXACT)


@pytest.mark.parametrize(
    ("pilots", "units", "why"), [(4, 8, "not more controls than pilots"), (1, 12, "too few controls")]
)
def test_too_few_controls_are_refused(pilots, units, why):
    panel = assigned_panel(pilots=pilots, n_units=units, rows=1)
    found = placebo_in_space(assigned_units(panel.y, panel.cohort), Estimand("two_way"), 999, np.random.default_rng(0))
    assert isinstance(found, NotEstimable)
    assert why in found.detail
