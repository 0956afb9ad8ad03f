"""The chapters on claims and on a reform that has not begun: they say in both languages what they must."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report import baseline_tables, claim_figures, claim_tables, glance
from pilotbook.report.chapters import chapters_of
from pilotbook.report.claim_words import as_stated, design, place
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import parts, shown
from pilotbook.report.wording import forbidden_words

from ..evaluate.counties import PLAN, counties, outcome, write

LINKED = "three-county-linked-pilot"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, reform: str = LINKED, pilots: int = 3) -> Evaluation:
    plan = PLAN | {"reform": reform, "outcomes": [outcome("phc_visit_share"), outcome("stays")]}
    plan_file = read_plan(write(folder, counties(pilots).rename(columns={"visits": "phc_visit_share"}), plan))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def seen(markdown: Any) -> str:
    """The text of a table or sentence without the tags of its numbers."""
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", str(getattr(markdown, "data", markdown)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_table_is_made_and_no_word_claims_too_much(tmp_path, language):
    evaluation = run(tmp_path)
    numbers = Numbers(evaluation.ledger, language)
    stated = seen(claim_tables.stated(evaluation, language))
    assert all(f"| {claim} |" in stated for claim in ("S0-07", "S0-08", "S0-09"))
    compared = seen(claim_tables.compared(evaluation, numbers))
    assert "| S0-07 |" in compared
    assert "+18" in compared
    assert "| S0-08 |" not in compared  # the plan has no such outcome
    said = seen(claim_tables.sentences(evaluation, numbers))
    assert list(forbidden_words(said, language)) == []
    assert "+2 to +4" in seen(claim_tables.published(evaluation, "en"))


def test_the_sentence_says_what_is_common_and_that_the_claim_lies_outside(tmp_path):
    evaluation = run(tmp_path)
    said = seen(claim_tables.sentences(evaluation, Numbers(evaluation.ledger, "en")))
    assert "common trend and all" in said
    assert "the stated change lies outside it" in said


def test_the_picture_has_a_mark_for_each_part_and_words_beside_it(tmp_path):
    evaluation = run(tmp_path)
    (one,) = claim_figures.dumbbells(evaluation, "en")
    assert one.stated == (18, 18)
    assert one.published == ((2, 4),)
    assert one.pilots is not None
    assert one.effect is not None
    assert one.effect < one.pilots
    figure = claim_figures.dumbbell_figure(evaluation, "zh")
    assert len(figure.legends[0].get_texts()) == 5
    plt.close(figure)
    assert "S0-07" in claim_figures.dumbbell_alt(evaluation, Numbers(evaluation.ledger, "zh"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_claim_of_the_catalogue_can_be_put_into_words(language):
    for claim in read_catalogue().claims.values():
        assert place(claim, language)
        assert design(claim, language)
        assert as_stated(claim, language)


def test_the_chapter_is_there_where_somebody_claims_something(tmp_path):
    evaluation = run(tmp_path)
    assert "claims" in chapters_of(evaluation.plan)
    assert "claims-beside" in parts(evaluation)
    silent = evaluation.plan.model_copy(update={"reform": "phased-rollout"})
    assert "claims" not in chapters_of(silent)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reform_that_has_not_begun_shows_where_counties_stand_instead_of_effects(tmp_path, language):
    evaluation = run(tmp_path, "outcome-based-payment", pilots=0)
    numbers = Numbers(evaluation.ledger, language)
    there = shown(chapters_of(evaluation.plan), evaluation)
    assert "baseline" in there
    assert not {"did", "its", "sensitivity"} & set(there)
    assert "not-begun" in parts(evaluation)
    assert "did-leads" not in parts(evaluation)
    page_one = seen(glance.table(evaluation, evaluation.plan.outcomes, numbers))
    (found,) = evaluation.ledger.select(outcome="stays", estimator="power", pretended_pilots="10")
    assert f"| {numbers.text(found, 'estimate')} |" in page_one
    for table in (baseline_tables.standing, baseline_tables.power):
        assert len(seen(table(evaluation, numbers)).splitlines()) == 2 + len(evaluation.plan.outcomes)


def test_a_reform_that_has_begun_has_no_such_chapter(tmp_path):
    evaluation = run(tmp_path)
    assert "baseline" not in shown(chapters_of(evaluation.plan), evaluation)
