"""The chapter on sensitivity: what it says for one, a few and many pilots in both languages, and its figures."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report import sensitivity_figures, sensitivity_tables, sensitivity_words, specification_figure, verdicts
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import parts
from pilotbook.report.wording import forbidden_words

from ..conftest import CommandLine
from ..evaluate.counties import PLAN, counties, write

TABLES = (
    "tests",
    "families",
    "trends",
    "robustness",
    "specification_table",
    "placebos",
    "placebo_outcomes",
    "single_pilot",
    "subgroups",
)
SENTENCES = ("trends", "anticipation", "specifications", "in_space", "smallest_p", "subgroups", "complete_counties")
FIGURES = ("violations", "in_space", "left_out", "smallest_p")

PLACEBO = {"id": "births", "title": "Births", "unit": "visits", "column": "stays", "because": "decided before"}
ASKED = PLAN | {
    "placebo_outcomes": [PLACEBO],
    "subgroups": [{"id": "base", "title": "Baseline", "by": "baseline"}],
}

UNREACHABLE = {
    "en": "no effect, however large, can be told from chance",
    "zh": "再大的效应也无法与偶然区分",
}
MISSED = {"en": "would have missed a differential trend of up to", "zh": "事前检验很可能发现不了"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, pilots: int, units: int = 30, plan=ASKED) -> Evaluation:
    plan_file = read_plan(write(folder, counties(pilots, units), plan))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def seen(markdown) -> str:
    """The text of a table or sentence without the tags of its numbers."""
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", str(getattr(markdown, "data", markdown)))


def said(evaluation: Evaluation, language: str) -> str:
    """Every table and sentence of the chapter."""
    numbers = Numbers(evaluation.ledger, language)
    shown = [getattr(sensitivity_tables, name)(evaluation, numbers) for name in TABLES]
    shown += [getattr(sensitivity_words, name)(evaluation, numbers) for name in SENTENCES]
    return "\n\n".join(seen(part) for part in [*shown, sensitivity_words.unavailable(evaluation, language)])


@pytest.mark.parametrize("pilots", [1, 2, 3, 12])
def test_the_chapter_is_said_in_both_languages(tmp_path, pilots):
    evaluation = run(tmp_path, pilots)
    for language in ("en", "zh"):
        text = said(evaluation, language)
        assert not list(forbidden_words(text, language))
        assert MISSED[language] in text
        for leak in ("nan", "None", "inf ", "{", "Traceback"):
            assert leak not in text, leak
        if language == "zh":
            prose = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
            assert not re.search(r"[a-z]{4,} [a-z]{3,}", prose), prose


@pytest.mark.parametrize("pilots", [1, 3, 12])
def test_every_figure_is_drawn_and_said(tmp_path, pilots):
    evaluation = run(tmp_path, pilots)
    for language in ("en", "zh"):
        numbers = Numbers(evaluation.ledger, language)
        for name in FIGURES:
            assert isinstance(getattr(sensitivity_figures, name)(evaluation, language), Figure)
            assert getattr(sensitivity_figures, f"{name}_alt")(evaluation, numbers)
        assert isinstance(specification_figure.specification_curve(evaluation, language), Figure)
        assert specification_figure.specification_curve_alt(evaluation, numbers)
    plt.close("all")


def test_parts_follow_the_design(tmp_path):
    one, many = (parts(run(tmp_path / str(n), n)) for n in make(tmp_path, 1, 12))
    assert {"single-pilot", "few-pilots", "no-violations", "subgroups", "placebo-outcomes"} <= one
    assert {"violations", "placebo-space"} <= many
    assert not {"single-pilot", "few-pilots", "no-violations"} & many


def make(folder, *counts: int) -> tuple[int, ...]:
    for n in counts:
        (folder / str(n)).mkdir()
    return counts


def test_three_pilots_read_as_three_pilots(tmp_path):
    evaluation = run(tmp_path, 3)
    numbers = Numbers(evaluation.ledger, "en")
    assert "RI, coef." in seen(sensitivity_tables.tests(evaluation, numbers))
    assert "Romano-Wolf" in seen(sensitivity_tables.families(evaluation, numbers))
    words = seen(sensitivity_words.smallest_p(evaluation, numbers)).replace("&lt;", "<")
    assert words == "With 3 of 30 assigned units as pilots, the smallest p value that the test can give is <0.001."
    shown = seen(verdicts.sentences(evaluation, numbers))
    assert "the smallest share that this design can give is <0.001" in shown.replace("&lt;", "<")


def test_an_effect_out_of_reach_is_said_in_words(tmp_path):
    evaluation = run(tmp_path, 1, units=12)
    for language, words_said in UNREACHABLE.items():
        text = seen(sensitivity_words.smallest_p(evaluation, Numbers(evaluation.ledger, language)))
        assert words_said in text
        assert "0.083" in text
        assert "0.083" in seen(verdicts.sentences(evaluation, Numbers(evaluation.ledger, language)))


def test_a_rendered_report_of_one_pilot_shows_no_standard_error(pilotbook: CommandLine, tmp_path):
    path = write(tmp_path, counties(1, 12), ASKED)
    result = pilotbook("render", path, "--out", tmp_path / "out", "--lang", "en", "--lang", "zh", "--to", "html")
    assert result.status == 0, result.err
    for page in result.out.split():
        html = (tmp_path / page).read_text(encoding="utf-8")
        language = "zh" if "/zh/" in page else "en"
        assert 'data-field="se"' not in html
        assert "error=" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))
        assert UNREACHABLE[language] in text
