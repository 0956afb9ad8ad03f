"""Executing a notebook so that its bytes depend on its inputs alone."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from pilotbook.errors import NotebookError

INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
"""An inline expression in prose, as Quarto writes it."""

OPTION = re.compile(r'^(#\|[ \t]*[\w-]+:[ \t]*)"?\{python\}[ \t]+(.+?)"?[ \t]*$', re.MULTILINE)
"""A cell option whose value is an expression: ``#| fig-alt: "{python} alt"``."""

ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OPENBLAS_NUM_THREADS": "1",  # two workers on two cores; and a fixed order of summation
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
}


class _Client(NotebookClient):
    """Also evaluates expressions in prose and in cell options, where Quarto stores and reads them."""

    at = 0
    """Which cell is being run: a kernel that dies does not say so itself."""

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, execution_count: int | None = None, store_history: bool = True
    ) -> NotebookNode:
        self.at = cell_index
        if cell.cell_type == "markdown":
            expressions = [match.strip() for match in INLINE.findall(cell.source)]
            if expressions:
                cell.metadata["user_expressions"] = await self._evaluate(expressions, cell)
            return cell
        if cell.cell_type == "code":
            await super().async_execute_cell(cell, cell_index, execution_count, store_history)
            await self._resolve_options(cell)
        return cell

    async def _resolve_options(self, cell: NotebookNode) -> None:
        expressions = [match[2] for match in OPTION.finditer(cell.source)]
        if not expressions:
            return
        texts = iter(_plain_text(result) for result in await self._evaluate(expressions, cell))
        cell.source = OPTION.sub(lambda match: match[1] + _yaml_string(next(texts)), cell.source)

    async def _evaluate(self, expressions: list[str], cell: NotebookNode) -> list[dict[str, Any]]:
        assert self.kc is not None
        request = self.kc.execute("", user_expressions={str(i): e for i, e in enumerate(expressions)})
        reply = await self.async_wait_for_reply(request)
        assert reply is not None
        results = reply["content"]["user_expressions"]
        values = [results[str(i)] for i in range(len(expressions))]
        for expression, value in zip(expressions, values, strict=True):
            if value["status"] != "ok":
                raise NotebookError(
                    f"cell '{cell.id}': the expression `{expression}` raised {value['ename']}: {value['evalue']}"
                )
        return [{"expression": e, "result": v} for e, v in zip(expressions, values, strict=True)]


def _plain_text(value: Mapping[str, Any]) -> str:
    """Return the text of an expression's value; a string comes as its Python literal."""
    text: str = value["result"]["data"]["text/plain"]
    return str(ast.literal_eval(text)) if text[:1] in {"'", '"'} else text


def _yaml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def execute(
    notebook: NotebookNode,
    folder: Path,
    name: str,
    environment: Mapping[str, str] | None = None,
    timeout: int = 600,
) -> NotebookNode:
    """Run a notebook in a private working directory and return it without traces of the run.

    Parameters
    ----------
    notebook
        Composed and parameterised; it is changed in place and returned.
    folder
        Working directory of the kernel.
    name
        How messages call the notebook.
    environment
        Further variables for the kernel.
    timeout
        Seconds a cell may take.

    Raises
    ------
    NotebookError
        If a cell raises, takes too long, or the kernel dies; the message shows the cell and its source.
    """
    client = _Client(
        notebook,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )
    try:
        client.execute(env=_environment(folder) | dict(environment or {}))
    except CellExecutionError as error:
        raise NotebookError(_failure(notebook, client.at, name, f"{error.ename}: {error.evalue}")) from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(_failure(notebook, client.at, name, str(error).splitlines()[0])) from None
    except NotebookError as error:
        raise NotebookError(f"{name}, {error}") from None
    _clean(notebook)
    return notebook


def _environment(folder: Path) -> dict[str, str]:
    """Return the kernel's variables; it runs in another folder, where a relative search path leads nowhere."""
    search = [str(Path(entry).resolve()) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return {**os.environ, **ENVIRONMENT, "IPYTHONDIR": str(folder), "PYTHONPATH": os.pathsep.join(search)}


def _failure(notebook: NotebookNode, at: int, name: str, reason: str) -> str:
    """Name the cell that failed and show its source."""
    cell = notebook.cells[at]
    source = "\n".join(f"    {line}" for line in cell.source.splitlines())
    return f"{name}, cell {at + 1} ('{cell.id}') raised {reason}\n{source}"


def _clean(notebook: NotebookNode) -> None:
    """Remove what differs from run to run: counters, memory addresses, versions of the kernel."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = None
            data = output.get("data", {})
            if "text/plain" in data:
                data["text/plain"] = re.sub(r"0x[0-9a-fA-F]{6,}", "0x0", data["text/plain"])
    notebook.metadata.get("language_info", {}).pop("version", None)
