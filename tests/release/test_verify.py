"""The sabotage table: whatever was changed, `verify` names it; what does no harm is called harmless.

Where the sabotage lies in the release's own files, the report as it was rendered stands in for the rerun, which does
not depend on them; where it lies in data or code, the report is rendered again in earnest.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.project import ROOT
from pilotbook.release import verify as verifying
from pilotbook.release.about import Certificate, read_certificate
from pilotbook.release.environment import environment_of_now
from pilotbook.release.layout import Release
from pilotbook.release.repository import Repository
from pilotbook.release.room import Room
from pilotbook.release.verify import Verification, summary, verify
from pilotbook.report.engine import choose_engine
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..conftest import CommandLine
from .conftest import COMMITTED, DAY, Shelf
from .forging import replace_in, reseal
from .other_program import IMPUTATION, SPOILT, copy_program, verify_with


def found(certificate: Certificate, what: str) -> str:
    """Return the sentences of one kind of finding, harmful ones alone."""
    return "\n".join(f.sentence for f in certificate.findings if f.what == what and not f.harmless)


def noted(certificate: Certificate, what: str) -> str:
    return "\n".join(f.sentence for f in certificate.findings if f.what == what and f.harmless)


def check(shelf: Shelf, **changes: object) -> Certificate:
    asked = Verification(shelf.release, shelf.root, COMMITTED, DAY)
    return verify(replace(asked, **changes))


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render again in this process, which has loaded everything."""

    def again(room: Room, release: Release, program: Path) -> None:
        request = Request(read_plan(room.plan), "2020", ("en",), ("html", "pdf"), choose_engine("embedded"), room.out)
        render(request)

    monkeypatch.setattr(verifying, "render_again", again)


