"""A second release is rerun by a program that was changed since: only what changes a number, or a word, differs."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.registered import register_plan
from pilotbook.project import RELEASES_VARIABLE
from pilotbook.release.compare_shown import page_text
from pilotbook.release.freeze import freeze
from pilotbook.release.layout import Release, releases
from pilotbook.report.engine import choose_engine
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..example import write_example
from .conftest import COMMITTED, Shelf
from .forging import replace_in
from .other_program import IMPUTATION, SPOILT, copy_program, verify_with


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """The release of 2020, which follows that of 2019."""
    shelf = Shelf(write_example(tmp_path / "shelf"))
    monkeypatch.setenv(RELEASES_VARIABLE, str(shelf.root))
    plan = read_plan(shelf.example.plan)
    register_plan(plan, None, datetime.date(2026, 2, 1))
    for period in ("2019", "2020"):
        render(Request(plan, period, ("en",), ("html",), choose_engine("embedded"), shelf.example.out))
        freeze(shelf.wish(period=period), COMMITTED)
    return releases(shelf.root)[-1]


def test_a_later_program_is_named_and_changes_nothing(second: Release, tmp_path: Path):
    told = page_text(second.page("en", "html"))
    assert "Since then these are others: the period (until 2020)." in " ".join(told.split())
    program = tmp_path / "program"
    copy_program(program)
    imputation = program / IMPUTATION
    imputation.write_text(imputation.read_text("utf-8") + "\n# a remark that changes no number\n", "utf-8")
    status, certificate = verify_with(program, second.folder)
    assert (status, certificate.verdict) == (0, "identical"), certificate.findings
    assert {exhibit.verdict for exhibit in certificate.exhibits} == {"identical"}
    assert all(finding.harmless for finding in certificate.findings)
    (named,) = [finding.sentence for finding in certificate.findings if finding.what == "code"]
    assert "the program is another than at" in named

    replace_in(imputation, *SPOILT)
    status, certificate = verify_with(program, second.folder)
    assert (status, certificate.verdict) == (1, "differs")
    assert any("visits/imputation" in finding.sentence for finding in certificate.findings if not finding.harmless)
