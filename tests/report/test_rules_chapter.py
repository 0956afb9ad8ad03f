"""The chapter on rules shows what the ledger has: planted alerts, effects apart, accounts, and why there is nothing."""

from __future__ import annotations

import json
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest

from pilotbook.design.planfile import find_plan, read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.judge.rules.decision import DECISION_RULES
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import CHAPTERS, DATA
from pilotbook.report import rule_figures, rule_tables, rule_words
from pilotbook.report.language import texts_of, translate
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import parts

from ..example import write_example


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("PILOTBOOK_CACHE", str(tmp_path_factory.mktemp("cache")))
    plan_file = read_plan(find_plan("supervision-monthly"))
    yield evaluate(plan_file, load_panel(plan_file), "2023-12")
    patch.undo()


@pytest.fixture(params=["en", "zh"])
def numbers(request: pytest.FixtureRequest, evaluation: Evaluation) -> Numbers:
    return Numbers(evaluation.ledger, request.param)


def lines(table: Any) -> list[str]:
    return str(table.data).split("\n")[2:]


def words(rule: str, language: str) -> str:
    found = read_catalogue().rule(rule)
    return found.text_zh if language == "zh" else found.text_en


def test_every_planted_alert_that_is_open_stands_in_the_table(evaluation: Evaluation, numbers: Numbers) -> None:
    truth = json.loads((DATA / "supervision-demo" / "truth.json").read_text("utf-8"))["planted_alerts"]["alerts"]
    is_open = [alert for alert in truth if alert["last"] in {"2023-12", "2023Q4", "2023"}]
    assert {"drug-share-alert", "exam-share-alert", "fund-growth-3-months"} <= {alert["rule"] for alert in is_open}
    table = lines(rule_tables.monitoring(evaluation, numbers))
    for rule in {alert["rule"] for alert in is_open}:
        first = min(alert["first"] for alert in is_open if alert["rule"] == rule)
        line = next(line for line in table if line.startswith(f"| {words(rule, numbers.language)} |"))
        assert first in line
    watched = str(rule_tables.watch(evaluation, numbers).data)
    assert all(a["unit"] in watched for a in is_open if a["rule"] in {"drug-share-alert", "exam-share-alert"})


def test_observed_values_and_effects_never_share_a_table(evaluation: Evaluation, numbers: Numbers) -> None:
    observed = "".join(
        str(table(evaluation, numbers).data)
        for table in (rule_tables.monitoring, rule_tables.compliance, rule_tables.missing, rule_tables.quiet)
    )
    causal = str(rule_tables.causal(evaluation, numbers).data)
    for entry in evaluation.ledger.rules:
        if entry["reading"] != "as-written":
            continue
        text = f"| {words(entry['rule'], numbers.language)} |"
        assert (text in causal) == entry["causal"]
        assert (text in observed) == (not entry["causal"] and entry["type"] != "cadence")


def test_all_68_rules_are_somewhere(evaluation: Evaluation) -> None:
    assert len({entry["rule"] for entry in evaluation.ledger.rules}) == 68


def test_the_five_rules_of_page_one(evaluation: Evaluation, numbers: Numbers) -> None:
    found = rule_words.decision_rules(evaluation, numbers.language)
    assert [rule.rule for rule in found] == list(DECISION_RULES)
    assert all(rule.reason for rule in found)


def test_every_number_is_a_row_of_the_ledger(evaluation: Evaluation, numbers: Numbers) -> None:
    ids = {row.id for row in evaluation.ledger}
    shown = "".join(
        str(table(evaluation, numbers).data)
        for table in (rule_tables.monitoring, rule_tables.watch, rule_tables.accounts, rule_tables.causal)
    )
    claimed = [part.split('"')[0] for part in shown.split('data-ledger="')[1:]]
    assert len(claimed) > 40
    assert set(claimed) <= ids


def test_accounts_are_headed_as_what_they_are(evaluation: Evaluation) -> None:
    head = str(rule_tables.accounts(evaluation, Numbers(evaluation.ledger, "en")).data).split("\n")[0]
    assert "Financial result, not effect" in head
    head = str(rule_tables.accounts(evaluation, Numbers(evaluation.ledger, "zh")).data).split("\n")[0]
    assert "财务结果（非效应）" in head


def test_the_funnel_is_drawn_with_the_limits_of_the_rules(evaluation: Evaluation, numbers: Numbers) -> None:
    figure = rule_figures.funnels(evaluation, numbers.language)
    limits = [rule_figures.threshold_of(evaluation, watch) for watch in rule_figures.shown(evaluation)]
    assert limits == [50.0, 30.0, None]
    assert len(figure.axes) == 3
    assert len(rule_figures.funnels_alt(evaluation, numbers)) > 50
    plt.close(figure)


def test_the_ledger_names_no_facility_outside_the_watch_lists(evaluation: Evaluation) -> None:
    for entry in evaluation.ledger.rules:
        if entry["level"] in {"facility", "person", "department"}:
            assert entry["units"] == []


def test_the_chapter_says_that_values_far_out_come_back_by_themselves() -> None:
    notebook = nbformat.read(CHAPTERS / "rules.ipynb", as_version=4)
    for tag in ("part:watch", "part:no-watch"):
        said = " ".join(
            c.source for c in notebook.cells if c.cell_type == "markdown" and tag in c.metadata.get("tags", [])
        )
        assert "no proof that the alert worked" in said
    texts = list(texts_of(notebook))
    translate(notebook, "zh")  # raises where a text has no translation
    assert len(texts) > 20


def test_where_there_are_no_county_indicators_one_sentence_says_so(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write_example(tmp_path).plan)
    found = evaluate(plan_file, load_panel(plan_file), "2020")
    assert found.ledger.rules == ()
    assert {"rules", "no-rules", "watch", "accounts"} & parts(found) == {"no-rules"}
    for language in ("en", "zh"):
        assert len(str(rule_words.absent(found, language))) > 20
    assert rule_words.decision_rules(found, "en") == []
