"""From plan and data to the verdict in the ledger: grade, reasons, looks, and what is said of them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Ledger
from pilotbook.evaluate.registered import register_plan
from pilotbook.judge.verdict import Kind
from pilotbook.report import commitments, imitations, verdicts
from pilotbook.report.checklist import answers
from pilotbook.report.language import languages
from pilotbook.report.numbers import Numbers

from .counties import PLAN, counties, outcome, write

LOOKS = {"planned": ["2021Q2", "2021Q4", "2022Q2", "2022Q4"]}
FOUR_QUARTERS = [{"estimator": "imputation", "average": [0, 3], "headline": True}]


def evaluated(folder: Path, pilots: int, period: str = "2022Q4", **changes: Any) -> Evaluation:
    plan_file = read_plan(write(folder, counties(pilots), {**PLAN, **changes}))
    return evaluate(plan_file, load_panel(plan_file), period)


def reasons(evaluation: Evaluation, outcome: str = "visits") -> set[str]:
    return {reason.code for reason in evaluation.judgement(outcome).reasons}


def test_a_large_effect_of_three_pilots_is_fragile_and_says_why(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, 3)
    judgement = evaluation.judgement("visits")
    assert judgement.verdict is Kind.IMPROVED_FRAGILE
    assert judgement.dimensions["pilots"] == "C"
    assert {"firm_pilots", "breakdown", "exposed_controls"} <= reasons(evaluation)
    assert evaluation.judgement("stays").verdict in {Kind.NO_DETECTABLE_EFFECT, Kind.TOO_SMALL}


def test_a_design_that_can_reject_nothing_is_not_estimable(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, 1)
    judgement = evaluation.judgement("visits")
    assert judgement.verdict not in {Kind.IMPROVED, Kind.WORSENED}
    smallest = evaluation.ledger.lead("visits").p_smallest
    assert (smallest is not None and smallest > 0.05) == (judgement.verdict is Kind.NOT_ESTIMABLE)


def test_looks_adjust_the_interval_by_the_draws(tmp_path: Path) -> None:
    """Half of the pilots start a year later, so that each look sees more of them over the same horizon."""
    frame = counties(8)
    frame.loc[frame["county"].isin(["c04", "c05", "c06", "c07"]), "start"] = "2021Q3"
    plan_file = read_plan(write(tmp_path, frame, {**PLAN, "looks": LOOKS, "analyses": FOUR_QUARTERS}))
    evaluation = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    judgement = evaluation.judgement("visits")
    assert judgement.look_method == "draws"
    assert 0.03 < judgement.look_level < 0.05
    adjusted = next(row for row in evaluation.ledger if row.id == judgement.intervals["adjusted"])
    assert adjusted.level == pytest.approx(1 - judgement.look_level)
    assert 0.10 < judgement.safety_risk < 0.30
    assert judgement.safety_measured is not None
    assert 0.10 < judgement.safety_measured < 0.30


def test_with_one_start_and_one_horizon_a_later_look_repeats_the_first_and_costs_nothing(tmp_path: Path) -> None:
    judgement = evaluated(tmp_path, 4, looks=LOOKS, analyses=FOUR_QUARTERS).judgement("visits")
    assert (judgement.look_method, judgement.look_level) == ("draws", pytest.approx(0.05, abs=0.005))


SAFETY = [outcome("visits"), {**outcome("stays", "safety"), "minimum_important_effect": 0.5}]


@pytest.mark.parametrize(("loss", "said"), [(0.0, "No pause"), (4.0, "**A pause is called for**")])
def test_harm_calls_for_a_pause(tmp_path: Path, loss: float, said: str) -> None:
    frame = counties(12)
    frame["stays"] -= loss * ((frame["start"] != "") & (frame["period"] >= "2020Q3"))
    plan = {**PLAN, "looks": LOOKS, "analyses": FOUR_QUARTERS, "outcomes": SAFETY}
    plan_file = read_plan(write(tmp_path, frame, plan))
    evaluation = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    found = evaluation.judgement("stays").pause
    assert found is not None
    assert found.holds == (loss > 0)
    text = verdicts.sentences(evaluation, Numbers(evaluation.ledger, "en")).data
    assert said in text
    assert "Harm is judged at a lower bar, one-sided 10.0% at each look; over the 4 planned looks" in text
    assert "of the placebo choices of pilots in these data" in text
    assert evaluation.judgement("visits").pause is None


def test_harm_at_one_look_alone_calls_for_no_pause(tmp_path: Path) -> None:
    """Later pilots turn the estimate, so that harm stands at the last look and not at the one before."""
    frame = counties(12)
    late = frame["county"].isin([f"c{i:02d}" for i in range(6, 12)])
    frame.loc[late, "start"] = "2022Q1"
    frame["stays"] -= 0.35 * (late & (frame["period"] >= "2022Q1"))
    looks = {"planned": ["2021Q2", "2021Q4", "2022Q4", "2023Q4"]}
    plan = {**PLAN, "looks": looks, "analyses": FOUR_QUARTERS, "outcomes": SAFETY}
    plan_file = read_plan(write(tmp_path, frame, plan))
    evaluation = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    found = evaluation.judgement("stays").pause
    assert found is not None
    assert (found.now, found.before, found.spent, found.holds) == (True, False, False, False)
    assert (
        "one look alone does not call for a pause"
        in verdicts.sentences(evaluation, Numbers(evaluation.ledger, "en")).data
    )


def test_what_would_have_been_found_stands_beside_no_detectable_effect(tmp_path: Path) -> None:
    small = [outcome("visits"), {**outcome("stays"), "minimum_important_effect": 0.5}]
    evaluation = evaluated(tmp_path, 3, outcomes=small)
    text = verdicts.sentences(evaluation, Numbers(evaluation.ledger, "en")).data
    kinds = {o.id: evaluation.judgement(o.id).verdict for o in evaluation.plan.outcomes}
    assert kinds["stays"] is Kind.NO_DETECTABLE_EFFECT
    assert text.count("would be found four times in five") == 1
    assert evaluation.judgement("stays").detectable in text


def test_a_report_between_two_looks_claims_nothing_firmly(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, 3, "2022Q1", looks=LOOKS, analyses=FOUR_QUARTERS)
    assert evaluation.ledger.look["occasion"] == "between"
    assert "planned_look" in reasons(evaluation)


def test_exposed_controls_lower_the_grade(tmp_path: Path) -> None:
    frame = counties(12)
    frame["vbp"] = ((frame["county"] > "c24") & (frame["period"] > "2021")).astype(int)
    other = {"id": "vbp", "title": "Procurement", "column": "vbp"}
    plan_file = read_plan(write(tmp_path, frame, {**PLAN, "co_interventions": [other]}))
    evaluation = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    measured = {m.measure: m.value for m in evaluation.judgement("visits").measures}
    assert measured["exposed_controls"] == pytest.approx(5 / 18)
    assert evaluation.judgement("visits").dimensions["contamination"] == "C"


def test_stating_that_there_is_no_other_reform_counts(tmp_path: Path) -> None:
    assert evaluated(tmp_path, 12, co_interventions=[]).judgement("visits").dimensions["contamination"] == "A"


def test_the_ledger_survives_being_written_and_read(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, 3, looks=LOOKS, analyses=FOUR_QUARTERS)
    again = Ledger.loads(evaluation.ledger.dumps())
    assert again.dumps() == evaluation.ledger.dumps()
    assert Evaluation(evaluation.plan, evaluation.panel, evaluation.contract, again).judgement("visits").reasons


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("pilots", [1, 3, 12])
def test_every_verdict_can_be_said(tmp_path: Path, language: str, pilots: int) -> None:
    evaluation = evaluated(tmp_path, pilots, looks=LOOKS, analyses=FOUR_QUARTERS, co_interventions=[])
    numbers = Numbers(evaluation.ledger, language)
    said = verdicts.sentences(evaluation, numbers).data
    assert said.count("data-ledger") >= 2 or pilots == 1
    assert "|" in verdicts.grades(evaluation, numbers).data
    assert "|" in imitations.table(evaluation, numbers).data
    assert verdicts.basis(evaluation, language).data
    assert commitments.commitments(evaluation, numbers)
    assert "|" in answers.table(evaluation, language).data


def test_page_one_says_how_the_plan_stands_to_its_registration(tmp_path: Path) -> None:
    path = write(tmp_path, counties(3))
    plan_file = read_plan(path)
    assert "not registered" in _basis(plan_file)
    register_plan(plan_file, None, datetime.date(2023, 1, 1))
    assert "registered on 2023-01-01 and is unchanged" in _basis(plan_file)
    assert "**after** data under the reform were there" in _basis(plan_file)
    path.write_text(path.read_text().replace("direction: higher", "direction: lower"))
    changed = read_plan(path)
    evaluation = evaluate(changed, load_panel(changed), "2022Q4")
    told = dict(commitments.commitments(evaluation, Numbers(evaluation.ledger, "en")))
    assert "registered 'higher', now 'lower'" in told["Changed without a record"]
    assert "**without a record**" in _basis(changed)
    with pytest.raises(PlanError, match="registered 'higher', now 'lower'"):
        register_plan(changed, None, datetime.date(2023, 2, 1))
    register_plan(changed, "The sign was wrong", datetime.date(2023, 2, 1))
    assert "deviations since then: 2023-02-01: The sign was wrong" in _basis(changed)
    evaluation = evaluate(changed, load_panel(changed), "2022Q4")
    told = dict(commitments.commitments(evaluation, Numbers(evaluation.ledger, "en")))
    assert told["Deviation of 2023-02-01"].startswith("The sign was wrong; `outcomes.visits.direction`: registered")


def _basis(plan_file: Any) -> str:
    text: str = verdicts.basis(evaluate(plan_file, load_panel(plan_file), "2022Q4"), "en").data
    return text
