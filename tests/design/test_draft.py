"""Plans drafted from the catalogue: every reform has one, of the design that its roll-out allows."""

from __future__ import annotations

import datetime

import pytest

from pilotbook.cli import app
from pilotbook.design.draft import context_reforms, draft_plan, drafted_outcomes
from pilotbook.design.plan import AnalysisPlan
from pilotbook.design.planfile import read_plan
from pilotbook.design.rollout import design_of, rollout_designs
from pilotbook.errors import UnknownNameError
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import PLANS

CATALOGUE = read_catalogue()
EVALUATED = [reform for reform in CATALOGUE.reforms.values() if reform.priority != "context"]
ONE_OF_EACH = {reform.rollout.kind: reform for reform in EVALUATED}
DAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def plans() -> dict[str, AnalysisPlan]:
    """The plans of the project."""
    return {reform.id: read_plan(PLANS / f"{reform.id}.yml").plan for reform in EVALUATED}


def test_the_table_has_every_class_of_roll_out():
    assert set(rollout_designs()) == {reform.rollout.kind for reform in CATALOGUE.reforms.values()}
    with pytest.raises(UnknownNameError, match="staggered"):
        design_of("stagered")


def test_every_core_and_secondary_reform_has_a_plan_of_its_name(plans):
    assert len(plans) == 71
    assert all(plan.reform == name for name, plan in plans.items())


def test_every_plan_is_led_by_the_design_of_its_roll_out(plans):
    for reform in EVALUATED:
        leads = next(analysis.estimator for analysis in plans[reform.id].analyses if analysis.headline)
        assert leads == design_of(reform.rollout.kind).analyses[0].estimator, reform.id


def test_every_plan_speaks_both_languages(plans):
    for plan in plans.values():
        words = [plan.title, plan.question, *plan.limitations]
        words += [part for outcome in plan.outcomes for part in (outcome.title, outcome.unit)]
        assert all(text.zh for text in words), plan.reform


def test_the_six_context_entries_appear_as_other_reforms(plans):
    named = {other.id for plan in plans.values() for other in plan.co_interventions or ()}
    assert named == {reform.id for reform in CATALOGUE.reforms.values() if reform.priority == "context"}
    assert len(named) == 6


@pytest.mark.parametrize("reform", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_a_draft_is_a_valid_plan(reform, tmp_path):
    path = tmp_path / f"{reform.id}.yml"
    path.write_text(draft_plan(reform, CATALOGUE, DAY, simulated=True), encoding="utf-8")
    plan = read_plan(path).plan
    assert plan.date == DAY
    assert [outcome.id for outcome in plan.outcomes] == list(drafted_outcomes(reform, CATALOGUE))
    assert "simulated" in plan.limitations[0].en
    columns = {other.column for other in plan.co_interventions or ()}
    assert columns == {other.id for other in context_reforms(reform, CATALOGUE)}


def test_core_indicators_come_first_and_safety_outcomes_are_no_others():
    families = drafted_outcomes(CATALOGUE.reforms["drg-dip"], CATALOGUE)
    assert families["patient_satisfaction"] == "primary"
    assert families["severe_case_refusals"] == "safety"
    assert list(families.values()).count("primary") == 4
    assert "drg_group_error" not in families  # counted once a year


def test_a_reform_without_quarterly_indicators_is_watched_by_the_core_ones():
    families = drafted_outcomes(CATALOGUE.reforms["alliance-capacity-fund"], CATALOGUE)
    assert tuple(families) == CATALOGUE.core_quarterly


def test_a_growth_rate_is_drafted_on_the_logarithm_of_its_level(tmp_path):
    path = tmp_path / "fund-risk-warning.yml"
    path.write_text(draft_plan(CATALOGUE.reforms["fund-risk-warning"], CATALOGUE, DAY), encoding="utf-8")
    growth = next(outcome for outcome in read_plan(path).plan.outcomes if outcome.id == "fund_spending_growth")
    assert (growth.column, growth.scale, growth.minimum_important_effect) == ("fund_spending", "log", 2)


def run(capsys, *words: str) -> str:
    """Run a command and return what it printed."""
    app.main(list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_the_command_overwrites_nothing(capsys, tmp_path):
    out = str(tmp_path)
    assert "drafted (national)" in run(capsys, "plan", "draft", "vbp", "--out", out)
    (tmp_path / "vbp.yml").write_text("mine", encoding="utf-8")
    assert "was left as it is" in run(capsys, "plan", "draft", "vbp", "--out", out)
    assert (tmp_path / "vbp.yml").read_text(encoding="utf-8") == "mine"
    with pytest.raises(UnknownNameError, match="did you mean 'vbp'"):
        run(capsys, "plan", "draft", "vpb", "--out", out)
