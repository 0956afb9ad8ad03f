"""Ctrl-C during a batch: it takes effect where the batch waits, and a worker clears up whatever else is asked of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager

import pytest

from pilotbook.report import batch
from pilotbook.report.interruption import interruption
from pilotbook.report.workers import Workers

from .test_batch import requests

WORKER = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from pilotbook.report.workers import _end, _until_ended

def asked():
    os.kill(os.getpid(), signal.SIGTERM)

def twice(path):  # as the pool does when the other worker has ended
    path.write_text("half")
    try:
        asked()
    finally:
        asked()
        path.unlink()

def hidden(path):  # by an error in clearing up, which is taken for a failure of the report
    try:
        try:
            asked()
        finally:
            raise OSError("not empty")
    except OSError:
        return "failed"

def entering(path):  # where nobody has the block yet
    @contextmanager
    def half():
        path.write_text("half")
        try:
            yield
        finally:
            path.unlink()
    block = half()
    block.__enter__()
    asked()

signal.signal(signal.SIGTERM, _end)
_until_ended(globals()[sys.argv[1]], Path(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Have Ctrl-C mean what it does in a terminal; a suite in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Pool(Executor):
    """Is interrupted while it takes work, when a real one holds its locks."""

    taken = 0

    def submit(self, function, call, request):
        os.kill(os.getpid(), signal.SIGINT)
        self.taken += 1
        return Future()


def test_a_batch_that_is_interrupted_while_it_gives_out_work_stops_when_it_waits(tmp_path):
    pool, closed = Pool(), []

    @contextmanager
    def opened(most):
        try:
            yield Workers(pool, 2, (BrokenExecutor,))
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        list(batch._queue(requests(tmp_path, 3), opened))
    assert (pool.taken, closed) == (2, [True])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_waiting_is_interrupted_at_once():
    with interruption() as state, pytest.raises(KeyboardInterrupt):
        state.wait(lambda: os.kill(os.getpid(), signal.SIGINT))


def test_where_ctrl_c_is_ignored_it_stays_so():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruption() as state:
        assert state.wait(lambda: os.kill(os.getpid(), signal.SIGINT)) is None
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.parametrize("asked", ["twice", "hidden", "entering"])
def test_a_worker_that_is_asked_to_end_clears_up_and_ends(asked, tmp_path):
    half = tmp_path / "half"
    command = [sys.executable, "-c", WORKER, asked, str(half)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGTERM, "")
    assert not half.exists()
