"""No chapter and no sentence of the report claims more than an estimate can bear, or has a number typed in."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from babel.messages.pofile import read_po

from pilotbook.judge.thresholds import thresholds
from pilotbook.judge.verdict import Kind
from pilotbook.project import CHAPTERS
from pilotbook.report import verdicts
from pilotbook.report.language import catalogue_file, languages, say
from pilotbook.report.wording import forbidden_words, typed_numbers

CHAPTER_FILES = sorted(CHAPTERS.glob("*.ipynb"))


def prose(chapter: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(chapter, as_version=4).cells if cell.cell_type == "markdown"]


@pytest.mark.parametrize("chapter", CHAPTER_FILES, ids=lambda path: path.stem)
def test_the_prose_of_the_chapters(chapter: Path) -> None:
    found = [f for text in prose(chapter) for f in (*forbidden_words(text, "en"), *typed_numbers(text))]
    assert found == []


@pytest.mark.parametrize("language", languages())
def test_the_sentences_in_all_languages(language: str) -> None:
    if language == "en":
        texts = [*verdicts.SENTENCES.values(), *verdicts.REASONS.values(), *verdicts.UNKNOWN.values()]
    else:
        with catalogue_file(language).open("rb") as stream:
            texts = [str(message.string) for message in read_po(stream) if message.id]
    assert [found for text in texts for found in forbidden_words(text, language)] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Costs fell significantly."),
        ("en", "This proves that it works."),
        ("en", "The reform had no effect."),
        ("en", "There is no difference."),
        ("en", "p = 0.08 is almost there"),
        ("en", "Parallel trends hold."),
        ("zh", "费用显著下降"),
        ("zh", "证明改革有效"),
        ("zh", "改革没有效果"),
        ("zh", "两组无差异"),
        ("zh", "大幅提高"),
        ("zh", "“试点县的次均费用有了明显而且显著的下降”"),
    ],
)
def test_a_forbidden_word_is_found(language: str, text: str) -> None:
    assert list(forbidden_words(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "No test can prove it."),
        ("en", "`significant` is code"),
        ("zh", "不能证明平行趋势"),
        ("zh", "比较以趋势平行为前提，而这无法用检验证明"),
        ("zh", "未检出差异"),
    ],
)
def test_what_may_be_said_is_not(language: str, text: str) -> None:
    assert not list(forbidden_words(text, language))


@pytest.mark.parametrize("text", ["The effect is 2.5 points.", "In 12 counties", "by −3 %"])
def test_a_typed_number_is_found(text: str) -> None:
    assert list(typed_numbers(text))


@pytest.mark.parametrize(
    "text", ["The effect is `{python} f(2.5)`.", "CR2 in a 2×2 [@roth2022], AR(1) since 2019", "@tbl-x1"]
)
def test_a_computed_number_is_not(text: str) -> None:
    assert not list(typed_numbers(text))


@pytest.mark.parametrize("language", languages())
def test_every_verdict_reason_and_dimension_has_its_words(language: str) -> None:
    assert set(verdicts.VERDICTS) == set(verdicts.SENTENCES) == set(Kind)
    checks = {check.check for check in thresholds().checks}
    measures = {scale.measure for d in thresholds().dimensions for scale in d.measures}
    assert checks | measures <= set(verdicts.REASONS)
    assert {d.dimension for d in thresholds().dimensions} == set(verdicts.DIMENSIONS)
    tables = (verdicts.VERDICTS, verdicts.SENTENCES, verdicts.REASONS, verdicts.UNKNOWN, verdicts.DIMENSIONS)
    for table in (*tables, verdicts.LOOKS, verdicts.REGISTRATIONS):
        for text in table.values():
            assert say(language, text) != ""
