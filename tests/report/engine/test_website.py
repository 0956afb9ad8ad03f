"""The website's pre-render script runs chapters elsewhere and leaves the sources as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pilotbook.report.chapters import ORDER
from pilotbook.site.drawing import MENU
from tests.report.engine.conftest import GALLERY, PACKAGE
from tests.report.engine.snippets import code, markdown

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "reports" / "run_chapters.py"
PARAMETERS = """#| include: false
plan: str = "outcome-based-payment"
period: str = "2024Q4"
language: str = "en"
"""
"""Of a plan on simulated data whose reform has begun nowhere."""


@pytest.fixture
def project(tmp_path: Path, write_notebook: Any) -> Path:
    """A project with one small chapter."""
    (tmp_path / "analysis").mkdir()
    chapter = write_notebook(
        "---\ntitle: Chapter\n---\n",
        {**code(PARAMETERS), "id": "parameters", "metadata": {"tags": ["parameters"]}},
        {**code("value = 6 * 7"), "id": "value"},
        {**markdown("It is `{python} value`."), "id": "text"},
        {**markdown("It has begun."), "id": "begun", "metadata": {"tags": ["part:begun"]}},
    )
    shutil.move(chapter, tmp_path / "analysis" / "chapter.ipynb")
    shutil.copy(GALLERY / "gallery.bib", tmp_path / "analysis" / "references.bib")
    return tmp_path


def _run(project: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QUARTO_PROJECT_DIR": str(project), "PYTHONPATH": str(PACKAGE), **changed}
    return subprocess.run(
        [sys.executable, SCRIPT], env=environment, cwd=project, capture_output=True, text=True, check=False
    )


def _cells(project: Path) -> dict[str, Any]:
    cells = json.loads((project / "chapters" / "chapter.ipynb").read_text("utf-8"))["cells"]
    return {cell["id"]: cell for cell in cells}


def test_chapters_are_executed_elsewhere(project: Path) -> None:
    source = project / "analysis" / "chapter.ipynb"
    before = source.read_bytes()
    (project / "chapters").mkdir()
    (project / "chapters" / "gone.ipynb").write_text("{}")
    run = _run(project)
    assert run.returncode == 0, run.stderr
    cells = _cells(project)
    assert cells["chapter-text"]["metadata"]["user_expressions"][0]["result"]["data"]["text/plain"] == "42"
    assert source.read_bytes() == before
    assert sorted(path.name for path in (project / "chapters").iterdir()) == ["chapter.ipynb", "references.bib"]


def test_chapter_is_the_report_of_that_chapter_alone(project: Path) -> None:
    assert _run(project).returncode == 0
    cells = _cells(project)
    front = yaml.safe_load("".join(cells["front-matter"]["source"]).strip("-"))
    assert "chapter-begun" not in cells
    assert front["report"]["plan"] == "outcome-based-payment"
    assert front["report"]["simulated"] is True
    assert front["bibliography"] == "references.bib"


def test_chapter_that_raises_stops_the_render_with_one_message(project: Path) -> None:
    path = project / "analysis" / "chapter.ipynb"
    path.write_text(path.read_text("utf-8").replace("6 * 7", "6 / 0"), "utf-8")
    run = _run(project)
    assert run.returncode == 1
    assert "chapter.ipynb, cell 3 ('chapter-value')" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (project / "chapters" / "chapter.ipynb").exists()


def test_every_chapter_is_listed() -> None:
    listed = re.findall(r"\.\./chapters/(\w+)\.ipynb", (ROOT / "reports" / "index.qmd").read_text("utf-8"))
    assert listed == [chapter for chapter in ORDER if (ROOT / "analysis" / f"{chapter}.ipynb").is_file()]


def test_menu_is_that_of_the_site() -> None:
    settings = yaml.safe_load((ROOT / "_quarto.yml").read_text("utf-8"))
    links = settings["website"]["navbar"]["left"]
    drawn = [(link["href"].replace("index.qmd", "index.html"), link["text"]) for link in links]
    assert drawn == [*MENU, ("reports/index.html", "Chapters")]


def test_configuration_executes_nothing_and_lists_its_inputs() -> None:
    settings = yaml.safe_load((ROOT / "_quarto.yml").read_text("utf-8"))
    assert settings["execute"] == {"enabled": False}
    assert settings["project"]["pre-render"] == "reports/run_chapters.py"
    assert settings["project"]["render"] == ["index.qmd", "reports/index.qmd", "chapters/*.ipynb"]
    assert (ROOT / "_environment").read_text("utf-8") == "QUARTO_PYTHON=.venv/bin/python\n"


def test_templates_hold_no_dollar_that_pandoc_would_read() -> None:
    assert "$" not in (ROOT / "_extensions" / "pilotbook" / "typst-template.typ").read_text("utf-8")
