"""Executing in a Jupyter kernel: a fresh process for every notebook, on any system."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from pilotbook.report.expressions import expressions_of, numbered, store
from pilotbook.report.stopped import StoppedError


class _Client(NotebookClient):
    """Also evaluates expressions in prose and in cell options."""

    at = 0
    """Which cell is being run: a kernel that dies does not say so itself."""

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, execution_count: int | None = None, store_history: bool = True
    ) -> NotebookNode:
        self.at = cell_index
        if cell.cell_type == "code":
            await super().async_execute_cell(cell, cell_index, execution_count, store_history)
        expressions = expressions_of(cell)
        if expressions:
            assert self.kc is not None
            request = self.kc.execute("", user_expressions=numbered(expressions))
            reply = await self.async_wait_for_reply(request)
            assert reply is not None
            store(cell, expressions, reply["content"]["user_expressions"])
        return cell


def run_in_kernel(notebook: NotebookNode, folder: Path, environment: Mapping[str, str], timeout: float) -> None:
    """Run a notebook in place, in a kernel of its own.

    Parameters
    ----------
    notebook, folder, environment, timeout
        As `execute` has them; ``environment`` is complete.

    Raises
    ------
    StoppedError
        If a cell raises, takes too long, or the kernel dies.
    NotebookError
        If an expression raises.
    """
    client = _Client(
        notebook,
        config=Config(
            {"KernelManager": {"transport_encryption": "auto", "connection_file": str(folder / "connection.json")}}
        ),
        timeout=int(timeout),
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )
    try:
        _execute(client, {**environment, "IPYTHONDIR": str(folder)})
    except CellExecutionError as error:
        raise StoppedError(client.at, f"{error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise StoppedError(client.at, str(error).splitlines()[0]) from None


def _execute(client: _Client, environment: Mapping[str, str]) -> None:
    """Execute in a thread: in the main thread nbclient takes Ctrl-C and requests to end for itself, and keeps them.

    A kernel that is done ends by itself and clears up what its libraries want cleared; if we are interrupted, it is
    ended first.
    """
    with closing(asyncio.new_event_loop()) as loop, ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(loop.run_until_complete, _executed(client, environment)).result()
        except BaseException:
            loop.call_soon_threadsafe(_interrupt, client, loop)
            raise


async def _executed(client: _Client, environment: Mapping[str, str]) -> None:
    try:
        await client.async_execute(env=environment)
    finally:
        if client.km is not None and client.km.has_kernel:  # it was being started when we were interrupted
            await ensure_async(client.km.shutdown_kernel(now=True))


def _interrupt(client: _Client, loop: asyncio.AbstractEventLoop) -> None:
    client.shutdown_kernel = "immediate"  # asked to end in the midst of a cell, it would complain
    for task in asyncio.all_tasks(loop):
        task.cancel()
