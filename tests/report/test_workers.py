"""Workers on other machines: a real scheduler with two worker processes makes the bytes that this machine makes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pilotbook.errors import CallError
from pilotbook.fingerprint import PACKAGE
from pilotbook.report.batch import render_all
from pilotbook.report.workers import identity

from .test_batch import pages, requests
from .test_stages import whole


def started(folder: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a program of Dask with the package on its path."""
    variables = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PILOTBOOK_CACHE": str(folder / "cache of workers")}
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
    return subprocess.Popen(command, cwd=folder, env=variables, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers as separate processes."""
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "60s")
    description = tmp_path / "scheduler.json"
    scheduler = started(
        tmp_path, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(description)
    )
    processes = [scheduler]
    try:
        until = time.monotonic() + 60
        while not description.is_file() and time.monotonic() < until:
            time.sleep(0.1)
        from distributed import Client

        workers = [
            started(tmp_path, "dask_worker", "--scheduler-file", str(description), "--nthreads", "1", "--no-nanny")
            for _ in range(2)
        ]
        processes += workers
        with Client(scheduler_file=str(description), timeout="60s") as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, workers
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed", "ignore::ResourceWarning")
def test_the_same_bytes_and_a_killed_worker_loses_nothing(cluster, tmp_path):
    address, workers = cluster
    here = requests(tmp_path, 4, "here")
    there = [replace(request, out=tmp_path / "there") for request in here]
    outcomes = []
    for outcome in render_all(there, 1, lambda _: None, address):
        outcomes.append(outcome)
        if len(outcomes) == 1:
            workers[0].send_signal(signal.SIGKILL)
    assert [o.explanation for o in outcomes] == [""] * 4
    assert all(o.status == "rendered" for o in render_all(here, 1, lambda _: None))
    for i in range(4):
        assert whole(tmp_path / "there" / f"budget-{i}" / "2020")
    assert pages(tmp_path / "here") == pages(tmp_path / "there")


def test_a_scheduler_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("pilotbook.report.workers.ANSWER", "1s")
    with pytest.raises(CallError, match="does not answer"):
        list(render_all(requests(tmp_path, 1), 1, lambda _: None, "tcp://127.0.0.1:9"))


def test_what_must_be_the_same_everywhere_can_be_compared():
    assert identity() == identity()
    code, libraries, place = identity()
    assert "report/workers.py" in code
    assert "numpy" in libraries
    assert Path(place).is_dir()