@pytest.fixture
def as_before(pristine: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the rendered report of the session for the rerun."""

    def again(room: Room, release: Release, program: Path) -> None:
        shutil.copytree(pristine.example.out, room.out)

    monkeypatch.setattr(verifying, "render_again", again)


# a release that nobody touched


def test_it_is_identical_and_gets_its_certificate(as_before: None, pilotbook: CommandLine, shelf: Shelf):
    done = pilotbook("verify", shelf.release.folder)
    assert done.status == 0, done.out
    assert done.out.startswith("budget/2020/v1: identical")
    certificate = shelf.release.certificate
    assert certificate is not None
    assert {exhibit.verdict for exhibit in certificate.exhibits} == {"identical"}
    assert certificate.numbers > 1000
    assert certificate.largest_relative == 0
    assert [f for f in certificate.findings if not f.harmless] == []


def test_a_certificate_of_other_bytes_does_not_count(as_before: None, shelf: Shelf):
    verifying.write_certificate(shelf.release, check(shelf))
    assert shelf.release.certificate is not None
    replace_in(shelf.release.folder / "release.json", "A. Reader", "B. Reader")
    assert read_certificate(shelf.release.about) is not None
    assert shelf.release.certificate is None


def test_twice_gives_the_same_bytes(as_before: None, shelf: Shelf):
    assert check(shelf, twice=True).twice
    assert not check(shelf).twice


# one file, without care


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("plan.yml", "minimum_important_effect: 5", "minimum_important_effect: 1"),
        ("registration.yml", "because", "why"),
        ("manifest.json", '"schema": 1', '"schema": 2'),
        ("en/report.ipynb", "Visits under", "Fewer visits under"),
    ],
)
def test_an_edited_file_is_named(as_before: None, shelf: Shelf, name: str, old: str, new: str):
    path = shelf.release.folder / name
    path.write_text(path.read_text("utf-8").replace(old, new) + " ", "utf-8")
    certificate = check(shelf)
    assert certificate.verdict == "differs"
    assert f"{name} was changed after the release was made" in found(certificate, "file")


@pytest.mark.parametrize("name", ["estimates.json", "en/report.pdf", "en/report.html", "en/report.ipynb", "plan.yml"])
def test_a_deleted_file_is_named(as_before: None, shelf: Shelf, name: str):
    release = shelf.release
    (release.folder / name).unlink()
    certificate = verify(Verification(release, shelf.root, COMMITTED, DAY))
    assert certificate.verdict != "identical"
    assert f"{name} is missing" in found(certificate, "file")


def test_a_seal_that_was_edited_is_named(as_before: None, shelf: Shelf):
    replace_in(shelf.release.folder / "release.json", "A. Reader", "B. Reader")
    assert "SHA256SUMS does not fit" in found(check(shelf), "seal")


# one digit, with every hash made to fit


def digit(text: str) -> str:
    """Return a number with its last digit changed."""
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def lead(shelf: Shelf) -> tuple[str, str]:
    """Return the id of the row that leads, and its estimate as it is printed."""
    row = shelf.release.ledger().lead("visits")
    html = shelf.release.page("en", "html").read_text("utf-8")
    pattern = rf'data-ledger="{re.escape(row.id)}" data-field="estimate">([^<]+)<'
    return row.id, re.search(pattern, html)[1]


def test_a_digit_in_the_ledger(as_before: None, shelf: Shelf):
    row, _ = lead(shelf)
    value = json.dumps(shelf.release.ledger().lead("visits").estimate)
    replace_in(shelf.release.folder / "estimates.json", f'"estimate": {value}', f'"estimate": {value[:4]}9{value[5:]}')
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert certificate.verdict == "differs"
    assert f"estimates.json: estimate of {row}: recorded {value[:4]}9" in found(certificate, "rerun")
    assert certificate.largest_gap is None or certificate.largest_gap > 0


def test_a_digit_in_the_html(as_before: None, shelf: Shelf):
    row, printed = lead(shelf)
    replace_in(shelf.release.page("en", "html"), f">{printed}<", f">{digit(printed)}<")
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert f"'{digit(printed)}' should be '{printed}' (estimate of {row})" in found(certificate, "page")
    assert "en/report.html: says" in found(certificate, "rerun")


def test_a_word_in_the_html(as_before: None, shelf: Shelf):
    replace_in(shelf.release.page("en", "html"), "How to rerun", "How not to rerun")
    reseal(shelf.release.folder)
    assert "en/report.html: says" in found(check(shelf), "rerun")


@pytest.fixture
def doctored(shelf: Shelf) -> tuple[str, str]:
    """Change one printed estimate in the notebook, and draw the pages from it."""
    _, printed = lead(shelf)
    notebook = nbformat.read(shelf.release.page("en", "ipynb"), as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data:
                data["text/markdown"] = data["text/markdown"].replace(f"[{printed}]", f"[{digit(printed)}]")
    nbformat.write(notebook, shelf.release.page("en", "ipynb"))
    return printed, digit(printed)


def test_a_digit_in_the_notebook(as_before: None, shelf: Shelf, doctored: tuple[str, str]):
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert certificate.verdict == "differs"
    assert "en/report.ipynb: cell" in found(certificate, "rerun")
    wrong = [exhibit for exhibit in certificate.exhibits if exhibit.verdict == "differs"]
    assert wrong
    assert all(doctored[1] in exhibit.reason for exhibit in wrong)


def draw(shelf: Shelf, form: str) -> None:
    work = shelf.example.folder / "drawing"
    shutil.copytree(shelf.release.folder / "en", work)
    shutil.copy(ROOT / "analysis" / "references.bib", work)
    choose_engine("embedded").render(work / "report.ipynb", shelf.release.folder / "en", (form,))


def test_a_digit_in_the_text_of_the_pdf(as_before: None, shelf: Shelf, doctored: tuple[str, str], pristine: Shelf):
    draw(shelf, "pdf")
    shutil.copy(pristine.release.page("en", "ipynb"), shelf.release.page("en", "ipynb"))
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert "en/report.pdf" in found(certificate, "page")
    assert doctored[0] in found(certificate, "page")
    assert "en/report.pdf: says" in found(certificate, "rerun")


def test_a_forgery_without_a_seam_is_found_by_the_rerun_alone(as_before: None, shelf: Shelf):
    row, printed = lead(shelf)
    estimate = shelf.release.ledger().lead("visits").estimate
    for name in ("estimates.json", "en/report.html"):
        path = shelf.release.folder / name
        text = path.read_text("utf-8").replace(json.dumps(estimate), json.dumps(estimate + 1))
        moved = f"−{abs(estimate + 1):.2f}"
        marked = rf'(data-ledger="{re.escape(row)}[^"]*" data-field="estimate">){re.escape(printed)}<'
        path.write_text(re.sub(marked, rf"\g<1>{moved}<", text), "utf-8")
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert found(certificate, "file") == found(certificate, "seal") == ""
    assert certificate.verdict == "differs"
    assert f"estimate of {row}: recorded {estimate + 1}" in found(certificate, "rerun")


# what it rests on


def test_a_data_cell(in_process: None, shelf: Shelf):
    shelf.example.change_rows(lambda table: table[6].__setitem__(3, "431"))
    certificate = check(shelf)
    assert certificate.verdict == "differs"
    assert "the report rests on others: panel: SHA-256" in found(certificate, "data")
    assert "estimates.json: " in found(certificate, "rerun")


def test_rows_in_another_order_are_harmless(in_process: None, shelf: Shelf):
    shelf.example.change_rows(lambda table: table.append(table.pop(1)))
    certificate = check(shelf)
    assert certificate.verdict == "identical", summary(certificate)
    assert "they give the same numbers" in noted(certificate, "data")


def test_data_that_are_gone(shelf: Shelf):
    shelf.example.data.unlink()
    certificate = check(shelf)
    assert certificate.verdict == "not_rerun"
    assert {exhibit.verdict for exhibit in certificate.exhibits} == {"not_rerun"}
    assert "panel.csv" in certificate.exhibits[0].reason


def test_a_plan_that_was_swapped_with_its_hash(as_before: None, shelf: Shelf):
    replace_in(shelf.release.folder / "plan.yml", "minimum_important_effect: 5", "minimum_important_effect: 1")
    reseal(shelf.release.folder)
    assert "plan.yml is not what registration.yml records" in found(check(shelf), "plan")


def test_another_pandas_and_another_lock_are_named(as_before: None, shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    now = environment_of_now(choose_engine("embedded"), ROOT)
    other = now.model_copy(update={"libraries": {**now.libraries, "pandas": "2.3.3"}, "lock": "0" * 64})
    monkeypatch.setattr(verifying, "environment_of_now", lambda *_: other)
    certificate = check(shelf)
    assert certificate.verdict == "identical"
    assert f"pandas 2.3.3, recorded {now.libraries['pandas']}" in noted(certificate, "environment")
    assert f"requirements.lock 000000000000, recorded {now.lock[:12]}" in noted(certificate, "environment")


def test_the_code_of_an_estimator(shelf: Shelf, tmp_path: Path):
    """Rerun by a program in which the imputation is another: it is named, and so is what it did."""
    program = tmp_path / "program"
    code = shelf.release.record.code.model_copy(update={"commit": copy_program(program)})
    reseal(shelf.release.folder, code=code)
    replace_in(program / IMPUTATION, *SPOILT)
    status, certificate = verify_with(program, shelf.release.folder)
    assert (status, certificate.verdict) == (1, "differs")
    assert "pilotbook/estimate/imputed.py" in noted(certificate, "code")
    assert "visits/imputation" in found(certificate, "rerun")
    assert "--at-commit" in "\n".join(summary(certificate))


def test_a_hash_of_the_program_that_no_rerun_bears_out(as_before: None, shelf: Shelf):
    """The chapter on changes rests on it, so a forger may want another."""
    path = shelf.release.folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["stages"]["estimates"]["code"] = "0" * 64
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
    reseal(shelf.release.folder)
    certificate = check(shelf)
    assert certificate.verdict == "differs"
    assert "manifest.json names another program of the models" in found(certificate, "code")


def test_a_program_that_its_commit_does_not_have(as_before: None, shelf: Shelf, tmp_path: Path):
    program = tmp_path / "program"
    code = shelf.release.record.code.model_copy(update={"commit": copy_program(program), "sha256": "0" * 64})
    reseal(shelf.release.folder, code=code)
    certificate = check(shelf, at_commit=True, repository=Repository(program))
    assert "is not the one that release.json records" in found(certificate, "code")
