"""A translation runs cells again if their code was told it, and only then; on the page the new words stand always."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from babel.messages.catalog import Catalog
from nbformat.v4 import new_code_cell

from pilotbook import project
from pilotbook.report import language
from pilotbook.report.lookups import VARIABLE, note, read_lookups
from pilotbook.report.replay import recall_run, remember_run

from ..example import Example, write_example

CATALOGUE = Path("reports/locale/zh_Hans_CN/LC_MESSAGES/pilotbook.po")
UNCHANGED, REPLAYED, RUN = (
    "nothing to do",
    "putting new words beside what the chapters show in zh",
    "executing up to",
)

PROSE = ("## Completeness {#sec-completeness}", "## 缺了多少 {#sec-completeness}")
"""A paragraph that nobody but the reader asks for."""
BOTH = ("# Data and their quality {#sec-quality}", "# 数据及其质量 {#sec-quality}")
"""A paragraph whose text the code of a cell looks up besides."""
ASKING = """#| echo: false
from pilotbook.report.language import say

print(say(language, "# Data and their quality {#sec-quality}").removeprefix("# ").upper())"""


CALL = """
import sys
from pilotbook.cli import main

try:
    main()
finally:
    print("loaded:", *sorted({"matplotlib", "numpy", "pandas", "scipy"} & sys.modules.keys()))
"""
"""Calls the command line, and says which libraries were loaded for it that take long to load."""


class Copy:
    """A copy of the project whose translations can be changed, and a plan that is rendered there in Chinese."""

    def __init__(self, folder: Path, example: Example) -> None:
        self.folder, self.example = folder, example
        for name in ("analysis", "data/catalogue", "_extensions", "reports/locale"):
            shutil.copytree(project.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def call(self, *arguments: str) -> str:
        """Call the command line and return all that it says."""
        there = {"PYTHONPATH": str(self.folder / "analysis"), "PILOTBOOK_CACHE": str(self.folder / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", CALL, *arguments, "--lang", "zh", "--out", str(self.example.out)],
            env={**os.environ, **there},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr + done.stdout

    def render(self) -> tuple[str, str]:
        """Return what a rendering says, and the page."""
        said = self.call("render", str(self.example.plan), "--to", "html", "--engine", "embedded")
        return said, (self.example.report / "zh" / "report.html").read_text(encoding="utf-8")

    def ask_in_the_code(self) -> None:
        """Give a chapter a cell that prints the translation of a paragraph."""
        path = self.folder / "analysis" / "data.ipynb"
        chapter = nbformat.read(path, as_version=4)
        chapter.cells.append(new_code_cell(ASKING, id="asking"))
        nbformat.write(chapter, path)

    def translate(self, english: str, chinese: str) -> None:
        """Change the translation of a text."""
        file = self.folder / CATALOGUE
        lines = file.read_text(encoding="utf-8").split("\n")
        at = lines.index(f"msgid {json.dumps(english)}") + 1
        lines[at] = f"msgstr {json.dumps(chinese, ensure_ascii=False)}"
        file.write_text("\n".join(lines), encoding="utf-8")


def test_cells_run_again_for_the_words_that_they_were_told_and_no_others(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy", write_example(tmp_path / "example"))
    copy.ask_in_the_code()
    said, page = copy.render()
    assert RUN in said
    assert "loaded: matplotlib numpy pandas scipy\n" in said
    copy.translate(*PROSE)
    reasons = copy.call("why", str(copy.example.plan), "--engine", "embedded").splitlines()
    assert [reason.split(":")[0] for reason in reasons if "zh/notebook" in reason] == ["translation"]
    said, page = copy.render()
    assert (REPLAYED in said, RUN in said) == (True, False)
    assert "缺了多少" in page
    assert "loaded:\n" in said
    said, _ = copy.render()
    assert (UNCHANGED in said, "loaded:\n" in said) == (True, True)
    copy.translate(*BOTH)
    said, page = copy.render()
    assert RUN in said
    assert "数据及其质量 {#SEC-QUALITY}" in page
    assert "数据与数据质量" not in page


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """A catalogue of two texts, in a process that has a cache of its own."""
    found = Catalog()
    found.add("one", "一")
    found.add("two", "二")
    monkeypatch.setattr(language, "_catalogue", lambda _: found)
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    return found


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file into which this process writes what it looks up."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "lookups"))
    return tmp_path / "lookups"


def test_a_run_is_recalled_as_long_as_it_would_be_told_the_same(catalogue: Catalog, log: Path) -> None:
    assert language.say("zh", "one") == "一"
    remember_run("key", read_lookups(log), b"shown")
    catalogue["two"].string = "贰"
    assert recall_run("key") == b"shown"
    catalogue["one"].string = "壹"
    assert recall_run("key") is None
    catalogue["one"].string = "一"
    assert recall_run("key") == b"shown"
    assert recall_run("another") is None


def test_a_text_without_a_translation_counts_as_an_answer(catalogue: Catalog, log: Path) -> None:
    assert language.say_if_known("zh", "three") == "three"
    remember_run("key", read_lookups(log), b"shown")
    assert recall_run("key") == b"shown"
    catalogue.add("three", "三")
    assert recall_run("key") is None


def test_a_pattern_with_numbers_counts_as_an_answer(catalogue: Catalog, log: Path) -> None:
    catalogue.add("{n} units", "{n}个单位")
    assert language.say_if_known("zh", "7 units") == "7个单位"
    remember_run("key", read_lookups(log), b"shown")
    catalogue["{n} units"].string = "{n}个机构"
    assert recall_run("key") is None


def test_a_translation_that_becomes_unsure_counts_as_another_answer(catalogue: Catalog, log: Path) -> None:
    language.say("zh", "one")
    remember_run("key", read_lookups(log), b"shown")
    catalogue["one"].flags.add("fuzzy")
    assert recall_run("key") is None


def test_two_answers_to_one_question_are_never_recalled(catalogue: Catalog, log: Path) -> None:
    language.say("zh", "one")
    catalogue["one"].string = "壹"
    language.say("zh", "one")
    remember_run("key", read_lookups(log), b"shown")
    assert recall_run("key") is None


def test_words_of_two_catalogues_are_kept_side_by_side(catalogue: Catalog, log: Path) -> None:
    """Two branches share a cache and take turns."""
    language.say("zh", "one")
    remember_run("key", read_lookups(log), b"of one branch")
    log.unlink()
    catalogue["one"].string = "壹"
    language.say("zh", "one")
    remember_run("key", read_lookups(log), b"of the other")
    assert recall_run("key") == b"of the other"
    catalogue["one"].string = "一"
    assert recall_run("key") == b"of one branch"


def test_what_a_program_of_a_cell_looks_up_is_written_down_too(log: Path) -> None:
    note("zh", "here", None)
    code = "from pilotbook.report.lookups import note; note('zh', 'there', ('那里', False))"
    path = {"PYTHONPATH": str(project.CHAPTERS)}
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **path}, timeout=60)
    assert read_lookups(log) == [("zh", "here", None), ("zh", "there", ("那里", False))]


def test_english_asks_nothing_and_outside_of_cells_nothing_is_written(catalogue, log, monkeypatch):
    language.say("en", "one")
    monkeypatch.delenv(VARIABLE)
    language.say("zh", "one")
    assert read_lookups(log) == []
