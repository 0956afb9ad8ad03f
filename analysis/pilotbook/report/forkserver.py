"""The fork server: a process that has the libraries loaded, and gives each notebook a child that starts with them.

It is started clean, stays single-threaded and compiles nothing with Typst, whose threads a forked child would wait for
without end. Run as ``python -m pilotbook.report.forkserver DESCRIPTOR`` with a listening socket; it ends when its
standard input does, that is with the process that started it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from itertools import product
from multiprocessing.connection import Connection
from pkgutil import iter_modules

import nbformat.v4
from babel.numbers import format_decimal

from pilotbook import fingerprint, report
from pilotbook.design.checklist import checklist
from pilotbook.design.contract import inference_rules
from pilotbook.evaluate.ingredients import CODE, LIBRARIES
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.stages import MAKING

LIFELINE = 0
"""Standard input: open as long as the process that wants us is alive."""

RARELY = (20_000, 20, 20)
"""When a child looks for what may be forgotten: it lives for seconds, and figures are made of many small things."""

SIZES = range(7, 13)
"""Sizes of the texts of figures; a face is looked for anew for each."""

ELSEWHERE = (
    "pilotbook.report.checklist.answers",
    "pilotbook.release.changes_chapter",
    *(
        "pilotbook.panel.build",
        "pilotbook.panel.table",
        "pilotbook.panel.vintage_panel",
        "pyarrow.dataset",
        "encodings.utf_8_sig",
    ),
    *("IPython.core.application", "IPython.core.completerlib", "IPython.core.oinspect", "matplotlib.style"),
)
"""What chapters import besides the modules of `pilotbook.report`, and what reading a panel and starting a shell do."""


def main() -> None:
    """Serve until the lifeline is cut."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who started us
    _load_libraries()
    gc.freeze()  # what is there by now is shared with all children, and never looked at again
    gc.set_threshold(*RARELY)
    serve(listener, _run_notebook)


def serve(listener: socket.socket, run: Callable[[Connection], None]) -> None:
    """Fork a child for every connection, until the lifeline is cut."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children; they leave no trace
    watched = select.poll()
    watched.register(listener, select.POLLIN)
    watched.register(LIFELINE, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in watched.poll()}
        if LIFELINE in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            _be_child(listener, Connection(connection.detach()), run)
        connection.close()


def _be_child(listener: socket.socket, connection: Connection, run: Callable[[Connection], None]) -> None:
    """Serve one connection and end, whatever happens; end at once if the other side hangs up."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a cell may start programs and wait for them
        listener.close()
        os.dup2(os.open(os.devnull, os.O_RDONLY), LIFELINE)
        threading.Thread(target=_end_with, args=(connection.fileno(),), daemon=True).start()
        run(connection)
        status = 0
    finally:
        os._exit(status)


def _end_with(descriptor: int) -> None:
    hung_up = select.poll()
    hung_up.register(descriptor, 0)
    hung_up.poll()
    os._exit(1)


def _run_notebook(connection: Connection) -> None:
    """Receive a notebook, run it, and send each cell as it ends."""
    from pilotbook.errors import NotebookError  # noqa: PLC0415  # loaded long ago
    from pilotbook.report.shell import LANGUAGE, run_cells  # noqa: PLC0415
    from pilotbook.report.stopped import StoppedError  # noqa: PLC0415

    def send(**message: object) -> None:
        connection.send_bytes(json.dumps(message).encode())

    send(process=os.getpid())
    job = json.loads(connection.recv_bytes())
    _move_to(job["folder"], job["environment"])
    send(language=LANGUAGE)
    try:
        for at, cell in run_cells(nbformat.from_dict(job["notebook"])):
            send(at=at, cell=cell)
    except StoppedError as stop:
        send(stopped=stop.reason, at=stop.at)
    except NotebookError as error:
        send(refused=str(error))
    send(end=True)


def _move_to(folder: str, environment: dict[str, str]) -> None:
    """Take over the folder and the environment of a notebook."""
    os.environ.clear()
    os.environ.update(environment, IPYTHONDIR=folder)
    time.tzset()
    os.chdir(folder)
    search = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:0] = [entry for entry in search if entry not in sys.path]


def _load_libraries() -> None:
    """Import what chapters import, and do once what each of them does: what is made at first use is then there."""
    own = [f"{report.__name__}.{module.name}" for module in iter_modules(report.__path__) if module.name not in MAKING]
    for name in (*own, *ELSEWHERE):
        importlib.import_module(name)
    read_catalogue()
    checklist()
    inference_rules()
    fingerprint.code(*CODE)
    fingerprint.libraries(*LIBRARIES)
    nbformat.v4.new_output("display_data")
    _write()
    _draw()


def _write() -> None:
    """Write a word and a number in every language: catalogues and forms of numbers are then read."""
    from pilotbook.report.language import LOCALE, languages, say_if_known  # noqa: PLC0415  # one of the modules

    for language in languages():
        say_if_known(language, "Pilots")
        format_decimal(0.5, locale=LOCALE[language])


def _draw() -> None:
    """Draw a figure as chapters do: fonts and styles are then read, and which backends there are."""
    from matplotlib import pyplot as plt  # noqa: PLC0415  # one of the libraries
    from matplotlib.backends.registry import backend_registry  # noqa: PLC0415

    from pilotbook.report.drawing import drawn  # noqa: PLC0415  # two of the modules
    from pilotbook.report.style import set_look  # noqa: PLC0415

    backend_registry.list_all()  # type: ignore[no-untyped-call]
    with plt.rc_context():
        set_look()
        figure, axes = plt.subplots()
        for size, weight in product(SIZES, ("normal", "bold")):
            axes.text(0, 0, "Aa 12 县", fontsize=size, fontweight=weight)
        drawn(figure)
    plt.close("all")


if __name__ == "__main__":
    main()
