"""The chapter on the data runs by itself, in both languages, for a vintage and for any other data set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.ingest import ingest
from pilotbook.panel.quality import Gate
from pilotbook.panel.quality_of import quality_of
from pilotbook.panel.vintage import newest
from pilotbook.project import CHAPTERS, DATA, ROOT
from pilotbook.report.compose import PART
from pilotbook.report.execute import execute
from pilotbook.report.language import translate
from pilotbook.report.parameters import declared, inject
from pilotbook.report.quality_words import GATES

from ..panel.handed_in import valid
from ..panel.test_vintage import PROVENANCE, next_quarter

PLAN = """
title: Three pilots
reform: three-county-linked-pilot
date: 2020-01-01
authors: [A test]
question: What changed?
dataset: {dataset}
panel: {{period_kind: quarter}}
outcomes:
  - id: spending
    title: Spending
    unit: CNY
    column: fund_spending
    direction: lower
    minimum_important_effect: 5
  - {{id: share, title: Share, unit: pp, column: phc_visit_share, direction: higher, minimum_important_effect: 2}}
analyses:
  - {{estimator: imputation, headline: true}}
"""


def run(language: str, folder: Path, **parameters: str) -> nbformat.NotebookNode:
    """Execute the chapter as a report does: translated, its parameters injected."""
    notebook = nbformat.read(CHAPTERS / "data.ipynb", as_version=4)
    values = {p.name: p.default for p in declared(notebook, "data.ipynb").values()} | {"language": language}
    translate(notebook, language)
    inject(notebook, values | parameters)  # type: ignore[arg-type]  # every parameter of the chapter has a default
    path = f"{ROOT / 'analysis'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return execute(notebook, folder, "data.ipynb", {"PYTHONPATH": path, "PILOTBOOK_CACHE": str(folder)})


def shown(notebook: nbformat.NotebookNode, cell: str) -> str:
    """Return the Markdown that a cell shows."""
    outputs: list[Any] = next(c for c in notebook.cells if c.id == cell).outputs
    return "".join(output["data"]["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {}))


def said(notebook: nbformat.NotebookNode) -> str:
    """Return everything that the expressions in the prose give."""
    return str([e["result"] for c in notebook.cells for e in c.metadata.get("user_expressions", [])])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chapter_shows_the_quality_of_a_vintage(language: str, tmp_path: Path) -> None:
    vintage = newest(DATA / "national-no-control-demo")
    pilots = vintage.table("exposure")["county"].tolist()
    quality = quality_of(vintage, pilots, ["drug_price_index", "drug_share", "complication_rate"])
    assert quality.run_out is not None
    notebook = run(language, tmp_path, period=quality.run_out.last)
    table = shown(notebook, "tbl-completeness")
    for row in quality.completeness:
        line = next(li for li in table.split("\n") if read_catalogue().indicators[row.column].label(language) in li)
        assert f"{row.missing_pilots:.1f}" in line
        assert GATES[row.gate].split()[0] in line
    assert ("yes" if language == "en" else "是") in shown(notebook, "tbl-provenance")
    assert len(shown(notebook, "tbl-sources").split("\n")) == 2 + len(vintage.tables)
    worst = min(quality.flags, key=lambda flag: flag.value)
    assert f"{worst.county} | {worst.period} | {worst.value:.2f}" in shown(notebook, "flags")
    assert quality.run_out.last in said(notebook)
    figure = next(c for c in notebook.cells if c.id == "fig-missingness")
    alt = next(line for line in figure.source.split("\n") if "fig-alt" in line)
    assert f"{quality.missingness.share.mean():.1f}" in alt
    assert any("image/svg+xml" in output.get("data", {}) for output in figure.outputs)


@pytest.mark.slow
def test_the_chapter_of_other_data_leaves_out_what_it_cannot_tell(tmp_path: Path) -> None:
    notebook = run("en", tmp_path, plan="medicaid-2014-mortality", period="2019")
    lines = shown(notebook, "tbl-completeness").split("\n")
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [
        "Deaths at ages 20 to 64",
        "Population aged 20 to 64",
    ]
    assert "28,644" in shown(notebook, "tbl-sources")
    assert "Deaths at ages 20 to 64 | Population aged 20 to 64 | yes" in shown(notebook, "tbl-shares")
    assert "Nothing is missing." in next(c for c in notebook.cells if c.id == "fig-missingness").source
    parts = {"vintage", "revisions", "gaps", "missing"}
    tagged = [c for c in notebook.cells if {f"{PART}{part}" for part in parts} & set(c.metadata.get("tags", []))]
    assert {"flags", "late", "tbl-triangle", "tbl-gaps", "fig-missingness"} <= {c.id for c in tagged}


@pytest.mark.slow
def test_revisions_and_gaps_are_shown_where_there_are_some(tmp_path: Path) -> None:
    first = valid(counties=8)
    first.panel.loc[[3, 20], "fund_spending"] = ""
    dataset = tmp_path / "counties"
    for name in ("2020Q4", "2021Q1"):
        handed = first if name == "2020Q4" else next_quarter(first, 3)
        done = ingest([handed.write(tmp_path / f"files-{name}")], dataset, name, PROVENANCE)
        assert done.vintage is not None, done.check.errors
    (tmp_path / "three.yml").write_text(PLAN.format(dataset="./counties"), "utf-8")
    notebook = run("en", tmp_path, plan=str(tmp_path / "three.yml"), period="2021Q1")
    assert "insurance fund spending" in said(notebook).lower()
    assert shown(notebook, "tbl-triangle").split("\n")[0].split("|")[2:4] == [" 2020Q4 ", " 2021Q1 "]
    spending = next(line for line in shown(notebook, "tbl-gaps").split("\n") if "Spending" in line)
    counted = newest(dataset).table("panel", ["fund_spending"])["fund_spending"].isna().sum()
    assert spending.split(" | ")[3] == str(counted)


def test_every_gate_has_a_shape_and_a_word() -> None:
    assert set(GATES) == set(Gate)
    assert len({text.split()[0] for text in GATES.values()}) == len(Gate)
