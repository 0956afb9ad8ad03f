"""The chapter on interrupted time series shows what the ledger has, and says what must be said beside it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report import series_figures, series_tables, series_words
from pilotbook.report.chapters import chapters_of
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import all_series, leading

from ..evaluate.national import PLAN, counties, write

CONTROLLED = {**PLAN, "analyses": [{"estimator": "controlled_its", "headline": True}]}


@pytest.fixture(scope="module", params=["national", "controlled"])
def evaluation(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    patch = pytest.MonkeyPatch()
    patch.setenv("PILOTBOOK_CACHE", str(folder / "cache"))
    alone = request.param == "national"
    plan_file = read_plan(write(folder, PLAN if alone else CONTROLLED, counties(0 if alone else 5)))
    yield evaluate(plan_file, load_panel(plan_file), "2021Q4")
    patch.undo()


@pytest.fixture(params=["en", "zh"])
def numbers(request, evaluation):
    return Numbers(evaluation.ledger, request.param)


def series_names(evaluation):
    return [series.name for series in all_series(evaluation)]


def test_the_series_that_leads_comes_first(evaluation):
    expected = {"its": ["pilots"], "controlled_its": ["difference", "pilots", "controls"]}
    assert series_names(evaluation) == expected[evaluation.plan.analyses[0].estimator]
    assert [s.name for s in leading(evaluation)] == series_names(evaluation)[:1]


def test_the_chapter_follows_the_analysis_that_leads(evaluation):
    assert {"did", "its", "sensitivity"} & set(chapters_of(evaluation.plan)) == {"its"}


def test_every_effect_in_the_table_is_a_tagged_row_of_the_ledger(evaluation, numbers):
    table = series_tables.effects(evaluation, numbers).data
    lead = evaluation.ledger.lead("spending")
    assert f'data-ledger="{lead.id}" data-field="estimate"' in table
    assert len(table.splitlines()) == 2 + len(
        {
            (row.spec["step"], row.estimate)
            for row in evaluation.ledger
            if row.role == "headline" and "step" in row.spec and "interval" not in row.spec
        }
    )


def test_models_compare_the_same_horizon(evaluation, numbers):
    table = series_tables.models(evaluation, numbers).data
    assert "horizon=8" in table
    assert "horizon=4" not in table
    assert table.count("model=newey-west") > 0


def test_no_control_is_said_and_a_control_is_shown(evaluation, numbers):
    said = series_words.control(evaluation, numbers).data
    if "controls" in series_names(evaluation):
        assert "series=controls" in said
    else:
        assert "callout-warning" in said


def test_the_other_tables_and_sentences_exist_in_both_languages(evaluation, numbers):
    language = numbers.language
    assert "2020Q1–2020Q2" in series_tables.steps(evaluation, language).data
    assert series_tables.diagnostics(evaluation, numbers).data.count("\n") == 1 + len(series_names(evaluation))
    assert series_tables.bias(evaluation, numbers).data.count("\n") == 8
    assert "estimand" not in series_words.placebo(evaluation, numbers).data
    assert series_words.flags(evaluation, language).data.startswith("- ")


def test_the_figure_shows_path_and_windows(evaluation, numbers):
    figure = series_figures.series(evaluation, numbers.language)
    try:
        assert len(figure.axes) == len(series_names(evaluation))
        panel = figure.axes[0]
        fitted = panel.get_lines()[1].get_ydata()
        rows = leading(evaluation)[0].select("fitted")
        np.testing.assert_allclose(fitted, [row.estimate for row in rows])
        assert len(panel.patches) == 2
    finally:
        plt.close(figure)
    assert "2016Q1, 2018Q1" in series_figures.series_alt(evaluation, numbers)
