"""The proofs find what is wrong with a finished page: each is shown a page with one fault."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from pilotbook.report.engine.pdf_writer import STANDARDS
from pilotbook.report.engine.proofs.html import html_findings
from pilotbook.report.engine.proofs.pdf import pdf_findings, structure

Pages = dict[str, dict[str, Path]]
PARAMETERS = {"plan": "gallery-plan", "period": "2024Q4", "language": "en"}

HTML_FAULTS = {
    "its language is 'fr', not 'en'": ('<html lang="en">', '<html lang="fr">'),
    "it says period='2019', the report was made with '2024Q4'": ('content="2024Q4"', 'content="2019"'),
    "it would load 'https://example.org/a.js'": ("</main>", '<script src="https://example.org/a.js"></script></main>'),
    "it would load 'https://example.org/a.png'": ("</main>", '<img alt="a" src="https://example.org/a.png"></main>'),
    "it would load 'url(https://example.org/f.woff'": (
        "<style",
        "<style>@font-face{src:url(https://example.org/f.woff)}</style><style",
    ),
    "a picture has no alternative text (data:)": ("</main>", '<img src="data:"></main>'),
    "the text holds '?@fig-x'": ("</main>", "<p>See <strong>?@fig-x</strong></p></main>"),
    "the text holds '{{<'": ("</main>", "<p>{{&lt; meta x &gt;}}</p></main>"),
    "a heading of level 4 follows one of level 1": ("</main>", "<h1>A</h1><h4>B</h4></main>"),
    "two elements have the id 'sec-summary'": ("</main>", '<p id="sec-summary"></p></main>'),
    "the link '#nowhere' leads nowhere": ("</main>", '<a href="#nowhere">x</a></main>'),
}


def test_sound_pages_have_no_findings(pages: Pages) -> None:
    assert html_findings(pages["en"]["html"].read_text("utf-8"), "en", PARAMETERS) == []
    assert pdf_findings(pages["en"]["pdf"].read_bytes(), "en", PARAMETERS, STANDARDS) == []


@pytest.mark.parametrize("finding", HTML_FAULTS)
def test_fault_in_a_page_is_found(finding: str, pages: Pages) -> None:
    old, new = HTML_FAULTS[finding]
    page = pages["en"]["html"].read_text("utf-8")
    assert old in page
    assert any(found.startswith(finding) for found in html_findings(page.replace(old, new, 1), "en", PARAMETERS))


def _remove_language(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = pikepdf.String("fr")


def _remove_alternative(pdf: pikepdf.Pdf) -> None:
    next(element for kind, element in structure(pdf.Root.StructTreeRoot.K) if kind == "/Figure").Alt = pikepdf.String(
        " "
    )


def _remove_keywords(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Keywords"] = pikepdf.String("plan=gallery-plan, period=2019, language=en")


def _skip_heading(pdf: pikepdf.Pdf) -> None:
    next(element for kind, element in structure(pdf.Root.StructTreeRoot.K) if kind == "/H2").S = pikepdf.Name.H4


def _remove_font(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
            del item["/FontFile3" if "/FontFile3" in item else "/FontFile2"]
            return


def _remove_claim(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:conformance"] = "B"


def _remove_tags(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot
    del pdf.Root.MarkInfo


PDF_FAULTS: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "its language is 'fr', not 'en'": _remove_language,
    "a figure has no alternative text": _remove_alternative,
    "its keywords lack period=2024Q4": _remove_keywords,
    "a heading of level 4 follows one of level 1": _skip_heading,
    "the font": _remove_font,
    "it does not claim to follow PDF/A-2A": _remove_claim,
    "it has no tags": _remove_tags,
}


@pytest.mark.parametrize("finding", PDF_FAULTS)
def test_fault_in_a_pdf_is_found(finding: str, pages: Pages) -> None:
    with pikepdf.open(pages["en"]["pdf"]) as pdf:
        PDF_FAULTS[finding](pdf)
        changed = io.BytesIO()
        pdf.save(changed, fix_metadata_version=False)
    findings = pdf_findings(changed.getvalue(), "en", PARAMETERS, STANDARDS)
    assert any(found.startswith(finding) for found in findings), findings
