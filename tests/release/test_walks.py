"""The walks of the evaluator and of the reviewer in the documentation do what they say, line by line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from pilotbook.release.layout import releases

from .walk_project import ROOT, as_shown, make_project, run, steps

DOCS = ROOT / "docs" / "releases"


def walk(page: str, folder: Path) -> None:
    """Run the commands of a page and compare what they print with what the page shows."""
    found = steps(DOCS / page)
    assert len(found) > 4
    for command, shown in found:
        done = run(command, folder)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        assert as_shown(done.stdout, shown), f"$ {command}\n{done.stdout}\nthe page shows:\n{shown}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the evaluator has been."""
    folder = make_project(tmp_path_factory.mktemp("walk") / "project")
    walk("quarterly-walk.md", folder)
    return folder


@pytest.mark.slow
def test_the_evaluators_walk(project: Path):
    first, second = releases(project / "reports" / "releases")
    assert second.record.previous is not None
    assert second.record.previous.sha256 == first.sha256
    assert (first.record.data.vintage, second.record.data.vintage) == ("2024Q3", "2024Q4")
    assert (project / "_site" / "county-visits" / "2024Q4" / "v1" / "en").is_dir()


@pytest.mark.slow
def test_the_reviewers_walk(project: Path):
    clone = project.parent / "clone"
    assert run(f"git clone -q . {clone}", project).returncode == 0
    shutil.copytree(project / "bin", clone / "bin")
    walk("reviewers-walk.md", clone)
    certificate = json.loads(
        (clone / "reports/releases/county-visits/2024Q4/v1.about/certificate.json").read_text("utf-8")
    )
    assert certificate["verdict"] == "identical"
    notebook = nbformat.read(clone / "open" / "did.ipynb", as_version=4)
    shutil.copy(project / "analysis" / "plans" / "county-visits.yml", clone / "open" / "plans")  # the choice taken back
    run_in_jupyter(notebook, clone)
    told = "".join(str(cell.get("outputs", "")) for cell in notebook.cells)
    lead = releases(clone / "reports" / "releases")[-1].record.headline[0].row
    assert lead in told


def run_in_jupyter(notebook: nbformat.NotebookNode, clone: Path) -> None:
    """Run all cells as JupyterLab does, with the kernel of the machine."""
    variables = {"PYTHONPATH": str(clone / "analysis"), "OPENBLAS_NUM_THREADS": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        config = Config({"KernelManager": {"transport_encryption": "auto"}})
        NotebookClient(notebook, config=config, resources={"metadata": {"path": str(clone / "open")}}).execute()
