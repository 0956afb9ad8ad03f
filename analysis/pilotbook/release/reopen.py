"""Laying a release open for a reviewer: its chapters with its parameters, its plan and data as they stood."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from pilotbook.errors import CallError
from pilotbook.project import CHAPTERS, DATA
from pilotbook.release.data import find_data
from pilotbook.release.layout import Release, chain, releases, root_of
from pilotbook.release.room import Room, furnish
from pilotbook.report.compose import read_notebook, write_notebook
from pilotbook.report.parameters import TAG

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
    values = {"plan": release.record.plan, "period": release.record.period, "language": language}
    for chapter in sorted(CHAPTERS.glob("*.ipynb")):
        notebook = read_notebook(chapter)
        if _set_parameters(notebook, {**release.record.parameters, **values}):
            _enter(notebook, room)
            write_notebook(notebook, folder / chapter.name)
    return room


def _set_parameters(notebook: NotebookNode, values: Mapping[str, object]) -> bool:
    """Write values into the cell of parameters; tell whether there is one."""
    cells = [cell for cell in notebook.cells if TAG in cell.metadata.get("tags", [])]
    for cell in cells:
        cell.source = "\n".join(_line(line, values) for line in cell.source.splitlines())
    return bool(cells)


def _line(line: str, values: Mapping[str, object]) -> str:
    statement = ast.parse(line).body[:1]
    match statement:
        case [ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=kind))] if name in values:
            return f"{name}: {kind} = {values[name]!r}"
    return line


def _enter(notebook: NotebookNode, room: Room) -> None:
    """Put a cell first that makes the chapter see the room, in whatever Jupyter it is opened."""
    lines = ["import os", "", f"os.environ |= {dict(room.variables)!r}"]
    cell = nbformat.v4.new_code_cell("\n".join(lines))
    cell["id"] = ROOM_CELL
    first = next(position for position, each in enumerate(notebook.cells) if each.cell_type == "code")
    notebook.cells.insert(first, cell)
