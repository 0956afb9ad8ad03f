"""Effects in subgroups against estimating each alone, and how often differences are found where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.multiplicity import romano_wolf
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.subgroups import of_pilots, together, within_subgroup

EXACT = 1e-10
"""Two ways to the same number."""

RATE = 0.06
"""Three Monte-Carlo errors of a rate of 5 % over 120 panels."""

TARGET = Estimand("imputation")
PILOTS, UNITS, PERIODS = 8, 32, 12


def panel(seed: int, effects: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcomes, cohorts and groups: pilots and controls alternate between two groups."""
    rng = np.random.default_rng(seed)
    group = np.arange(UNITS) % 2
    cohort = np.where(np.arange(UNITS) < PILOTS, 6 + (np.arange(UNITS) // 2) % 2, NEVER)
    y = rng.normal(size=(UNITS, PERIODS)) + rng.normal(size=(UNITS, 1)) + 0.3 * np.arange(PERIODS)
    y += np.where(np.arange(PERIODS) >= cohort[:, None], np.array(effects)[group][:, None], 0.0)
    return y, cohort, group


@pytest.mark.parametrize("common", [0.0, 1.7])
def test_effects_are_those_of_each_subgroup_alone(common):
    y, cohort, group = panel(1, (1.0, 4.0))
    units = assigned_units(y, cohort)
    of_unit = group[units.code]
    rng = np.random.default_rng(0)
    for code in (0, 1):
        found = within_subgroup(units, of_unit == code, TARGET, common, 999, rng)
        (alone,) = imputation(y[group == code], cohort[group == code])
        assert found.observed == pytest.approx(alone.overall.estimate, abs=EXACT)
        assert (found.n_pilots, found.n_controls) == (PILOTS // 2, (UNITS - PILOTS) // 2)
    shared = of_pilots(units, of_unit, TARGET, common, 999, rng)
    for code in (0, 1):
        kept = (group == code) | (cohort == NEVER)
        (alone,) = imputation(y[kept], cohort[kept])
        assert shared[code].observed == pytest.approx(alone.overall.estimate, abs=EXACT)


def test_the_common_effect_changes_no_test_of_a_subgroup_alone():
    y, cohort, group = panel(2, (1.0, 1.0))
    units = assigned_units(y, cohort)
    p = [
        within_subgroup(units, group[units.code] == 0, TARGET, common, 999, np.random.default_rng(5)).alone().p_value()
        for common in (0.0, 1.0)
    ]
    assert p[0] == pytest.approx(p[1])


def test_a_subgroup_without_controls_has_no_effect():
    y, cohort, _ = panel(3, (0.0, 0.0))
    units = assigned_units(y, cohort)
    assert within_subgroup(units, units.label < units.n_cohorts, TARGET, 0.0, 999, np.random.default_rng(0)) is None


@pytest.mark.parametrize("shared", [False, True])
def test_differences_are_rarely_found_where_there_are_none_and_found_where_they_are_large(shared):
    def p_value(seed: int, effects: tuple[float, float]) -> float:
        y, cohort, group = panel(seed, effects)
        units = assigned_units(y, cohort)
        of_unit, rng = group[units.code], np.random.default_rng(seed)
        common = float(np.mean(effects))
        if shared:
            first, second = of_pilots(units, of_unit, TARGET, common, 999, rng)
        else:
            first, second = (within_subgroup(units, of_unit == g, TARGET, common, 999, rng) for g in (0, 1))
        difference = second.less(first)
        assert romano_wolf(together([difference]))[0] == pytest.approx(difference.p_value()[0])
        return float(difference.p_value()[0])

    assert np.mean([p_value(seed, (2.0, 2.0)) <= 0.05 for seed in range(120)]) <= 0.05 + RATE
    assert np.mean([p_value(seed, (0.0, 3.0)) <= 0.05 for seed in range(20)]) >= 0.9


def test_the_interval_of_a_difference_holds_the_difference():
    y, cohort, group = panel(7, (0.0, 3.0))
    units = assigned_units(y, cohort)
    rng = np.random.default_rng(1)
    first, second = (within_subgroup(units, group[units.code] == g, TARGET, 1.5, 1_999, rng) for g in (0, 1))
    low, high = second.less(first).interval(0.95)
    assert low[0] < 3.0 < high[0]
    assert low[0] > 0
