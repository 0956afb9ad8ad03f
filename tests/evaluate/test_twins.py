"""Estimators beside the headline: relative effects, synthetic controls, and whether estimators agree."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import LOG_EFFECT, RELATIVE_EFFECT
from pilotbook.evaluate.relative import SCALES_CONTRADICT
from pilotbook.report.selection import main_rows

from .counties import EFFECT, PLAN, START, counties, write
from .staggered import STAGGERED, staggered


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, frame, *analyses, plan=PLAN):
    plan = copy.deepcopy(plan) | {"analyses": [{"estimator": "imputation", "headline": True}, *analyses]}
    plan_file = read_plan(write(folder, frame, plan))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def test_the_logarithm_and_poisson_give_the_planted_relative_effect(tmp_path):
    found = run(tmp_path, counties(12, 40), {"estimator": "poisson"})
    truth = 100 * EFFECT / 51.5  # visits without the reform, on average over the periods after the start
    log, poisson = found.ledger.select(outcome="visits", estimand=RELATIVE_EFFECT)
    assert (log.estimator, poisson.estimator) == ("imputation", "poisson")
    for row in (log, poisson):
        assert row.ci_low < truth < row.ci_high
        assert row.estimate == pytest.approx(truth, abs=1)
        assert (row.unit, row.role, row.se) == ("%", "comparison", None)
    on_log_scale = found.ledger.select(outcome="visits", estimand=LOG_EFFECT)[0]
    assert poisson.estimate == pytest.approx(100 * (np.exp(on_log_scale.estimate) - 1))
    assert poisson.p == on_log_scale.p
    assert "poisson" not in {row.estimator for row in main_rows(found)}


def test_a_ratio_is_a_count_with_exposure_and_counties_keep_their_weight(tmp_path):
    """With constant denominators the county-equal Poisson of the count is that of the rate."""
    frame = counties(12, 40)
    frame["people"] = frame["county"].str[1:].astype(int) * 100.0 + 500
    frame["count"] = frame["visits"] * frame["people"]
    ratio = {k: v for k, v in PLAN["outcomes"][0].items() if k != "column"} | {"id": "ratio"}
    ratio |= {"numerator": "count", "denominator": "people"}
    plan = PLAN | {"outcomes": [PLAN["outcomes"][0], ratio]}
    found = run(tmp_path, frame, {"estimator": "poisson"}, plan=plan)
    rate, count = found.ledger.select(estimator="poisson", estimand=RELATIVE_EFFECT)
    assert (rate.outcome, count.outcome) == ("visits", "ratio")
    assert count.estimate == pytest.approx(rate.estimate, rel=1e-8)


def test_zeros_have_no_logarithm(tmp_path):
    frame = counties(12, 40)
    frame.loc[frame["county"] == "c20", "visits"] = 0
    (row,) = run(tmp_path, frame).ledger.select(outcome="visits", estimand=RELATIVE_EFFECT)
    assert row.estimate is None
    assert "use the Poisson estimator" in row.reason


def test_opposite_signs_of_the_two_scales_are_flagged(tmp_path):
    """Pilots three times as high rise by more visits but by a smaller share than the controls."""
    frame = counties(12, 40)
    pilot, after = frame["start"] != "", frame["period"] >= START
    noise = np.random.default_rng(2).normal(size=len(frame))
    frame["visits"] = np.where(pilot, 150.0, 50.0) + after * np.where(pilot, 15, 10) + noise
    (row,) = run(tmp_path, frame).ledger.select(outcome="visits", estimand=RELATIVE_EFFECT)
    assert row.estimate < 0
    assert row.flags == (SCALES_CONTRADICT,)


def test_synthetic_did_of_a_few_pilots_is_tested_by_its_own_placebos(tmp_path):
    found = run(tmp_path, counties(2), {"estimator": "synthetic_did"})
    (row,) = found.ledger.select(outcome="visits", estimator="synthetic_did")
    assert row.estimate == pytest.approx(EFFECT, abs=1)
    assert row.p == row.p_smallest == pytest.approx(1 / (1 + row.n_draws))
    assert (row.role, row.ci_low, row.se) == ("comparison", None, None)
    assert row in list(main_rows(found))


def test_synthetic_did_is_refused_for_many_pilots_and_several_starts(tmp_path):
    (row,) = run(tmp_path, staggered(), {"estimator": "synthetic_did"}).ledger.select(
        outcome="visits", estimator="synthetic_did"
    )
    assert row.estimate is None
    assert "one start date" in row.reason


def test_sun_abraham_is_the_never_treated_group_time_effect_in_a_balanced_panel(tmp_path):
    never = {"estimator": "callaway_santanna", "controls": "never_treated"}
    found = run(tmp_path, staggered(), {"estimator": "sun_abraham"}, never, {"estimator": "extended_twfe"})
    averages = {row.estimator: row for row in main_rows(found) if row.outcome == "visits" and row.estimand == "att"}
    assert averages["sun_abraham"].estimate == pytest.approx(averages["callaway_santanna"].estimate)
    assert averages["extended_twfe"].estimate == pytest.approx(averages["imputation"].estimate)
    assert all(row.se > 0 for row in averages.values())


def test_the_difference_of_the_estimators_is_measured_by_the_smallest_important_effect(tmp_path):
    plan = copy.deepcopy(STAGGERED)
    plan["outcomes"][0]["minimum_important_effect"] = 0.5
    plan_file = read_plan(write(tmp_path, staggered(), plan))
    ledger = evaluate(plan_file, load_panel(plan_file), "2022Q4").ledger
    row = ledger.one(outcome="visits", estimator="robustness", quantity="att")
    ours = ledger.lead("visits").estimate
    other = ledger.select(outcome="visits", estimator="callaway_santanna", estimand="att")[0].estimate
    assert row.estimate == pytest.approx((ours - other) / 0.5)


def test_a_twin_cannot_lead(tmp_path):
    plan = PLAN | {"analyses": [{"estimator": "poisson", "headline": True}]}
    with pytest.raises(PlanError, match="poisson stands beside others"):
        read_plan(write(tmp_path, counties(3), plan))
