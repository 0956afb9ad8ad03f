"""A plan that cannot be used: what is wrong, with its line, column and key where it has one."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from pilotbook.design.planfile import read_plan

from ..conftest import CommandLine
from ..example import PLAN, Example


def refused(pilotbook: CommandLine, example: Example, status: int = 1) -> str:
    result = pilotbook("render", example.plan, "--out", example.out)
    assert result.status == status
    assert result.out == ""
    assert not example.out.exists()
    return result.err


def line_of(example: Example, text: str) -> int:
    lines = example.plan.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if text in line)


def test_the_example_is_valid(pilotbook, example):
    result = pilotbook("plan", "check", example.plan)
    assert (result.status, result.err) == (0, "")
    assert "budget: valid" in result.out


def test_a_plan_file_that_is_not_there_is_a_wrong_call(pilotbook, example):
    result = pilotbook("render", example.folder / "budgt.yml", "--out", example.out)
    assert result.status == 2
    assert f"did you mean '{example.plan}'?" in result.err


def test_a_folder_in_place_of_a_plan_is_a_wrong_call(pilotbook, example):
    result = pilotbook("render", example.folder, "--out", example.out)
    assert result.status == 2
    assert "is a folder" in result.err


@pytest.mark.parametrize("ending", [".yml", ".yaml"])
def test_a_folder_named_like_a_plan(pilotbook, example, ending):
    (example.folder / f"other{ending}").mkdir()
    result = pilotbook("render", example.folder / f"other{ending}")
    assert result.status == 2
    assert "is a folder" in result.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"# only a comment\n", "it is empty"),
        (b"- a\n- b\n", "it is a list"),
        (b"just words\n", "it is a text"),
        (b"42\n", "it is the value 42"),
        (b"title: x\n\tquestion: y\n", "line 2, column 1: a tab indents this line"),
        (b"title: 'x\nquestion: y\n", "not YAML"),
        (b"title: x: y\n", "line 1, column 9: not YAML"),
        (b"title: [a, b\nquestion: y\n", "not YAML"),
        (b"title: \xff\xfe\n", "not UTF-8"),
        (b"title: a\x07b\n", "line 1, column 9: not YAML"),
        (b"title: !!python/object/apply:os.system ['true']\n", "line 1, column 8: not YAML"),
        (b"title: a\n---\ntitle: b\n", "line 2, column 1: not YAML"),
        (b"1: a\n", "`1`: unknown key"),
        (b"[a, b]: c\n", "line 1, column 1"),
        (b"{a: 1}: c\n", "line 1, column 1"),
        (b"null: c\n", "unknown key"),
        (b"<<: 5\n", "line 1"),
    ],
)
def test_a_file_that_is_no_plan(pilotbook, example, content, said):
    example.plan.write_bytes(content)
    message = refused(pilotbook, example)
    assert "budget.yml" in message
    assert said in message


def test_a_bomb_of_anchors_is_refused_at_once(pilotbook, example):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    example.plan.write_text("\n".join(lines), encoding="utf-8")
    start = time.monotonic()
    message = refused(pilotbook, example)
    assert time.monotonic() - start < 5
    assert len(message) < 5000


def test_an_anchor_that_contains_itself(pilotbook, example):
    example.plan.write_text("title: &a [*a]\n", encoding="utf-8")
    assert "line 1" in refused(pilotbook, example)


def test_an_alias_is_read_like_what_it_stands_for(pilotbook, example):
    text = example.plan.read_text(encoding="utf-8").replace("title: Visits under", "title: &t Visits under")
    example.plan.write_text(text + "subtitle: *t\n", encoding="utf-8")
    assert pilotbook("plan", "check", example.plan).status == 0


def test_an_unknown_key_names_the_nearest(pilotbook, example):
    example.change_plan(lambda plan: plan.update(questoin="?"))
    message = refused(pilotbook, example)
    assert f"budget.yml: line {line_of(example, 'questoin')}, column 1: `questoin`: unknown key" in message
    assert "did you mean `question`?" in message


def test_an_unknown_key_inside_names_the_nearest_of_its_section(pilotbook, example):
    example.change_plan(lambda plan: plan["analyses"][0].update(estimater="twfe"))
    message = refused(pilotbook, example)
    assert f"line {line_of(example, 'estimater')}, column 3: `analyses.0.estimater`" in message
    assert "did you mean `estimator`?" in message


def test_a_key_that_stands_twice(pilotbook, example):
    with example.plan.open("a", encoding="utf-8") as stream:
        stream.write("title: Another\n")
    message = refused(pilotbook, example)
    assert f"line {line_of(example, 'title: Another')}, column 1: the key `title` stands twice" in message


def test_a_wrong_choice_names_the_nearest(pilotbook, example):
    example.change_plan(lambda plan: plan["analyses"][0].update(estimator="two_by_tow"))
    message = refused(pilotbook, example)
    assert f"line {line_of(example, 'two_by_tow')}" in message
    assert "did you mean 'two_by_two'?" in message


@pytest.mark.parametrize("key", [key for key in PLAN if key != "weights"])
def test_a_missing_key_is_named(pilotbook, example, key):
    example.change_plan(lambda plan: plan.pop(key))
    assert f"`{key}`: this key is missing; add it" in refused(pilotbook, example)


def no(plan: dict[str, Any]) -> None:
    """Change nothing."""


CHANGES = {
    "a list as title": (lambda plan: plan.update(title=["a"]), "`title"),
    "an empty title": (lambda plan: plan.update(title=""), "`title"),
    "a word as date": (lambda plan: plan.update(date="soon"), "`date`"),
    "a text as outcomes": (lambda plan: plan.update(outcomes="visits"), "`outcomes`"),
    "no outcomes": (lambda plan: plan.update(outcomes=[]), "`outcomes`"),
    "no authors": (lambda plan: plan.update(authors=[]), "`authors`"),
    "capitals in an id": (lambda plan: plan["outcomes"][0].update(id="Visits"), "lower-case letters"),
    "a path as id": (lambda plan: plan["outcomes"][0].update(id="../x"), "lower-case letters"),
    "per of nothing": (lambda plan: plan["outcomes"][0].update(per=0), "`outcomes.0.per`"),
    "per infinite": (lambda plan: plan["outcomes"][0].update(per=float("inf")), "`outcomes.0.per`"),
    "per not a number": (lambda plan: plan["outcomes"][0].update(per=float("nan")), "`outcomes.0.per`"),
    "a word as per": (lambda plan: plan["outcomes"][0].update(per="thousand"), "`outcomes.0.per`"),
    "an infinite important effect": (
        lambda plan: plan["outcomes"][0].update(minimum_important_effect=float("inf")),
        "`outcomes.0.minimum_important_effect`",
    ),
    "half a ratio": (lambda plan: plan["outcomes"][0].pop("denominator"), "both `numerator` and `denominator`"),
    "ratio and column": (lambda plan: plan["outcomes"][0].update(column="visits"), "either `column`"),
    "the same outcome twice": (lambda plan: plan["outcomes"].append(plan["outcomes"][0]), "visits stands twice"),
    "a level of 95": (lambda plan: plan.update(level=95), "`level`"),
    "an average backwards": (lambda plan: plan["analyses"][1].update(average=[1, 0]), "first and last event time"),
    "an average of one": (lambda plan: plan["analyses"][1].update(average=[1]), "`analyses.1.average"),
    "two by two without post": (lambda plan: plan["analyses"][0].pop("post"), "needs `pre` and `post`"),
    "an event study with post": (lambda plan: plan["analyses"][1].update(post=2018), "belong to a two_by_two"),
    "no headline": (lambda plan: plan["analyses"][2].pop("headline"), "here 0 do"),
    "two headlines": (lambda plan: plan["analyses"][0].update(headline=True), "here 2 do"),
    "a quarter in a plan of years": (lambda plan: plan["analyses"][0].update(pre="2017Q1"), "'2017Q1' is not a year"),
    "a year in a plan of quarters": (
        lambda plan: plan["panel"].update(period_kind="quarter"),
        "is not a quarter; a quarter is written like 2019Q4",
    ),
    "weights of a quarter": (lambda plan: plan["weights"].update(period="2017Q1"), "'2017Q1' is not a year"),
    "a cohort of a quarter": (lambda plan: plan["analyses"][1].update(cohorts=["2018Q1"]), "'2018Q1' is not a year"),
    "one column in two parts": (lambda plan: plan["panel"].update(start="period"), "`panel"),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_a_value_that_cannot_be(pilotbook, example, change, said):
    example.change_plan(change)
    message = refused(pilotbook, example)
    assert message.startswith("pilotbook: budget.yml: line ")
    assert said in message


DOES_NOT_FIT = {
    "a cohort that nobody is in": (
        lambda plan: plan["analyses"][1].update(cohorts=[2019]),
        "`analyses.1.cohorts`: no county starts in 2019; starts in the data: 2018",
    ),
    "a period after the data": (lambda plan: plan["analyses"][0].update(post=2031), "the panel has no period 2031"),
    "before that is after": (
        lambda plan: plan["analyses"][0].update(pre=2018, post=2017),
        "`pre` 2018 is not before `post` 2017",
    ),
    "before and after the same": (lambda plan: plan["analyses"][0].update(pre=2018), "`pre` 2018 is not before"),
    "weights of a year without data": (
        lambda plan: plan["weights"].update(period=2001),
        "`weights.period`: the panel has no period 2001; it has 2015 to 2020",
    ),
}


@pytest.mark.parametrize(("change", "said"), DOES_NOT_FIT.values(), ids=DOES_NOT_FIT)
def test_a_plan_that_does_not_fit_its_data(pilotbook, example, change, said):
    example.change_plan(change)
    message = refused(pilotbook, example)
    assert "budget.yml: " in message
    assert said in message


def start(county: str, year: str):
    def change(table: list[list[str]]) -> None:
        for cells in table:
            if cells[0] == county:
                cells[2] = year

    return change


@pytest.mark.parametrize("estimator", ["twfe", "event_study"])
def test_two_way_fixed_effects_cannot_lead_with_several_starts(pilotbook, example, estimator):
    example.change_rows(start("330102", "2019"))

    def lead(plan: dict[str, Any]) -> None:
        plan["analyses"] = [{"estimator": estimator, "headline": True}]

    example.change_plan(lead)
    assert f"{estimator} cannot lead when there is more than one start" in refused(pilotbook, example)


def test_two_way_fixed_effects_can_lead_with_one_start(pilotbook, example):
    example.change_plan(lambda plan: plan.update(analyses=[{"estimator": "twfe", "headline": True}]))
    assert pilotbook("plan", "check", example.plan).status == 0


def start_of_all(year: str):
    def change(table: list[list[str]]) -> None:
        for cells in table[1:]:
            cells[2] = year

    return change


def test_starts_that_no_period_shows_are_a_mistake(pilotbook, example):
    example.change_rows(start_of_all("2030"))
    message = refused(pilotbook, example)
    assert "no county starts the reform within 2015 to 2020" in message


def test_a_reform_that_nobody_has_begun_is_none(pilotbook, example):
    example.change_rows(start_of_all(""))
    checked = pilotbook("plan", "check", example.plan)
    assert checked.status == 0
    assert "0 assigned units with the reform" in checked.out


def test_several_errors_are_told_in_one_go(pilotbook, example):
    example.change_plan(lambda plan: plan.update(date="soon", reform="Not An Id", levl=0.9))
    message = refused(pilotbook, example)
    for key in ("date", "reform", "levl"):
        assert f"`{key}`" in message


def test_a_plan_survives_being_written_and_read(example):
    plan = read_plan(example.plan).plan
    example.plan.write_text(yaml.safe_dump(plan.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert read_plan(example.plan).plan == plan
