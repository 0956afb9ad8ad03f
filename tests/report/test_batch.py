"""The queue: nothing is lost, nothing stops the others, and what is published is whole."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import WorkError
from pilotbook.report import batch
from pilotbook.report.batch import Outcome, render_all
from pilotbook.report.engine import choose_engine
from pilotbook.report.stages import Request
from pilotbook.report.workers import MODELS, PRELOADED, Workers

from ..example import write_example
from .test_stages import whole

CALL = "from pilotbook.cli import main; main()"


def plans(folder: Path, count: int) -> list[Path]:
    """Write plans that share one data set and have page one alone."""
    found = []
    for i in range(count):
        example = write_example(folder)
        example.change_plan(lambda plan, i=i: plan.update(title=f"Visits {i}", chapters=["glance"]))
        found.append(example.plan.rename(folder / f"budget-{i}.yml"))
    return found


def requests(folder: Path, count: int, out: str = "out") -> list[Request]:
    engine = choose_engine("embedded")
    return [Request(read_plan(path), None, ("en",), ("html",), engine, folder / out) for path in plans(folder, count)]


def pages(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Machine(Executor):
    """Does the work at once; a request that is deadly breaks it, and everything that it has still to give back."""

    def __init__(self, deadly: Callable[[Request], bool], log: list[list[str]]) -> None:
        self._deadly, self._broken, self._futures, self._log = deadly, False, [], log
        log.append([])

    def submit(self, function, call, request):
        if self._broken:
            raise BrokenExecutor
        self._log[-1].append(request.plan.id)
        future: Future[Outcome] = Future()
        self._futures.append(future)
        if self._deadly(request):
            self._broken = True
            for waiting in (future for future in self._futures if not future.done()):
                waiting.set_exception(BrokenExecutor())
        elif len(self._futures) > 1 or self._log[-1] == [request.plan.id]:
            future.set_result(Outcome(request, None, WorkError("done")))
        return future


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    """Run requests through machines of a width, and return which each machine was given."""

    def through(found: list[Request], deadly: Callable[[Request], bool], width: int) -> tuple[list[Outcome], list]:
        log: list[list[str]] = []

        @contextmanager
        def opened(most: int) -> Iterator[Workers]:
            yield Workers(Machine(deadly, log), min(most, width), (BrokenExecutor,))

        return list(batch._queue(found, opened)), log

    return through


def test_a_report_that_kills_its_worker_is_found_and_the_others_are_made(tmp_path, machine):
    found = requests(tmp_path, 5)
    outcomes, log = machine(found, lambda request: request.plan.id == "budget-1", width=2)
    said = {outcome.request.plan.id: outcome.explanation for outcome in outcomes}
    assert sorted(said) == [f"budget-{i}" for i in range(5)]
    assert "killed 3 times" in said.pop("budget-1")
    assert set(said.values()) == {"done"}
    assert log[-1] == ["budget-1"]
    assert sum(given.count("budget-1") for given in log) == batch.ATTEMPTS


def test_workers_are_replaced_after_their_share(tmp_path, machine, monkeypatch):
    monkeypatch.setattr(batch, "RECYCLED_AFTER", 2)
    outcomes, log = machine(requests(tmp_path, 5), lambda _: False, width=1)
    assert len(outcomes) == 5
    assert [len(given) for given in log] == [2, 2, 1]


def test_a_fault_of_ours_is_an_outcome(tmp_path, monkeypatch):
    def faulty(request, *_):
        raise KeyError("a fault")

    monkeypatch.setattr(batch, "render", faulty)
    outcomes = list(render_all(requests(tmp_path, 2), 1, lambda _: None))
    assert [outcome.status for outcome in outcomes] == ["failed", "failed"]
    assert "KeyError: 'a fault'" in outcomes[0].explanation


def test_several_reports_on_two_workers_are_those_of_one(tmp_path, own_cache, monkeypatch):
    found = requests(tmp_path, 3)
    damaged = found[1].plan.path
    damaged.write_text(damaged.read_text(encoding="utf-8").replace("panel.csv", "elsewhere.csv"), encoding="utf-8")
    found[1] = Request(read_plan(damaged), None, ("en",), ("html",), found[1].engine, found[1].out)
    outcomes = {o.request.plan.id: o for o in render_all(found, 2, lambda _: None)}
    assert {name: o.status for name, o in outcomes.items()} == {
        "budget-0": "rendered",
        "budget-1": "failed",
        "budget-2": "rendered",
    }
    assert "elsewhere.csv" in outcomes["budget-1"].explanation
    assert [o.status for o in render_all([found[0], found[2]], 2, lambda _: None)] == ["unchanged", "unchanged"]
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "another cache"))
    alone = Request(found[0].plan, None, ("en",), ("html",), found[0].engine, tmp_path / "alone")
    list(render_all([alone], 1, lambda _: None))
    assert pages(tmp_path / "alone" / "budget-0" / "2020") == pages(tmp_path / "out" / "budget-0" / "2020")


def test_a_worker_that_is_killed_loses_nothing(tmp_path, monkeypatch):
    found = requests(tmp_path, 4)
    outcomes, opened = [], []
    local_workers = batch.local_workers
    monkeypatch.setattr(batch, "local_workers", lambda *given: opened.append(given) or local_workers(*given))
    for outcome in render_all(found, 2, lambda _: None):
        outcomes.append(outcome)
        if len(outcomes) == 1:
            os.kill(max(child.pid for child in active_children()), signal.SIGKILL)
    assert len(opened) == 2
    assert {o.request.plan.id: o.explanation for o in outcomes} == {f"budget-{i}": "" for i in range(4)}
    for i in range(4):
        assert whole(tmp_path / "out" / f"budget-{i}" / "2020")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_for_temporary_files_with_too_long_a_name(jobs, tmp_path):
    long = tmp_path / ("x" * 70)
    long.mkdir()
    command = [sys.executable, "-c", CALL, "render", *map(str, plans(tmp_path, 2)), "--jobs", jobs]
    command += ["--out", str(tmp_path / "out")]
    ended = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(long)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == WorkError.exit_status
    assert f"too long a name for processes to meet there: {long}; set TMPDIR" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_interrupted_batch_goes_on_where_it_was(tmp_path, private):
    files = [str(path) for path in plans(tmp_path, 4)]
    command = [sys.executable, "-c", CALL, "render", *files, "--jobs", "2", "--to", "html", "--engine", "embedded"]
    command += ["--out", str(tmp_path / "out")]
    running = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores it
    )
    first = running.stderr.readline()
    assert first.startswith("[1/4] budget-")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert "left" in said
    assert list(tmp_path.glob("out/*/.*.work")) == []
    assert list(private.iterdir()) == []
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{first.split()[1]} 2020: unchanged" in again.stderr
    for i in range(4):
        assert whole(tmp_path / "out" / f"budget-{i}" / "2020")


def test_two_batches_at_once_publish_nothing_wrong(tmp_path):
    files = [str(path) for path in plans(tmp_path, 2)]
    command = [sys.executable, "-c", CALL, "render", *files, "--to", "html", "--engine", "embedded"]
    command += ["--out", str(tmp_path / "out")]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [batch.communicate(timeout=120)[1] for batch in both]
    assert [one.returncode for one in both] == [0, 0], said
    for i in range(2):
        assert whole(tmp_path / "out" / f"budget-{i}" / "2020")


def test_a_full_disk_fails_the_report_and_leaves_the_earlier_one(bench, monkeypatch):
    bench.render()
    before = pages(bench.example.report)
    bench.engine.style = "two"

    def full(*_):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr(bench.engine, "render", full, raising=False)
    (outcome,) = render_all(
        [Request(read_plan(bench.example.plan), None, ("en",), ("html",), bench.engine, bench.example.out)],
        1,
        lambda _: None,
    )
    assert outcome.status == "failed"
    assert "No space left on device" in outcome.explanation
    assert pages(bench.example.report) == before
    assert whole(bench.example.report)


def test_a_damaged_cache_is_made_anew_with_the_same_bytes(bench, own_cache):
    bench.render()
    before = pages(bench.example.report)
    cache = bench.example.folder / "cache"
    for entry in [path for path in cache.glob("*/*") if path.parent.name != "locks"]:
        entry.write_bytes(entry.read_bytes()[:-3] + b"???")
    for path in sorted(bench.example.report.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    bench.work()
    bench.render()
    assert bench.work() == (1, 1, ["html", "pdf"])
    assert pages(bench.example.report) == before


@pytest.mark.parametrize("moved", [0, 4_000_000_000], ids=["back", "ahead"])
def test_a_clock_that_was_moved_changes_nothing(bench, moved):
    bench.render()
    for path in [*bench.example.folder.rglob("*")]:
        os.utime(path, (moved, moved))
    assert bench.render().done == {}
    bench.example.change_rows(lambda table: table[1].__setitem__(3, "431"))
    os.utime(bench.example.data, (moved, moved))
    assert bench.render().done["estimates"] == ["data"]


@pytest.mark.parametrize("name", [*PRELOADED, *MODELS])
def test_what_workers_start_with_is_there(name):
    importlib.import_module(name)  # the server that starts them would pass over a name that is not


def test_models_are_loaded_only_where_something_is_estimated(tmp_path, monkeypatch):
    opened, local_workers = [], batch.local_workers
    monkeypatch.setattr(batch, "local_workers", lambda *given: opened.append(given[-1]) or local_workers(*given))
    found = requests(tmp_path, 2)
    assert [o.status for o in render_all(found, 2, lambda _: None)] == ["rendered"] * 2
    for page in tmp_path.glob("out/*/2020/en/report.html"):
        page.unlink()
    assert [o.status for o in render_all(found, 2, lambda _: None)] == ["rendered"] * 2
    assert opened == [True, False]
