"""Executing a notebook so that its bytes depend on its inputs alone, whichever executor runs it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pilotbook.errors import NotebookError
from pilotbook.report.environment import ENVIRONMENT
from pilotbook.report.stopped import StoppedError

if TYPE_CHECKING:
    from nbformat import NotebookNode  # an unchanged report spares its import

FORK, KERNEL = EXECUTORS = ("fork", "kernel")
"""A child of a server that has the libraries loaded; a Jupyter kernel, which loads them anew."""

DEFAULT = FORK if hasattr(os, "fork") else KERNEL

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
CODE_FILE = re.compile(r"\S*ipykernel_\d+[\\/]\d+\.py|<ipython-input-[^>]+>|(?<=\()\d+\.py")
"""How a kernel calls the code of a cell, with the number of its process; and how IPython itself does."""


def execute(
    notebook: NotebookNode,
    folder: Path,
    name: str,
    environment: Mapping[str, str] | None = None,
    executor: str = DEFAULT,
    timeout: float = 600,
) -> NotebookNode:
    """Run a notebook in a private working directory and return it without traces of the run.

    Parameters
    ----------
    notebook
        Composed and parameterised; it is changed in place and returned.
    folder
        Working directory of the cells.
    name
        How messages call the notebook.
    environment
        Further variables for the cells.
    executor
        ``fork`` or ``kernel``; both give the same bytes.
    timeout
        Seconds a cell may take.

    Raises
    ------
    NotebookError
        If a cell raises, takes too long, or its process dies; the message shows the cell and its source.
    """
    variables = _variables() | dict(environment or {})
    try:
        if executor == FORK:
            from pilotbook.report.forkclient import run_in_fork  # noqa: PLC0415  # not on every system

            run_in_fork(notebook, folder, variables, timeout)
        else:
            from pilotbook.report.kernel import run_in_kernel  # noqa: PLC0415  # half a second that a fork spares

            run_in_kernel(notebook, folder, variables, timeout)
    except StoppedError as stop:
        raise NotebookError(_failure(notebook, stop, name)) from None
    except NotebookError as error:
        raise NotebookError(f"{name}, {error}") from None
    _clean(notebook)
    return notebook


def _variables() -> dict[str, str]:
    """Return the environment of the cells; they run in another folder, where a relative search path leads nowhere."""
    search = [str(Path(entry).resolve()) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(search)}


def _failure(notebook: NotebookNode, stop: StoppedError, name: str) -> str:
    """Name the cell that failed and show its source."""
    cell = notebook.cells[stop.at]
    source = "\n".join(f"    {line}" for line in cell.source.splitlines())
    reason = CODE_FILE.sub("cell", stop.reason)
    return f"{name}, cell {stop.at + 1} ('{cell.id}') raised {reason}\n{source}"


def _clean(notebook: NotebookNode) -> None:
    """Remove what differs from run to run: counters, memory addresses, names of processes, timing of streams."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        cell.outputs = _joined_streams(cell.outputs)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = None
            if output.output_type == "stream":
                output.text = CODE_FILE.sub("cell", output.text)
            data = output.get("data", {})
            if "text/plain" in data:
                data["text/plain"] = ADDRESS.sub("0x0", data["text/plain"])
    notebook.metadata.get("language_info", {}).pop("version", None)


def _joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed between two other outputs, errors last: a kernel cuts it up as time goes by."""
    joined: list[NotebookNode] = []
    for printed, group in groupby(outputs, lambda output: output.output_type == "stream"):
        if not printed:
            joined += group
            continue
        by_name: dict[str, NotebookNode] = {}
        for output in group:
            if output.name in by_name:
                by_name[output.name].text += output.text
            else:
                by_name[output.name] = output
        joined += [by_name[name] for name in sorted(by_name, reverse=True)]
    return joined
