"""What a reader who does not see the page gets: tags, language, alternatives, and no finding of axe-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pilotbook.report.engine.proofs.pdf import structure

Pages = dict[str, dict[str, Path]]
LANGUAGES = ["en", "zh-CN"]
PICTURES, FORMULAS = {"en": 8, "zh-CN": 4}, {"en": 4, "zh-CN": 2}
"""Counted by hand in the galleries."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_is_tagged_and_says_its_language(pages: Pages, language: str) -> None:
    with pikepdf.open(pages[language]["pdf"]) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == language
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        metadata = pdf.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_pictures_and_formulas_have_alternatives(pages: Pages, language: str) -> None:
    with pikepdf.open(pages[language]["pdf"]) as pdf:
        elements = list(structure(pdf.Root.StructTreeRoot.K))
        figures = [element for kind, element in elements if kind == "/Figure"]
        formulas = [element for kind, element in elements if kind == "/Formula"]
        kinds = {kind for kind, _ in elements}
        assert len(figures) == PICTURES[language]
        assert len(formulas) == FORMULAS[language]
        assert all(str(element.Alt).strip() for element in figures + formulas)
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Link", "/TOC"} <= kinds


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1300])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(pages: Pages, browser: Any, language: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(pages[language]["html"].as_uri())
    violations = axe.run(page).response["violations"]
    page.close()
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in violations] == []


@pytest.mark.browser
def test_page_asks_for_nothing_and_works_by_keyboard(pages: Pages, browser: Any) -> None:
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(pages["en"]["html"].as_uri())
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("[role=tab]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Source"
    assert page.is_visible("text=Inpatient share")
    page.close()
