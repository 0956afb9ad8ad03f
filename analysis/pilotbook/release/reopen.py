"""Laying a release open for a reviewer: its chapters with its parameters, its plan and data as they stood."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from pilotbook.design.applies import applied
from pilotbook.design.planfile import read_plan
from pilotbook.errors import CallError
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.panel.dataset import find_dataset
from pilotbook.project import DATA
from pilotbook.release.data import find_data
from pilotbook.release.layout import Release, chain, releases, root_of
from pilotbook.release.room import Room, furnish
from pilotbook.report.chapters import chapters_of, notebook_of
from pilotbook.report.compose import compose, read_notebook, write_notebook
from pilotbook.report.frontmatter import LANGUAGE_TAG
from pilotbook.report.parameters import inject
from pilotbook.report.selection import parts, shown

ROOM = "room.sh"
ROOM_CELL = "room"


def reopen(release: Release, folder: Path, language: str, plan: Path | None = None) -> Room:
    """Lay a release open in a new folder.

    Parameters
    ----------
    release
        The release.
    folder
        Where; it must not exist or be empty.
    language
        The language that the chapters are set to.
    plan
        The plan's file, from which the data are named; None for where it was.

    Raises
    ------
    CallError
        If there is something in the folder already.
    PilotbookError
        If the data are not there any more.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CallError(f"{folder}: there is something in the folder already; name a new one")
    root = root_of(release)
    home = (plan or (root / release.record.plan_path).resolve()).parent
    kept = find_data(release.record, home, DATA)
    folder.mkdir(parents=True, exist_ok=True)
    room = furnish(folder, release, kept, chain(release, releases(root, release.record.plan)))
    exports = [f"export {name}='{value}'" for name, value in room.variables.items()]
    (folder / ROOM).write_text("\n".join([*exports, ""]), encoding="utf-8")
    evaluation = _evaluation(room, release)
    chapters = {name: read_notebook(notebook_of(name)) for name in chapters_of(evaluation.plan)}
    values = {**release.record.parameters, "plan": release.record.plan, "period": release.record.period}
    there = shown(chapters, evaluation)
    for name, chapter in chapters.items():
        if name not in there:
            continue
        matter = {"title": name, "lang": LANGUAGE_TAG[language]}
        notebook = compose({name: chapter}, matter, language, parts(evaluation))
        inject(notebook, {**values, "language": language})
        _enter(notebook, room)
        write_notebook(notebook, folder / f"{name}.ipynb")
    return room


def _evaluation(room: Room, release: Release) -> Evaluation:
    """Evaluate in the room: what there is to show decides which cells a chapter has."""
    plan_file = read_plan(room.plan)
    dataset = find_dataset(plan_file.plan.dataset, room.plan.parent, room.folder / "data")
    return evaluate(plan_file, applied(plan_file, dataset.read(plan_file.plan.layout())), release.record.period)


def _enter(notebook: NotebookNode, room: Room) -> None:
    """Put a cell first that makes the chapter see the room, in whatever Jupyter it is opened."""
    lines = ["import os", "", f"os.environ |= {dict(room.variables)!r}"]
    cell = nbformat.v4.new_code_cell("\n".join(lines))
    cell["id"] = ROOM_CELL
    first = next(position for position, each in enumerate(notebook.cells) if each.cell_type == "code")
    notebook.cells.insert(first, cell)
