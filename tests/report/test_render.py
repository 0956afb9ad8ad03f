"""One example rendered in earnest: what its files say, and that the same inputs give the same bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pikepdf
import pypdfium2
import pytest

from ..conftest import CommandLine
from ..example import Example, write_example
from .test_stages import whole


def page(example: Example) -> str:
    return (example.report / "en" / "report.html").read_text(encoding="utf-8")


def test_the_folder_is_that_of_the_interface(rendered):
    found = {p.relative_to(rendered.report).as_posix() for p in rendered.report.rglob("*") if p.is_file()}
    assert found == {"estimates.json", "manifest.json", "en/report.html", "en/report.pdf", "en/report.ipynb"}
    assert whole(rendered.report)


def test_the_parameters_are_echoed_in_the_notebook(rendered):
    notebook = nbformat.read(rendered.report / "en" / "report.ipynb", as_version=4)
    (injected,) = (c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", []))
    space: dict[str, object] = {}
    exec(injected.source, space)  # noqa: S102  # the cell is run as the kernel ran it
    assert {name: space[name] for name in ("plan", "period", "language")} == {
        "plan": "budget",
        "period": "2020",
        "language": "en",
    }


@pytest.mark.parametrize(("name", "value"), [("plan", "budget"), ("period", "2020")])
def test_the_parameters_are_in_the_metadata_of_the_page(rendered, name, value):
    assert re.search(rf'<meta name="pilotbook:{name}" content="{value}"', page(rendered))


def test_the_parameters_are_in_the_metadata_of_the_pdf(rendered):
    with pikepdf.open(rendered.report / "en" / "report.pdf") as pdf:
        words = str(pdf.docinfo["/Keywords"])
    assert "plan=budget" in words
    assert "period=2020" in words


def test_no_file_names_this_machine(rendered):
    for path in rendered.report.rglob("*.*"):
        assert str(rendered.folder).encode() not in path.read_bytes(), path.name


def test_the_lead_is_printed_in_both_formats(rendered):
    content = json.loads((rendered.report / "estimates.json").read_text(encoding="utf-8"))
    lead = next(row for row in content["estimates"] if row["id"] == content["headline"]["visits"])
    printed = re.search(rf'data-ledger="{re.escape(lead["id"])}" data-field="estimate"[^>]*>([^<]+)<', page(rendered))
    assert printed is not None
    assert float(printed[1].replace("−", "-")) == pytest.approx(lead["estimate"], rel=0.01)
    pdf = pypdfium2.PdfDocument(rendered.report / "en" / "report.pdf")
    text = "".join(p.get_textpage().get_text_range() for p in pdf)
    pdf.close()
    assert printed[1].replace("−", "-") in text.replace("−", "-")


def test_a_plan_outside_the_project_is_named_by_its_file_in_the_command_to_rerun(rendered):
    assert "pilotbook render budget.yml --period 2020 --lang en" in re.sub("<[^>]+>", "", page(rendered))


def test_nothing_to_do_is_said(pilotbook: CommandLine, rendered):
    result = pilotbook("render", rendered.plan, "--out", rendered.out)
    assert result.status == 0
    assert "nothing to do; plan, data, code, chapters and engine are those of the last rendering" in result.err
    assert result.out.split() == [str(rendered.report / "en" / f"report.{fmt}") for fmt in ("html", "pdf")]


def test_the_same_inputs_give_the_same_bytes_elsewhere(rendered, tmp_path: Path):
    """In another folder, time zone, language and home, without what the first run remembered."""
    other = write_example(tmp_path / "другой folder")
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pilotbook", "render", "budget.yml", "--out", "out"],
        check=True,
        cwd=other.folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "TZ": "Asia/Shanghai",
            "LANG": "de_DE.UTF-8",
            "LC_ALL": "C",
            "HOME": str(home),
            "PILOTBOOK_CACHE": str(tmp_path / "cache"),
        },
    )
    for path in rendered.report.rglob("*.*"):
        name = path.relative_to(rendered.report)
        assert (other.report / name).read_bytes() == path.read_bytes(), name
