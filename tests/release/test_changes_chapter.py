"""The chapter on changes shows the last release beside the report."""

from __future__ import annotations

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.project import RELEASES_VARIABLE
from pilotbook.release import changes_chapter as chapter
from pilotbook.report.checklist.answers import computed
from pilotbook.report.checklist.facts import Report
from pilotbook.report.earlier import earlier_records
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import parts

from .conftest import Shelf


def evaluated(shelf: Shelf) -> Evaluation:
    plan = read_plan(shelf.example.plan)
    return evaluate(plan, load_panel(plan), "2020")


@pytest.fixture
def revised(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The released report, with one visit count of 2018 revised since."""
    shelf.example.change_rows(lambda table: table[4].__setitem__(3, "444"))
    monkeypatch.setenv(RELEASES_VARIABLE, str(shelf.root))
    return shelf


def test_it_names_the_release_and_what_is_another(revised: Shelf):
    evaluation = evaluated(revised)
    found = chapter.since(evaluation)
    told = chapter.introduction(found, evaluation, "en").data
    assert "release `budget/2020/v1` of 2026-03-31" in told
    assert "these are others: the data (vintage" in told
    assert "the plan" not in told
    assert "此后有变化的是：数据" in chapter.introduction(found, evaluation, "zh").data


def test_the_checklist_learns_what_is_compared_and_whether_the_pages_are_kept(revised: Shelf):
    evaluation = evaluated(revised)
    found = chapter.compared(chapter.since(evaluation), evaluation)
    assert found is not None
    assert found.outcomes == {"visits"}
    assert [cause[:8] for cause in found.causes] == ["the data"]
    (kept,) = Report.of(evaluation, found).earlier.values()
    assert kept
    assert computed(Report.of(evaluation, found), "previous_versions") == "yes"
    for page in revised.root.rglob("report.html"):
        page.chmod(0o644)
        page.parent.chmod(0o755)
        page.unlink()
    assert computed(Report.of(evaluation, found), "previous_versions") == "no"


def test_the_effects_then_and_now(revised: Shelf):
    evaluation = evaluated(revised)
    numbers = Numbers(evaluation.ledger, "en")
    (row,) = chapter.effects_table(chapter.since(evaluation), evaluation, numbers).data.splitlines()[2:]
    title, then, now, difference, *_ = [cell.strip() for cell in row.strip("|").split(" | ")]
    lead, old = evaluation.ledger.lead("visits"), revised.release.record.headline[0].estimate
    assert title.strip("| ") == "Visits"
    assert then == numbers.decimal(old, numbers.decimals("visits"))
    assert lead.id in now
    assert difference == numbers.decimal(lead.estimate - old, numbers.decimals("visits"))


def test_the_history_covers_or_not(revised: Shelf):
    evaluation = evaluated(revised)
    told = chapter.history_table(chapter.since(evaluation), evaluation, Numbers(evaluation.ledger, "en")).data
    assert "2020\N{NO-BREAK SPACE}v1" in told


def test_only_where_there_is_a_release(revised: Shelf, monkeypatch: pytest.MonkeyPatch):
    evaluation = evaluated(revised)
    assert "earlier-release" in parts(evaluation)
    assert list(earlier_records("budget", "2020")) == ["budget/2020/v1/release.json"]
    assert earlier_records("budget", "2019") == {}
    monkeypatch.setenv(RELEASES_VARIABLE, str(revised.root / "none"))
    assert "earlier-release" not in parts(evaluation)
    assert chapter.since(evaluation) is None
    assert chapter.introduction(None, evaluation, "en").data == "There is no earlier release."
    assert "–" in chapter.effects_table(None, evaluation, Numbers(evaluation.ledger, "en")).data
