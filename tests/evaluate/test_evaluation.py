"""What the evaluation of the small example writes into the ledger, and what it remembers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import UnknownNameError
from pilotbook.evaluate import evaluation as module
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel

from ..example import COUNTIES, PILOTS, Example, rows

EXACT = 1e-12  # sums of some thirty numbers of three digits


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "estimates"


def run(example: Example, period: str = "2020") -> Evaluation:
    plan_file = read_plan(example.plan)
    return evaluate(plan_file, load_panel(plan_file), period)


def means(year: str, group: tuple[str, ...]) -> float:
    """Average visits per thousand, counted by hand from the rows of the example."""
    return np.mean([1000 * float(r[3]) / float(r[4]) for r in rows()[1:] if r[1] == year and r[0] in group])


def test_the_two_by_two_is_the_difference_of_four_means(example):
    controls = tuple(county for county in COUNTIES if county not in PILOTS)
    by_hand = means("2018", PILOTS) - means("2017", PILOTS) - (means("2018", controls) - means("2017", controls))
    ledger = run(example).ledger
    found = ledger.one(estimator="two_by_two", weights="equal", role="headline")
    assert found.estimate == pytest.approx(by_hand, rel=EXACT)
    assert found.baseline == pytest.approx(means("2017", PILOTS), rel=EXACT)
    assert (found.n_pilots, found.n_controls, found.n_units, found.n_obs) == (2, 4, 6, 12)


def test_two_to_nine_pilots_lead_without_a_standard_error(example):
    leading = run(example).ledger.select(role="headline")
    assert leading
    for row in leading:
        assert row.se is None
        assert row.df is None
        assert row.p_method is None or not row.p_method.startswith("t,")
        assert row.p is not None or row.reason


def only_one_pilot(table):
    for cells in table[1:]:
        cells[2] = "2018" if cells[0] == PILOTS[0] else ""


def test_one_pilot_never_shows_a_standard_error(example):
    example.change_rows(only_one_pilot)
    found = run(example)
    assert found.contract.rule == "one-pilot"
    assert [row.id for row in found.ledger if row.se is not None] == []


def test_two_way_fixed_effects_never_lead_with_several_starts(example):
    def staggered(table):
        for cells in table[1:]:
            cells[2] = {PILOTS[0]: "2018", PILOTS[1]: "2019"}.get(cells[0], "")

    def all_estimators(plan):
        plan["analyses"].append({"estimator": "twfe"})
        plan["analyses"].append({"estimator": "callaway_santanna"})

    example.change_rows(staggered)
    example.change_plan(all_estimators)
    found = run(example)
    roles = {name: {row.role for row in found.ledger.select(estimator=name)} for name in ("twfe", "event_study")}
    assert roles == {"twfe": {"comparison"}, "event_study": {"comparison"}}
    assert found.ledger.lead("visits").estimator == "imputation"
    assert "headline" in {row.role for row in found.ledger.select(estimator="callaway_santanna")}


def test_a_report_up_to_an_earlier_period_does_not_look_ahead(example):
    early = run(example, "2018")

    def other_future(table):
        for cells in table[1:]:
            if cells[1] > "2018":
                cells[3] = "1"

    example.change_rows(other_future)
    late = run(example, "2018")
    assert [row.as_dict() for row in early.ledger] == [row.as_dict() for row in late.ledger]


def test_a_comparison_after_the_end_of_the_report_is_not_estimable(example):
    example.change_plan(lambda plan: plan["analyses"][0].update(post=2020))
    for row in run(example, "2019").ledger.select(estimator="two_by_two"):
        assert row.estimate is None
        assert "the report ends in 2019" in row.reason


@pytest.mark.parametrize("period", ["2031", "2018Q1", "soon"])
def test_a_period_that_the_panel_does_not_have(example, period):
    with pytest.raises(UnknownNameError, match=f"unknown period '{period}'"):
        run(example, period)


def test_missing_values_are_left_out_not_filled_in(example):
    example.change_rows(lambda table: table[4].__setitem__(3, ""))  # the first pilot in 2018
    found = run(example).ledger
    pilots = found.one(estimator="mean", estimand="pilots", weights="equal", period="2018")
    assert (pilots.n_obs, pilots.estimate) == (1, pytest.approx(means("2018", PILOTS[1:]), rel=EXACT))


def test_the_same_question_is_not_computed_twice(example, cache, monkeypatch):
    first = run(example)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(module, "_estimate", lambda *_: pytest.fail("computed again"))
    assert run(example).ledger.dumps() == first.ledger.dumps()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"estimate": -', '"estimate": ', 1),
        lambda text: "not a memo",
        lambda text: text.split("\n", 1)[0] + "\n",
    ],
    ids=["empty", "cut short", "a sign turned", "other text", "the hash alone"],
)
def test_a_memo_that_was_damaged_is_computed_again(example, cache, damage):
    first = run(example)
    (memo,) = cache.iterdir()
    whole = memo.read_text(encoding="utf-8")
    damaged = damage(whole)
    assert damaged != whole
    memo.write_text(damaged, encoding="utf-8")
    assert run(example).ledger.dumps() == first.ledger.dumps()
    assert memo.read_text(encoding="utf-8") == whole


def test_a_memo_that_is_not_text_is_computed_again(example, cache):
    first = run(example)
    (memo,) = cache.iterdir()
    memo.write_bytes(b"\xff\xfe\x00")
    assert run(example).ledger.dumps() == first.ledger.dumps()


@pytest.mark.parametrize("what", ["plan", "data", "period"])
def test_another_question_is_another_memo(example, cache, what):
    run(example)
    if what == "plan":
        example.change_plan(lambda plan: plan.update(level=0.9))
    if what == "data":
        example.change_rows(lambda table: table[1].__setitem__(3, "431"))
    run(example, "2019" if what == "period" else "2020")
    assert len(list(cache.iterdir())) == 2


def test_the_written_file_is_the_ledger(example, tmp_path):
    found = run(example)
    path = found.write(tmp_path)
    assert path.name == "estimates.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    ids = [row["id"] for row in content["estimates"]]
    assert len(set(ids)) == len(ids)
    assert content["headline"]["visits"] in ids
    assert all(i.startswith("budget/visits/") for i in ids)
