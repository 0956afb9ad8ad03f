"""Every text of the report has a translation, and none is made up on the way."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from babel.messages.pofile import read_po
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from pilotbook.design.contract import inference_rules
from pilotbook.design.unit_terms import counting
from pilotbook.errors import RenderError
from pilotbook.project import CHAPTERS
from pilotbook.report.language import catalogue_file, count_by, languages, paragraphs, say, texts_of, translate

OTHERS = [language for language in languages() if language != "en"]
PLACEHOLDER = re.compile(r"\{[a-z_]+\}|`\{python\}[^`]*`|@[a-z]+-[\w-]+|\[@\w+\]|\{#[\w-]+\}")


def test_chinese_is_there() -> None:
    assert OTHERS == ["zh"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("chapter", sorted(CHAPTERS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_paragraph_and_caption_of_a_chapter_is_translated(chapter: Path, language: str) -> None:
    notebook = nbformat.read(chapter, as_version=4)
    for text in texts_of(notebook):
        assert say(language, text) != ""


@pytest.mark.parametrize("language", OTHERS)
def test_the_rules_are_translated(language: str) -> None:
    for rule in inference_rules():
        assert say(language, rule.because) != rule.because
        assert say(language, rule.rule) != rule.rule


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_placeholders_and_references(language: str) -> None:
    with catalogue_file(language).open("rb") as stream:
        catalogue = read_po(stream)
    for message in catalogue:
        if message.id:
            kept = sorted(mark.strip("[]") for mark in PLACEHOLDER.findall(str(message.string)))
            assert kept == sorted(mark.strip("[]") for mark in PLACEHOLDER.findall(str(message.id))), message.id


def test_a_missing_translation_is_an_error_that_names_the_text() -> None:
    with pytest.raises(RenderError, match="no 'zh' text for “nobody has written this”"):
        say("zh", "nobody has written this")


def test_english_is_the_source() -> None:
    assert say("en", "{low} to {high}", low="1", high="2") == "1 to 2"


def test_marks_and_empty_lines_are_left_alone() -> None:
    assert paragraphs("# A\n\n\n::: {#refs}\n:::\n") == ["# A", "::: {#refs}\n:::"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("::: {#refs}\n:::")])
    translate(notebook, "zh")
    assert notebook.cells[0].source == "::: {#refs}\n:::"


@pytest.mark.parametrize(
    ("language", "said", "counted"),
    [
        ("en", "{n} pilot counties; County by county-periods", "{n} pilot facilities; Facility by facility-periods"),
        ("en", "within-county visits; {counties}", "within-county visits; {counties}"),
        ("en", "counties and facilities", "counties and facilities"),
        ("zh", "试点县与对照县", "试点机构与对照机构"),
        ("zh", "县域内就诊率、县级医院", "县域内就诊率、县级医院"),
    ],
)
def test_a_report_on_facilities_counts_facilities(language, said, counted):
    assert counting(said, language, "facility") == counted
    assert counting(said, language, "county") == said


def test_prose_captions_and_cells_speak_of_what_a_row_is():
    prose = new_markdown_cell("The pilot counties.\n\nThe counties and their facilities.")
    figure = new_code_cell('#| fig-cap: "Values by county"\ndraw(counties)')
    notebook = new_notebook(cells=[prose, figure])
    count_by(notebook, "facility", "en")
    assert notebook.cells[0].source == "The pilot facilities.\n\nThe counties and their facilities."
    assert notebook.cells[2].source == '#| fig-cap: "Values by facility"\ndraw(counties)'
    assert 'speak_of("facility")' in notebook.cells[1].source
    untouched = new_notebook(cells=[prose])
    count_by(untouched, "county", "en")
    assert untouched.cells == [prose]
