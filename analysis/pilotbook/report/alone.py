"""A chapter by itself: the report of that chapter alone, with the plan that it names by default."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from nbformat import NotebookNode

from pilotbook.design.planfile import find_plan, read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report import parameters
from pilotbook.report.compose import compose, read_notebook
from pilotbook.report.execute import execute
from pilotbook.report.frontmatter import front_matter
from pilotbook.report.selection import parts


def run_alone(path: Path) -> NotebookNode:
    """Run a chapter with its default parameters.

    As in a report of several chapters, cells that have nothing to show for the plan are left out, and the front matter
    says of what the chapter speaks and whether its data are simulated. The file itself stays as it is.

    Parameters
    ----------
    path
        The chapter, with the parameters ``plan``, ``period`` and ``language`` among those that it declares.

    Returns
    -------
    NotebookNode
        Executed; its title is the plan's, since the chapter's own heading stands below it.

    Raises
    ------
    PilotbookError
        If the chapter or its plan cannot be read, or a cell raises.
    """
    chapter = read_notebook(path)
    values = parameters.check({}, parameters.declared(chapter, path.name), path.name)
    plan_file = read_plan(find_plan(str(values["plan"])))
    evaluation = evaluate(plan_file, load_panel(plan_file), str(values["period"]))
    ledger = evaluation.ledger
    matter = {**front_matter(plan_file, ledger.period, ledger.data, values), "pagetitle": _title(chapter)}
    notebook = compose({path.stem: chapter}, matter, str(values["language"]), parts(evaluation))
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
        return execute(notebook, Path(private), path.name)


def _title(chapter: NotebookNode) -> str:
    """Return the title of a chapter, which a browser shows for its page."""
    front: dict[str, str] = yaml.safe_load(chapter.cells[0].source.strip("-\n"))
    return front["title"]
