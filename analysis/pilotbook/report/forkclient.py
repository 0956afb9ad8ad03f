"""The other side of the fork server: starting it once, and having a notebook run by one of its children."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from nbformat import NotebookNode, from_dict

from pilotbook.errors import NotebookError
from pilotbook.fingerprint import PACKAGE
from pilotbook.report.environment import ENVIRONMENT
from pilotbook.report.sockets import check_temporary_folder
from pilotbook.report.stopped import StoppedError

DIED = "DeadKernelError: the process of the notebook died"
START = 300.0
"""Seconds that the server may take to load its libraries, on a machine that is busy."""
WAITING = 64
"""Calls that may wait for a child at the same time."""


def run_in_fork(notebook: NotebookNode, folder: Path, environment: Mapping[str, str], timeout: float) -> None:
    """Run a notebook in place, in a child of the fork server.

    Parameters
    ----------
    notebook, folder, environment, timeout
        As `execute` has them; ``environment`` is complete.

    Raises
    ------
    StoppedError
        If a cell raises, takes too long, or its process dies.
    NotebookError
        If an expression raises.
    """
    job = {"notebook": notebook, "folder": str(folder), "environment": dict(environment)}
    running = 0
    with _child() as connection:
        try:
            connection.send_bytes(json.dumps(job).encode())
            while connection.poll(timeout):
                message = json.loads(connection.recv_bytes())
                if "end" in message:
                    return
                running = _take(message, notebook)
        except (EOFError, OSError):
            raise StoppedError(running, DIED) from None
    raise StoppedError(running, f"TimeoutError: the cell takes longer than {timeout:g} seconds")


def _take(message: Mapping[str, Any], notebook: NotebookNode) -> int:
    """Put what a child says into the notebook; return the cell that it runs next."""
    if "language" in message:
        notebook.metadata["language_info"] = from_dict(message["language"])
        return 0
    if "refused" in message:
        raise NotebookError(message["refused"])
    if "stopped" in message:
        raise StoppedError(message["at"], message["stopped"])
    notebook.cells[message["at"]] = from_dict(message["cell"])
    return min(int(message["at"]) + 1, len(notebook.cells) - 1)


@contextmanager
def _child() -> Iterator[Connection]:
    """Give a connection to a new child; whatever happens, no child outlives it."""
    connection, child = _new_child()
    try:
        yield connection
    finally:
        connection.close()
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _new_child() -> tuple[Connection, int]:
    """Return a connection to a new child, and its process; a server that is gone is started anew, once."""
    with suppress(EOFError, OSError):
        return _greeted()
    _servers.pop(os.getpid(), None)
    try:
        return _greeted()
    except (EOFError, OSError):
        raise NotebookError(f"the fork server ended{_server_says()}; use --executor kernel") from None


def _greeted() -> tuple[Connection, int]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
        connected.connect(server_address())
        connection = Connection(connected.detach())
    if connection.poll(START):
        return connection, int(json.loads(connection.recv_bytes())["process"])
    raise NotebookError("the fork server does not answer; try again, or use --executor kernel")


@dataclass(slots=True)
class _Server:
    """A fork server of this process, or the address of one that another process has started.

    Attributes
    ----------
    address
        Path of its socket.
    process
        None if it is not ours.
    """

    address: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it said before it ended."""
        return self.address.with_name("log.txt")


_servers: dict[int, _Server] = {}
"""The server of this process, by the process's number: a forked copy of us must not take it for its own."""
_starting = Lock()


def server_address() -> str:
    """Start the fork server of this process, if it has none, and return its address for others to use."""
    with _starting:
        server = _servers.get(os.getpid())
        if server is None or (server.process is not None and server.process.poll() is not None):
            server = _servers[os.getpid()] = _start()
        return str(server.address)


def use_server(address: str) -> None:
    """Have notebooks of this process run by a server that another process has started."""
    _servers[os.getpid()] = _Server(Path(address))


def _start() -> _Server:
    """Start a server with an environment of its own; it waits for calls while it loads its libraries."""
    check_temporary_folder()
    folder = Path(tempfile.mkdtemp(prefix="pilotbook-fork-"))
    server = _Server(folder / "socket")
    search = [str(PACKAGE.parent), *(str(Path(p).resolve()) for p in os.environ.get("PYTHONPATH", "").split(":") if p)]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, server.log.open("wb") as log:
        listener.bind(str(server.address))
        listener.listen(WAITING)
        server.process = subprocess.Popen(
            [sys.executable, "-m", "pilotbook.report.forkserver", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=[listener.fileno()],
            cwd=folder,
            env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(search)},
            start_new_session=True,
        )
    atexit.register(_stop, server, os.getpid())
    return server


def _stop(server: _Server, owner: int) -> None:
    if server.process is not None and os.getpid() == owner:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # there is nothing left to interrupt but this
        server.process.kill()
        server.process.wait()
        assert server.process.stdin is not None
        server.process.stdin.close()
        shutil.rmtree(server.address.parent, ignore_errors=True)


def _server_says() -> str:
    """Return the last line that the server left behind."""
    server = _servers.get(os.getpid())
    lines = server.log.read_text(errors="replace").splitlines() if server and server.log.is_file() else []
    return f" ({lines[-1]})" if lines else ""
