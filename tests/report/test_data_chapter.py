"""The chapter on the data opens and runs by itself, in both languages, and says what the vintage says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.quality import Gate, Quality, quality_of
from pilotbook.panel.vintage import newest
from pilotbook.project import CHAPTERS, DATA, ROOT
from pilotbook.report.execute import execute
from pilotbook.report.language import translate
from pilotbook.report.parameters import declared, inject
from pilotbook.report.quality_words import GATES


def run(language: str, folder: Path) -> nbformat.NotebookNode:
    """Execute the chapter as a report does: translated, its parameters injected."""
    notebook = nbformat.read(CHAPTERS / "data.ipynb", as_version=4)
    values = {p.name: p.default for p in declared(notebook, "data.ipynb").values()} | {"language": language}
    translate(notebook, language)
    inject(notebook, values)  # type: ignore[arg-type]  # every parameter of the chapter has a default
    path = f"{ROOT / 'analysis'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return execute(notebook, folder, "data.ipynb", {"PYTHONPATH": path, "PILOTBOOK_CACHE": str(folder)})


def shown(notebook: nbformat.NotebookNode, cell: str) -> str:
    """Return the Markdown that a cell shows."""
    outputs: list[Any] = next(c for c in notebook.cells if c.id == cell).outputs
    return "".join(output["data"]["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {}))


@pytest.fixture(scope="module")
def quality() -> Quality:
    vintage = newest(DATA / "national-no-control-demo")
    pilots = vintage.table("exposure")["county"].tolist()
    return quality_of(vintage, pilots, ["drug_price_index", "drug_share", "complication_rate"])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chapter_runs_and_shows_the_quality_of_the_vintage(language: str, quality: Quality, tmp_path: Path) -> None:
    notebook = run(language, tmp_path)
    table = shown(notebook, "tbl-completeness")
    for row in quality.completeness:
        line = next(li for li in table.split("\n") if read_catalogue().indicators[row.indicator].label(language) in li)
        assert f"{row.missing_pilots:.1f}" in line
        assert GATES[row.gate].split()[0] in line
    assert "national-no-control-demo" in shown(notebook, "tbl-vintage")
    assert ("yes" if language == "en" else "是") in shown(notebook, "tbl-vintage")
    assert len(shown(notebook, "tbl-triangle").split("\n")) == 2 + 8
    said = [e["result"] for c in notebook.cells for e in c.metadata.get("user_expressions", [])]
    assert GATES[quality.worst] in str(said) or language == "zh"
    assert quality.run_out.last in str(said)
    figure = next(c for c in notebook.cells if c.id == "fig-missingness")
    alt = next(line for line in figure.source.split("\n") if "fig-alt" in line)
    assert f"{quality.missingness.share.mean():.1f}" in alt
    assert any("image/svg+xml" in output.get("data", {}) for output in figure.outputs)


def test_every_gate_has_a_shape_and_a_word() -> None:
    assert set(GATES) == set(Gate)
    assert len({text.split()[0] for text in GATES.values()}) == len(Gate)
