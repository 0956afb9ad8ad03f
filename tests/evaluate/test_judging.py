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
from pilotbook.report import commitments, verdicts
from pilotbook.report.language import languages
from pilotbook.report.numbers import Numbers

from .counties import PLAN, counties, write

LOOKS = {"planned": ["2021Q2", "2021Q4", "2022Q2", "2022Q4"]}


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
    evaluation = evaluated(tmp_path, 3, looks=LOOKS)
    judgement = evaluation.judgement("visits")
    assert judgement.look_method == "draws"
    assert 0.03 < judgement.look_level < 0.05
    adjusted = next(row for row in evaluation.ledger if row.id == judgement.intervals["adjusted"])
    assert adjusted.level == pytest.approx(1 - judgement.look_level)
    assert 0.10 < judgement.safety_risk < 0.30


def test_a_report_between_two_looks_claims_nothing_firmly(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, 3, "2022Q1", looks=LOOKS)
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
    evaluation = evaluated(tmp_path, 3, looks=LOOKS)
    again = Ledger.loads(evaluation.ledger.dumps())
    assert again.dumps() == evaluation.ledger.dumps()
    assert Evaluation(evaluation.plan, evaluation.panel, evaluation.contract, again).judgement("visits").reasons


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("pilots", [1, 3, 12])
def test_every_verdict_can_be_said(tmp_path: Path, language: str, pilots: int) -> None:
    evaluation = evaluated(tmp_path, pilots, looks=LOOKS, co_interventions=[])
    numbers = Numbers(evaluation.ledger, language)
    said = verdicts.sentences(evaluation, numbers).data
    assert said.count("data-ledger") >= 2 or pilots == 1
    for part in (verdicts.verdicts, verdicts.grades):
        assert "|" in part(evaluation, numbers).data
    assert verdicts.basis(evaluation, language).data
    assert commitments.commitments(evaluation, numbers)
    assert "|" in commitments.answers(evaluation, language).data


def test_page_one_says_how_the_plan_stands_to_its_registration(tmp_path: Path) -> None:
    path = write(tmp_path, counties(3))
    plan_file = read_plan(path)
    assert "not registered" in _basis(plan_file)
    register_plan(plan_file, None, datetime.date(2023, 1, 1))
    assert "registered on 2023-01-01 and is unchanged" in _basis(plan_file)
    assert "**after** data under the reform were there" in _basis(plan_file)
    path.write_text(path.read_text().replace("direction: higher", "direction: lower"))
    changed = read_plan(path)
    assert "**without a record**" in _basis(changed)
    with pytest.raises(PlanError, match="registered 'higher', now 'lower'"):
        register_plan(changed, None, datetime.date(2023, 2, 1))
    register_plan(changed, "The sign was wrong", datetime.date(2023, 2, 1))
    assert "deviations since then: 2023-02-01: The sign was wrong" in _basis(changed)


def _basis(plan_file: Any) -> str:
    text: str = verdicts.basis(evaluate(plan_file, load_panel(plan_file), "2022Q4"), "en").data
    return text
