"""`pilotbook why` names what changed, with old and new, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pilotbook import project
from pilotbook.errors import CallError
from pilotbook.report import chapters as report_chapters
from pilotbook.report import why
from pilotbook.report.why import changes, request_of

from .conftest import Bench


def said(bench: Bench) -> list[str]:
    request = request_of(str(bench.example.plan), bench.engine, bench.example.out, None, ("en",))
    return [str(change) for change in changes(request)]


def test_a_report_that_is_not_there(bench):
    assert said(bench) == [f"there is no report in {bench.example.report} yet"]


def test_nothing(bench):
    bench.render()
    assert said(bench) == []


def test_a_key_of_the_plan(bench):
    bench.render()
    bench.example.change_plan(lambda plan: (plan.update(level=0.9), plan["outcomes"][0].update(title="Calls")))
    assert said(bench) == ["plan: outcomes[0].title.en: Visits → Calls", "plan: level: 0.95 → 0.9"]


def test_the_data(bench):
    bench.render()
    bench.example.change_rows(lambda table: table[1].__setitem__(3, "431"))
    (line,) = said(bench)
    assert line.startswith("data: sha256: ")
    assert "… → " in line


def test_a_style_is_named_with_the_pages_that_it_redraws(bench):
    bench.render()
    bench.engine.style = "two"
    request = request_of(str(bench.example.plan), bench.engine, bench.example.out, None, ("en",))
    (change,) = changes(request)
    assert (change.what, change.old, change.new) == ("engine: files", "one", "two")
    assert change.stages == ("en/html", "en/pdf")


def test_a_library(bench, monkeypatch):
    bench.render()
    real = why.survey.__globals__["estimate_ingredients"]

    def newer(*arguments):
        found = real(*arguments)
        return {**found, "libraries": {**found["libraries"], "numpy": "9.9"}}

    monkeypatch.setattr("pilotbook.report.render.estimate_ingredients", newer)
    (line,) = said(bench)
    assert line.startswith("libraries: numpy: ")
    assert line.endswith(" → 9.9")


def test_a_chapter(bench, monkeypatch):
    bench.render()
    folder = bench.example.folder / "chapters"
    shutil.copytree(
        project.CHAPTERS, folder, ignore=lambda _, names: [n for n in names if not n.endswith((".ipynb", ".bib"))]
    )
    with (folder / "glance.ipynb").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    monkeypatch.setattr(report_chapters, "CHAPTERS", folder)
    (line,) = said(bench)
    assert line.startswith("chapter glance: ")


def test_a_file_that_was_edited(bench):
    bench.render()
    with (bench.example.report / "en" / "report.html").open("a", encoding="utf-8") as stream:
        stream.write(" ")
    assert said(bench) == ["en/report.html is missing or was edited"]


def test_without_the_cache_the_hashes_are_named(bench, monkeypatch):
    bench.render()
    bench.example.change_plan(lambda plan: plan.update(level=0.9))
    monkeypatch.setenv("PILOTBOOK_CACHE", str(bench.example.folder / "another cache"))
    (line,) = said(bench)
    assert line.startswith("plan: ")
    assert "… → " in line


def test_a_folder_that_is_no_report(bench, tmp_path: Path):
    with pytest.raises(CallError, match="no report"):
        request_of(str(tmp_path), bench.engine, bench.example.out, None, ("en",))


def test_the_command_says_so_too(pilotbook, tmp_path):
    result = pilotbook("why", tmp_path, "--json")
    assert result.status == 2
