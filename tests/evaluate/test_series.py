"""An interrupted time series from plan and data to ledger rows: planted effects are found, nothing is made up."""

from __future__ import annotations

import copy

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Ledger

from .national import LEVEL, PLAN, SECOND_LEVEL, counties, write

SIX_ERRORS = 6.0
"""Standard errors within which a planted effect must be found in a fixed draw."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, plan=PLAN, controls=0, period="2021Q4"):
    plan_file = read_plan(write(folder, plan, counties(controls)))
    return evaluate(plan_file, load_panel(plan_file), period)


def changed(**series):
    plan = copy.deepcopy(PLAN)
    plan["series"].update(series)
    return plan


def test_planted_steps_are_found(tmp_path):
    ledger = run(tmp_path).ledger
    for step, truth in (("price", LEVEL), ("payment", SECOND_LEVEL)):
        row = ledger.one(estimand="effect", role="headline", step=step, horizon="8")
        assert abs(row.estimate - truth) < SIX_ERRORS * row.se
        assert row.ci_low < row.estimate < row.ci_high
        assert row.p < 0.05
        assert row.p_method.startswith("bootstrap-t, AR(")
        assert (row.n_units, row.n_pilots, row.n_controls, row.n_obs) == (12, 12, 0, 46)


def test_the_headline_is_the_effect_at_the_longest_horizon(tmp_path):
    lead = run(tmp_path).ledger.lead("spending")
    assert (lead.estimand, lead.spec["horizon"], lead.spec["step"]) == ("effect", "8", "price")


def test_the_ledger_reads_back(tmp_path):
    ledger = run(tmp_path).ledger
    again = Ledger.loads(ledger.dumps())
    assert again.dumps() == ledger.dumps()
    assert again.rows == ledger.rows


def test_the_same_question_gives_the_same_draws(tmp_path, monkeypatch):
    one = run(tmp_path).ledger.dumps()
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "another"))
    plan_file = read_plan(tmp_path / "national.yml")
    assert evaluate(plan_file, load_panel(plan_file), "2021Q4").ledger.dumps() == one


def test_excluded_periods_are_marked_on_the_path(tmp_path):
    rows = run(tmp_path).ledger.select(estimand="fitted")
    assert [r.spec["period"] for r in rows if "left-out" in r.flags] == ["2020Q1", "2020Q2"]


def test_newey_west_stands_beside_and_never_leads(tmp_path):
    rows = run(tmp_path).ledger.select(model="newey-west")
    assert rows
    assert all(r.role == "comparison" and "newey-west-rejects-too-often" in r.flags for r in rows)


def test_too_early_a_report_gives_the_reason_and_no_number(tmp_path):
    ledger = run(tmp_path, changed(steps=[PLAN["series"]["steps"][0]]), period="2017Q1").ledger
    lead = ledger.lead("spending")
    assert lead.estimate is None
    assert lead.reason == "too-few-points: 5 of 8 points after"


def test_controlled_series_leads_with_the_difference_and_shows_the_control(tmp_path):
    plan = {**PLAN, "analyses": [{"estimator": "controlled_its", "headline": True}]}
    ledger = run(tmp_path, plan, controls=5).ledger
    lead = ledger.lead("spending")
    assert lead.spec["series"] == "difference"
    assert abs(lead.estimate - LEVEL) < SIX_ERRORS * lead.se
    control, newey_west = ledger.select(estimand="effect", series="controls", step="price", horizon="8")
    assert newey_west.spec["model"] == "newey-west"
    assert control.ci_low < 0 < control.ci_high
    assert (control.n_units, control.n_controls) == (5, 5)


def test_a_series_estimator_needs_the_section(tmp_path):
    plan = {key: value for key, value in PLAN.items() if key != "series"}
    with pytest.raises(PlanError, match="needs the section `series`"):
        run(tmp_path, plan)


def test_a_step_outside_the_panel_is_named(tmp_path):
    with pytest.raises(PlanError, match=r"series\.steps\.0\.start.*no period 2030Q1.*2010Q1 to 2021Q4"):
        run(tmp_path, changed(steps=[{"start": "2030Q1"}]))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"start": "2016"}], "'2016' is not a quarter"),
        ([{"start": "2016Q1", "shape": "ramp"}], "length"),
        ([{"start": "2016Q1"}, {"start": "2018Q1"}], "label"),
    ],
)
def test_mistakes_in_the_section_are_named(tmp_path, steps, message):
    with pytest.raises(PlanError, match=message):
        run(tmp_path, changed(steps=steps))
