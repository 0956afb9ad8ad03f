"""The chapter on sensitivity: its cells run for few and many pilots in both languages, and say what they must."""

from __future__ import annotations

import re

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report import sensitivity_tables, verdicts
from pilotbook.report.numbers import Numbers

from ..evaluate.counties import counties, write

TABLES = ("tests", "families", "checks", "without_pilots", "violations")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, pilots: int, units: int = 30) -> Evaluation:
    plan_file = read_plan(write(folder, counties(pilots, units)))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def seen(markdown) -> str:
    """The text of a table or sentence without the tags of its numbers."""
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", str(getattr(markdown, "data", markdown)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("pilots", [1, 3, 10])
def test_every_table_is_made(tmp_path, pilots, language):
    evaluation = run(tmp_path, pilots)
    numbers = Numbers(evaluation.ledger, language)
    for name in TABLES:
        table = seen(getattr(sensitivity_tables, name)(evaluation, numbers))
        assert len(table.splitlines()) > 3, name


def test_three_pilots_read_as_three_pilots(tmp_path):
    evaluation = run(tmp_path, 3)
    numbers = Numbers(evaluation.ledger, "en")
    tests = seen(sensitivity_tables.tests(evaluation, numbers))
    assert "randomisation, coefficient" in tests
    assert "t test, jackknife" in tests
    assert "Romano-Wolf" in seen(sensitivity_tables.families(evaluation, numbers))
    assert "fewer than 10 assigned pilots" in seen(sensitivity_tables.violations(evaluation, numbers))
    said = seen(verdicts.sentences(evaluation, numbers))
    assert "the smallest share that this design can give is <0.001" in said.replace("&lt;", "<")


def test_an_effect_out_of_reach_is_said_in_words(tmp_path):
    evaluation = run(tmp_path, 1, units=12)
    for language, words_said in (("en", "no effect, however large, could be told from chance"), ("zh", "再大的效应")):
        said = seen(verdicts.sentences(evaluation, Numbers(evaluation.ledger, language)))
        assert words_said in said
        assert "0.083" in said
