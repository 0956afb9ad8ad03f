"""Only what has changed is done again, and the reason is said."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pilotbook import project
from pilotbook.fingerprint import sha256
from pilotbook.report import chapters as report_chapters

from .conftest import Bench

ALL = ["html", "pdf"]


def whole(folder: Path) -> bool:
    """Tell whether a report has exactly the files of its manifest, with their bytes."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {p.relative_to(folder).as_posix(): sha256(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    found.pop("manifest.json")
    return found == manifest["files"]


@pytest.fixture
def chapters(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the chapters that a test may change."""
    folder = bench.example.folder / "chapters"
    shutil.copytree(project.CHAPTERS, folder, ignore=shutil.ignore_patterns("p*"))
    monkeypatch.setattr(report_chapters, "CHAPTERS", folder)
    return folder


def test_the_first_time_everything_is_done(bench):
    done = bench.render().done
    assert list(done) == ["estimates", "en/notebook", "en/html", "en/pdf"]
    assert bench.work() == (1, 1, ALL)
    assert whole(bench.example.report)


def test_nothing_changed_nothing_done(bench):
    first = bench.render()
    bench.work()
    before = {p: p.stat().st_mtime_ns for p in bench.example.report.rglob("*")}
    again = bench.render()
    assert again.done == {}
    assert again.pages == first.pages
    assert bench.work() == (0, 0, [])
    assert {p: p.stat().st_mtime_ns for p in bench.example.report.rglob("*")} == before


@pytest.mark.parametrize("file", ["estimates.json", "en/report.ipynb", "en/report.html", "en/report.pdf"])
@pytest.mark.parametrize("how", ["edited", "edited with size and date kept", "deleted"])
def test_a_file_that_was_edited_or_lost_is_made_again(bench, file, how):
    bench.render()
    bench.work()
    path = bench.example.report / file
    original = path.read_bytes()
    date = path.stat()
    if how == "edited":
        path.write_bytes(original + b" ")
    elif how == "edited with size and date kept":
        bench.render()  # all hashes are noted by now
        path.write_bytes(original[:-1] + b" ")
        os.utime(path, ns=(date.st_atime_ns, date.st_mtime_ns))
    else:
        path.unlink()
    done = bench.render().done
    assert f"{file} is missing or was edited" in [reason for reasons in done.values() for reason in reasons]
    assert path.read_bytes() == original
    assert whole(bench.example.report)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 1}', '{"schema": 99}', "null"])
def test_a_manifest_that_cannot_be_read_counts_as_none(bench, content):
    bench.render()
    bench.work()
    (bench.example.report / "manifest.json").write_text(content, encoding="utf-8")
    bench.render()
    assert bench.work() == (0, 0, [])  # estimates and pages are remembered
    assert whole(bench.example.report)


def test_another_style_neither_executes_nor_estimates(bench):
    bench.render()
    bench.work()
    estimates = (bench.example.report / "estimates.json").read_bytes()
    bench.engine.style = "two"
    assert bench.render().done == {"en/html": ["engine"], "en/pdf": ["engine"]}
    assert bench.work() == (0, 0, ALL)
    assert (bench.example.report / "estimates.json").read_bytes() == estimates
    assert "style two" in (bench.example.report / "en" / "report.html").read_text(encoding="utf-8")


def test_other_words_in_a_chapter_execute_nothing(bench, chapters):
    bench.render()
    bench.work()
    edit(chapters / "glance.ipynb", "markdown", "\nAnother sentence.")
    assert bench.render().done["en/notebook"] == ["chapter glance"]
    assert bench.work() == (0, 0, ALL)
    assert "Another sentence." in (bench.example.report / "en" / "report.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "more"),
    [("code", "\n1 + 1"), ("markdown", "\n`{python} plan`"), ("markdown", "\nThe rate fell dramatically.")],
    ids=["code", "inline value", "word that the checklist finds"],
)
def test_what_cells_show_is_shown_anew_but_not_estimated(bench, chapters, kind, more):
    bench.render()
    bench.work()
    edit(chapters / "glance.ipynb", kind, more)
    assert bench.render().done["en/notebook"] == ["chapter glance"]
    assert bench.work() == (0, 1, ALL)


def edit(chapter: Path, kind: str, more: str) -> None:
    """Add to the first cell of a kind that every report shows."""
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    cell = next(
        cell for cell in notebook["cells"] if cell["cell_type"] == kind and not cell["metadata"].get("tags", [])
    )
    cell["source"] = "".join(cell["source"]) + more
    chapter.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def test_another_bibliography_draws_only(bench, chapters):
    bench.render()
    bench.work()
    with (chapters / "references.bib").open("a", encoding="utf-8") as stream:
        stream.write("\n% a note\n")
    assert set(bench.render().done) == {"en/html", "en/pdf"}
    assert bench.work() == (0, 0, ALL)


@pytest.mark.parametrize("what", ["plan", "data"])
def test_another_plan_or_other_data_estimate(bench, what):
    bench.render()
    bench.work()
    if what == "plan":
        bench.example.change_plan(lambda plan: plan.update(level=0.9))
    else:
        bench.example.change_rows(lambda table: table[1].__setitem__(3, "431"))
    assert bench.render().done["estimates"] == [what]
    assert bench.work() == (1, 1, ALL)


def test_a_format_alone_leaves_the_other_in_place(bench):
    bench.render()
    bench.work()
    (bench.example.report / "en" / "report.pdf").unlink()
    assert set(bench.render(formats=("pdf",)).done) == {"en/pdf"}
    assert (bench.example.report / "en" / "report.html").is_file()
    assert whole(bench.example.report)


def test_another_language_joins_the_first(bench):
    bench.render()
    bench.work()
    bench.render(languages=("zh",))
    assert bench.work() == (0, 1, ALL)
    assert {p.name for p in bench.example.report.iterdir() if p.is_dir()} == {"en", "zh"}
    assert bench.render(languages=("en", "zh")).done == {}
    assert whole(bench.example.report)


def test_an_output_that_rests_on_other_estimates_does_not_stay(bench):
    bench.render(languages=("en", "zh"))
    bench.example.change_rows(lambda table: table[1].__setitem__(3, "431"))
    bench.render(languages=("en",), formats=("html",))
    assert {p.relative_to(bench.example.report).as_posix() for p in bench.example.report.rglob("*.*")} == {
        *("manifest.json", "estimates.json", "en/report.ipynb", "en/report.html")
    }
    assert whole(bench.example.report)


def test_a_page_of_another_style_does_not_stay_beside_a_new_notebook(bench, chapters):
    bench.render()
    chapter = chapters / "glance.ipynb"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("At a glance", "In short"), encoding="utf-8")
    bench.render(formats=("html",))
    assert not (bench.example.report / "en" / "report.pdf").exists()


def test_another_period_is_another_folder(bench):
    bench.render()
    bench.render(period="2019")
    assert {p.name for p in (bench.example.out / "budget").iterdir() if p.is_dir()} == {"2019", "2020"}


def test_a_file_that_somebody_put_beside_the_report_stays(bench):
    bench.render()
    notes = bench.example.report / "en" / "notes.txt"
    notes.write_text("signed by me", encoding="utf-8")
    (bench.example.report / "estimates.json").unlink()
    assert bench.render().done
    assert notes.read_text(encoding="utf-8") == "signed by me"
