"""Every text of the site has a translation, and the catalogue holds nothing that no page says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from pilotbook.errors import RenderError
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import ROOT
from pilotbook.release.states import State
from pilotbook.report.language import catalogue_file, paragraphs
from pilotbook.report.verdicts import VERDICTS as REPORT_VERDICTS
from pilotbook.site import effect_text, overview_pages, reference_pages, release_pages
from pilotbook.site.language import DOMAIN, say
from pilotbook.site.prose import read_prose

PACKAGE = ROOT / "analysis" / "pilotbook" / "site"
TEMPLATES = sorted((ROOT / "reports" / "site" / "templates").glob("*.html"))
PLACEHOLDER = re.compile(r"\{[a-z_]+\}|\]\([^)]*\)|`[^`]*`")


def _of_templates() -> set[str]:
    environment = Environment()
    found = set()
    for path in TEMPLATES:
        calls = extract_from_ast(environment.parse(path.read_text("utf-8")), gettext_functions=("_",))
        found |= {said[0] if isinstance(said, tuple) else said for _, _, said in calls}
    return found - {None}


def _of_code() -> set[str]:
    """Texts that stand in calls of ``say`` or are handed to a page: every string of the package that is one."""
    known = {message for path in PACKAGE.rglob("*.py") for message in _strings(path)}
    return known | set(effect_text.CODES.values())


def _strings(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _of_prose() -> set[str]:
    found = set()
    for source, _ in reference_pages.PROSE.values():
        text = (ROOT / source).read_text("utf-8").split("---\n", 2)
        found |= {line.removeprefix("title: ") for line in text[1].splitlines()} | set(paragraphs(text[2]))
    return found


def _codes() -> set[str]:
    catalogue = read_catalogue()
    codes = {r.kind for r in catalogue.reforms.values()} | {r.rollout.kind for r in catalogue.reforms.values()}
    codes |= {a.expected for r in catalogue.reforms.values() for a in r.affected_indicators}
    codes |= {r.type for r in catalogue.rules.values()}
    codes |= {value for i in catalogue.indicators.values() for value in (i.direction, i.level, i.frequency)}
    codes |= {state.value for state in State} | {"identical", "within_tolerance", "differs", "not_rerun"}
    return codes


def _catalogue() -> dict[str, str]:
    with (catalogue_file("zh").parent / DOMAIN).open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


@pytest.mark.parametrize("text", sorted(_of_templates()))
def test_every_text_of_a_template_is_translated(text: str) -> None:
    assert say("zh", text)


def test_every_text_that_the_code_says_is_translated() -> None:
    groups = (
        *(overview_pages.FILTERS, overview_pages.COLUMNS, overview_pages.SIGNS, overview_pages.KINDS),
        *(release_pages.FORMS, release_pages.REGISTRATIONS, reference_pages.PARTS),
    )
    for text in {text for group in groups for text in group.values()}:
        assert say("zh", text)


@pytest.mark.parametrize("code", sorted(_codes()))
def test_every_code_has_words(code: str) -> None:
    assert effect_text.coded_words("zh", code) != code


def test_the_words_of_verdicts_are_those_of_the_report() -> None:
    assert {kind: words for kind, (_, words) in effect_text.VERDICTS.items()} == {
        kind.value: words for kind, words in REPORT_VERDICTS.items()
    }


@pytest.mark.parametrize("source", [source for source, _ in reference_pages.PROSE.values()])
def test_prose_is_translated_paragraph_by_paragraph(source: str) -> None:
    title, text = read_prose(ROOT / source, "zh")
    assert re.search("[一-鿿]", title)
    assert all(re.search("[一-鿿]", part) for part in paragraphs(text) if not part.startswith("```"))


def test_a_translation_keeps_placeholders_links_and_code() -> None:
    for text, translation in _catalogue().items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(translation)), text


def test_nothing_is_translated_that_no_page_says() -> None:
    said = _of_templates() | _of_code() | _of_prose() | {code.replace("_", " ") for code in _codes()}
    said |= {words for _, words in effect_text.VERDICTS.values()} | {"current", "superseded", "withdrawn"}
    assert sorted(_catalogue().keys() - said) == []


def test_a_missing_translation_is_an_error_that_names_the_text() -> None:
    with pytest.raises(RenderError, match="no 'zh' text for “nobody has written this”"):
        say("zh", "nobody has written this")
