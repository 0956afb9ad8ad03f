"""Randomisation inference against listing every assignment and estimating each anew."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assignments import count_assignments, placebo_assignments
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.randomisation import randomisation
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER

from .designs import assigned_panel

OVERALL = Estimand("imputation")
STATISTICS = ["prescaled", "coefficient", "studentised"]


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def every_assignment(panel) -> np.ndarray:
    """All distinct ways to hand the actual starts to the assignment units, (n, n_rows)."""
    units, first = np.unique(panel.cluster, return_index=True)
    starts = panel.cohort[first]
    treated = starts[starts != NEVER]
    ways = set()
    for chosen in itertools.permutations(units, len(treated)):
        given = dict(zip(chosen, treated, strict=True))
        ways.add(tuple(given.get(unit, NEVER) for unit in units))
    return np.array(sorted(ways))[:, np.searchsorted(units, panel.cluster)]


@pytest.mark.parametrize("window", [None, (0, 1)], ids=str)
@pytest.mark.parametrize("cohorts", [(5,), (4, 6)], ids=str)
def test_exact_p_of_the_coefficient_is_the_share_of_reestimated_placebos(cohorts, window):
    panel = assigned_panel(cohorts=cohorts, pilots=2, n_units=8, effect=1.0, seed=3)
    windows = [] if window is None else [window]

    def estimate(cohort: np.ndarray) -> float:
        (result,) = imputation(panel.y, cohort, **panel.design, windows=windows)
        return (result.event_time.averages[window] if window else result.overall).estimate

    placebos = np.abs([estimate(cohort) for cohort in every_assignment(panel)])
    expected = (placebos >= abs(estimate(panel.cohort)) - 1e-9).mean()
    (test,) = randomisation(
        panel.y,
        panel.cohort,
        **panel.design,
        estimand=Estimand("imputation", window),
        rng=rng(),
        statistic="coefficient",
    )
    assert test.exact
    assert test.n_draws == len(placebos)
    assert test.p == pytest.approx(expected)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_equal_weights_and_nearly_equal_weights_agree(statistic):
    """The short cut for equal weights and the general way give the same test."""
    panel = assigned_panel(cohorts=(4, 5, 6), pilots=4, n_units=10, rows=1, seed=5)
    nearly = 1 + 1e-7 * np.arange(len(panel.y))
    same, general = (
        randomisation(panel.y, panel.cohort, weights=w, estimand=OVERALL, rng=rng(), statistic=statistic)[0]
        for w in (None, nearly)
    )
    assert general.estimate == pytest.approx(same.estimate, abs=1e-6)
    assert (general.p, general.low, general.high) == pytest.approx((same.p, same.low, same.high), abs=1e-3)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("cohorts", [(4,), (3, 5)], ids=str)
def test_the_interval_is_the_set_of_effects_not_rejected(cohorts, statistic):
    """Take an effect off the data and test again: inside the interval p is above 0.2, outside it is not."""
    panel = assigned_panel(cohorts=cohorts, pilots=3, n_units=9, effect=2.0, seed=8)
    dummy = np.arange(panel.y.shape[1]) >= panel.cohort[:, None]

    def test(effect: float):
        y = panel.y - effect * dummy
        return randomisation(
            y, panel.cohort, **panel.design, estimand=OVERALL, rng=rng(), statistic=statistic, level=0.8
        )[0]

    found = test(0.0)
    assert np.isfinite([found.low, found.high]).all()
    width = found.high - found.low
    for end, outward in ((found.low, -1), (found.high, 1)):
        assert test(end - outward * 1e-4 * width).p > 0.2
        assert test(end + outward * 1e-4 * width).p <= 0.2 + 1e-12


def test_an_interval_that_nothing_can_bound_is_infinite():
    panel = assigned_panel(pilots=1, n_units=9, effect=50.0)
    (test,) = randomisation(panel.y, panel.cohort, **panel.design, estimand=OVERALL, rng=rng())
    assert test.p == test.smallest_p == pytest.approx(1 / 9)
    assert (test.low, test.high) == (-np.inf, np.inf)


def test_swapping_pilots_and_controls_doubles_the_smallest_p():
    panel = assigned_panel(pilots=4, n_units=8, rows=1, effect=50.0)
    (test,) = randomisation(panel.y, panel.cohort, estimand=OVERALL, rng=rng(), statistic="coefficient")
    assert test.smallest_p == pytest.approx(2 / 70)
    assert test.p == pytest.approx(2 / 70)


def test_too_few_draws_are_refused():
    panel = assigned_panel(pilots=3, n_units=30)
    with pytest.raises(ValueError, match="at least 999"):
        randomisation(panel.y, panel.cohort, estimand=OVERALL, rng=rng(), n_draws=199)


def test_too_short_a_past_is_said():
    panel = assigned_panel(cohorts=(2,))
    (refused,) = randomisation(panel.y, panel.cohort, **panel.design, estimand=OVERALL, rng=rng())
    assert isinstance(refused, NotEstimable)
    assert "2 periods before the first start" in refused.detail


def test_order_and_names_of_rows_do_not_matter():
    panel = assigned_panel(cohorts=(4, 5), pilots=6, n_units=30, seed=2)
    order = np.random.default_rng(3).permutation(len(panel.y))
    straight, shuffled = (
        randomisation(
            panel.y[o],
            panel.cohort[o],
            weights=panel.weights[o],
            cluster=-panel.cluster[o],
            estimand=OVERALL,
            rng=rng(),
        )[0]
        for o in (np.arange(len(order)), order)
    )
    assert straight.p == shuffled.p
    assert (straight.low, straight.high) == (shuffled.low, shuffled.high)


def test_outcomes_of_a_stack_get_what_each_gets_alone():
    panels = [assigned_panel(cohorts=(4, 5), pilots=6, n_units=30, seed=2, effect=e) for e in (0.0, 3.0)]
    stack = np.stack([panel.y for panel in panels])
    design = panels[0].design
    together = randomisation(stack, panels[0].cohort, **design, estimand=OVERALL, rng=rng())
    for panel, test in zip(panels, together, strict=True):
        (alone,) = randomisation(panel.y, panel.cohort, **design, estimand=OVERALL, rng=rng())
        assert test.estimate == pytest.approx(alone.estimate, abs=1e-12)


def test_a_list_of_assignments_has_each_once():
    label = np.array([0, 0, 1] + [2] * 9)
    assert count_assignments([2, 1], 12) == 660  # 12 over 2, times 10 over 1
    everything = placebo_assignments(label, 2, 999, rng())
    assert everything.exact
    assert len({(tuple(sorted(p[:2])), p[2]) for p in everything.pilots.tolist()}) == 660


def test_random_draws_are_uniform():
    label = np.array([0] * 3 + [1] * 37)
    drawn = placebo_assignments(label, 1, 8_000, rng())
    assert not drawn.exact
    assert (np.diff(np.sort(drawn.pilots, axis=1)) > 0).all()
    share = np.bincount(drawn.pilots.ravel(), minlength=40) / 8_000
    assert share == pytest.approx(3 / 40, abs=5 * np.sqrt(0.075 * 0.925 / 8_000))
