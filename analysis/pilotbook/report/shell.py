"""Running the cells of a notebook in this process, with IPython's machinery and without a kernel.

What a cell shows is recorded as a kernel would send it: displayed objects, results, printed text, errors.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from io import TextIOBase
from typing import Any, ClassVar

import matplotlib_inline.backend_inline as inline
import nbformat.v4
from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from jupyter_client.jsonutil import json_default
from nbformat import NotebookNode
from traitlets.config import Config

from pilotbook.report.environment import ENVIRONMENT
from pilotbook.report.expressions import expressions_of, numbered, store
from pilotbook.report.stopped import StoppedError

LANGUAGE: dict[str, Any] = {k: v for k, v in IPythonKernel.language_info.items() if k != "version"}
"""What a kernel says of itself, and a notebook keeps."""

BACKEND = ENVIRONMENT["MPLBACKEND"]
SKIPPED, MAY_RAISE = "skip-execution", "raises-exception"


class _Publisher(DisplayPublisher):
    """Records what a cell displays."""

    def publish(  # type: ignore[override]  # the base class has a parameter that is going away
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        assert self.shell is not None
        self.shell.recorded.show(data, metadata or {}, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        assert self.shell is not None
        self.shell.recorded.clear(wait)


class _Hook(DisplayHook):
    """Records the value of a cell's last line."""

    def start_displayhook(self) -> None:
        """Print nothing around it."""

    write_output_prompt = finish_displayhook = start_displayhook

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        data, metadata = _as_json(format_dict), _as_json(md_dict or {})
        assert self.shell is not None
        self.shell.recorded.add(nbformat.v4.new_output("execute_result", data=data, metadata=metadata))


class Shell(InteractiveShell):
    """IPython without a terminal, without a history on disk."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    recorded: Recorded

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to open."""

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recorded.add(
            nbformat.v4.new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        )


class Recorded:
    """The outputs of the cell that is running.

    Attributes
    ----------
    outputs
        In the order in which they came.
    updated
        Whether an output of an earlier cell was changed.
    """

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self.updated = False
        self._by_id: dict[str, list[NotebookNode]] = {}
        self._clear_before_next = False

    def begin(self) -> list[NotebookNode]:
        """Start the list of another cell."""
        self.outputs, self._clear_before_next = [], False
        return self.outputs

    def add(self, output: NotebookNode) -> None:
        """Append an output."""
        if self._clear_before_next:
            self.clear(wait=False)
        self.outputs.append(output)

    def show(self, data: dict[str, Any], metadata: dict[str, Any], name: str | None, update: bool) -> None:
        """Append what is displayed, or put it in place of what was displayed under the same name."""
        output = nbformat.v4.new_output("display_data", data=_as_json(data), metadata=_as_json(metadata))
        shown = self._by_id.setdefault(name, []) if name is not None else []
        if update:
            for earlier in shown:
                earlier.update(data=output.data, metadata=output.metadata)
            self.updated = self.updated or bool(shown)
            return
        shown.append(output)
        self.add(output)

    def clear(self, wait: bool) -> None:
        """Drop the outputs, now or when the next one comes."""
        self._clear_before_next = wait
        if not wait:
            self.outputs.clear()


class _Stream(TextIOBase):
    """Standard output or standard error of the cells."""

    encoding = "utf-8"
    fileno_of: ClassVar[dict[str, int]] = {"stdout": 1, "stderr": 2}

    def __init__(self, name: str, recorded: Recorded) -> None:
        self.name, self._recorded = name, recorded

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.fileno_of[self.name]

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        last = self._recorded.outputs[-1] if self._recorded.outputs else None
        if last is not None and last.output_type == "stream" and last.name == self.name:
            last.text += text
        elif text:
            self._recorded.add(nbformat.v4.new_output("stream", name=self.name, text=text))
        return len(text)


class _Descriptors:
    """What programs that a cell starts print past Python: kept in two files, and added to the cell when it ends."""

    def __init__(self) -> None:
        self._files = {name: tempfile.TemporaryFile() for name in _Stream.fileno_of}  # noqa: SIM115  # kept open
        for name, number in _Stream.fileno_of.items():
            os.dup2(self._files[name].fileno(), number)

    def move_to(self, recorded: Recorded) -> None:
        for name, file in self._files.items():
            file.seek(0)
            text = file.read().decode(errors="replace")
            if text:
                recorded.add(nbformat.v4.new_output("stream", name=name, text=text))
                file.seek(0)
                file.truncate()


def run_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Run the cells of a notebook in this process, which is good for nothing else afterwards.

    Yields
    ------
    tuple
        Position and cell, as each ends, also the one that raises; all again if one changed what another shows.

    Raises
    ------
    StoppedError
        If a cell raises.
    NotebookError
        If an expression does.
    """
    recorded, descriptors = Recorded(), _Descriptors()
    shell = _new_shell(recorded)
    sys.stdout, sys.stderr = _Stream("stdout", recorded), _Stream("stderr", recorded)
    for at, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        error = None
        if cell.cell_type == "code" and cell.source.strip() and SKIPPED not in tags:
            cell.outputs = recorded.begin()
            done = shell.run_cell(cell.source, store_history=True)
            descriptors.move_to(recorded)
            error = done.error_before_exec or done.error_in_exec
        if error is not None and MAY_RAISE not in tags:
            yield at, cell
            raise StoppedError(at, f"{type(error).__name__}: {error}")
        expressions = expressions_of(cell)
        if expressions:
            store(cell, expressions, _as_json(shell.user_expressions(numbered(expressions))))
        yield at, cell
    if recorded.updated:
        yield from enumerate(notebook.cells)


def _new_shell(recorded: Recorded) -> InteractiveShell:
    config = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}, "Shell": {"colors": "neutral"}})
    shell: Shell = Shell.instance(config=config)
    shell.recorded = recorded
    activate_matplotlib(BACKEND)
    inline.configure_inline_support(shell, BACKEND)
    return shell


def _as_json(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a kernel's message would bring: pictures in base64, dates as text."""
    found: dict[str, Any] = json.loads(json.dumps(content, default=json_default))
    return found
