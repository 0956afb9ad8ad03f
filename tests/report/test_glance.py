"""Page one shows what may be shown: an indicator of which too many values are missing is named, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.quality import Quality
from pilotbook.report import figure_data, glance, quality_words, verdicts
from pilotbook.report.numbers import Numbers

from ..evaluate.counties import PLAN, counties, write


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder: Path, missing_of_ten: int) -> tuple[Evaluation, Quality]:
    """Evaluate counties of which so many values of ten are missing in one outcome."""
    frame = counties(12, 40)
    scattered = (3 * frame.groupby("county").ngroup() + frame.groupby("county").cumcount()) % 10
    frame["stays"] = frame["stays"].where(scattered >= missing_of_ten)
    plan_file = read_plan(write(folder, frame, PLAN))
    evaluation = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    return evaluation, quality_words.quality_of_plan(evaluation, quality_words.dataset_of(plan_file))


def test_an_indicator_with_a_red_gate_is_named_on_page_one_and_judged_in_the_body(tmp_path: Path) -> None:
    evaluation, quality = run(tmp_path, missing_of_ten=3)
    visits, stays = (outcome for outcome in evaluation.plan.outcomes)
    shown = glance.outcomes_shown(evaluation, quality)
    assert shown == (visits,)
    for language in ("en", "zh"):
        numbers = Numbers(evaluation.ledger, language)
        title = stays.title.text(language)
        assert title not in glance.table(evaluation, shown, numbers).data
        assert title not in glance.forest_alt(evaluation, shown, numbers)
        assert title in glance.not_shown(evaluation, quality, language).data
        assert title in str(quality_words.reasons(evaluation, quality, language))
        assert title in verdicts.grade_matrix(evaluation, numbers).data
    rows = figure_data.records(evaluation, "fig-forest", shown)
    assert {row["outcome"] for row in rows} == {visits.id}


def test_an_indicator_with_a_few_gaps_stays_on_page_one(tmp_path: Path) -> None:
    evaluation, quality = run(tmp_path, missing_of_ten=1)
    assert glance.outcomes_shown(evaluation, quality) == evaluation.plan.outcomes
    assert glance.not_shown(evaluation, quality, "en").data == ""
