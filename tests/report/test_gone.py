"""A report whose data are deleted says so on its page; one that fails leaves no earlier one that passes for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pilotbook.evaluate.ledger import FILE
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import DATA, PLANS
from pilotbook.report.outdated import MARK
from pilotbook.report.overview.collect import collect

from .page_text import texts

NAME, PERIOD = "phc-full-cost-accounting", "2024Q4"
"""A small plan of two outcomes, drafted from the catalogue."""


@pytest.fixture
def reform(tmp_path: Path) -> Path:
    """Return the plan, in a folder with a data set that may be deleted."""
    shutil.copytree(DATA / NAME, tmp_path / "data")
    text = (PLANS / f"{NAME}.yml").read_text(encoding="utf-8")
    plan = tmp_path / f"{NAME}.yml"
    plan.write_text(text.replace(f"dataset: {NAME}\n", "dataset: ./data\n"), encoding="utf-8")
    return plan


def ledger(out: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((out / NAME / PERIOD / FILE).read_text(encoding="utf-8"))
    return content


def test_data_are_deleted_under_a_report(pilotbook, reform, tmp_path):
    call = ("render", reform, "--out", tmp_path / "out", "--period", PERIOD, "--to", "html")
    assert pilotbook(*call).status == 0
    page = tmp_path / "out" / NAME / PERIOD / "en" / "report.html"
    assert "is not there" not in " ".join(texts(page))
    (tmp_path / "data" / "panel.csv").unlink()
    result = pilotbook(*call)
    assert result.status == 1
    assert "./data/panel.csv: the data file is not there any more" in result.err
    said = " ".join(texts(page))
    assert "There is none: the data of this plan are missing" in said
    assert "not estimable" in said
    assert not [row["id"] for row in ledger(tmp_path / "out")["estimates"] if row["estimate"] is not None]


def test_an_earlier_report_is_marked_when_it_cannot_be_made_again(pilotbook, reform, tmp_path):
    out = tmp_path / "out"
    folder = out / NAME / PERIOD
    (folder / "en").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    table = tmp_path / "data" / "datapackage.json"
    intact = table.read_text(encoding="utf-8")
    table.write_text("{", encoding="utf-8")
    assert pilotbook("render", reform, "--out", out, "--period", PERIOD).status == 1
    assert "cannot be read as a data package" in (folder / MARK).read_text(encoding="utf-8")
    table.write_text(intact, encoding="utf-8")
    assert pilotbook("render", reform, "--out", out, "--period", PERIOD, "--to", "html").status == 0
    assert not (folder / MARK).exists()
    assert [reported.reform.id for reported in collect(out, PERIOD, read_catalogue())] == [NAME]
    (folder / MARK).write_text("", encoding="utf-8")
    assert collect(out, PERIOD, read_catalogue()) == []


def test_a_wrong_call_marks_nothing(pilotbook, reform, tmp_path):
    folder = tmp_path / "out" / NAME / PERIOD
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    assert pilotbook("render", reform, "--out", tmp_path / "out", "--period", PERIOD, "--lang", "eng").status == 2
    assert not (folder / MARK).exists()
