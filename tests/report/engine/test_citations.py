"""Citations are resolved once for reports that cite the same in the same sentences, and anew when a source changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotbook.errors import RenderError
from pilotbook.report.engine import citations
from pilotbook.report.engine.document import build_document
from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.pandoc import PandocResult, run_pandoc
from pilotbook.report.engine.source import read_source
from pilotbook.report.engine.tree import plain_text

ENTRY = "@article{roth2022, author = {Roth, Jonathan}, title = {Pretest}, year = {%s}, journal = {AER}}\n"
FRONT = "---\ntitle: x\nlang: en\ndate: 2026-10-01\nbibliography: sources.bib\n---\n"
TEXT = FRONT + "\n{before}\n\nIt may miss a trend [@roth2022].\n"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    made: list[str] = []

    def counted(text: str, arguments: list[str], folder: Path) -> PandocResult:
        made.append(text)
        return run_pandoc(text, arguments, folder)

    monkeypatch.setattr(citations, "run_pandoc", counted)
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    return made


def words(folder: Path, before: str, year: int = 2022, text: str = TEXT) -> str:
    (folder / "sources.bib").write_text(ENTRY % year, encoding="utf-8")
    (folder / "report.qmd").write_text(text.format(before=before), encoding="utf-8")
    return plain_text(build_document(read_source(folder / "report.qmd"), extension_folder()).tree["blocks"])


def test_other_numbers_around_the_same_citations_ask_nobody(calls: list[str], tmp_path: Path):
    first = words(tmp_path, "The effect is 2.5.")
    second = words(tmp_path, "The effect is 3.5, and more is said.\n\n# A heading")
    assert len(calls) == 1
    assert "2.5" not in calls[0]
    assert "The effect is 3.5" in second
    for text in (first, second):
        assert "(Roth 2022)" in text
        assert text.count("Pretest") == 1


def test_a_changed_source_is_read_anew(calls: list[str], tmp_path: Path):
    assert "(Roth 2022)" in words(tmp_path, "x")
    assert "(Roth 2023)" in words(tmp_path, "x", year=2023)
    assert len(calls) == 2


def test_nothing_cited_needs_nothing(calls: list[str], tmp_path: Path):
    assert words(tmp_path, "x", text=TEXT.replace(" [@roth2022]", "")) == "xIt may miss a trend."
    assert calls == []


def test_a_key_that_is_missing_is_named_each_time(calls: list[str], tmp_path: Path):
    for _ in range(2):
        with pytest.raises(RenderError, match=r"'@rth2022' is not in sources\.bib"):
            words(tmp_path, "x", text=TEXT.replace("roth2022", "rth2022"))
    assert len(calls) == 1


def test_the_references_stand_where_the_source_wants_them(calls: list[str], tmp_path: Path):
    text = words(tmp_path, "x", text=TEXT + "\n::: {{#refs}}\n:::\n\nThe end.\n")
    assert text.index("Pretest") < text.index("The end.")
