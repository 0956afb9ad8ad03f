"""Calls in threads: results in order, nothing begun after a failure, and nothing that goes on behind our back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilotbook.side_by_side import side_by_side


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Have Ctrl-C mean what it does in a terminal; a suite in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order(threads):
    assert side_by_side([lambda i=i: (time.sleep(0.02 * (3 - i)), i)[1] for i in range(3)], threads) == [0, 1, 2]


def test_no_calls():
    assert side_by_side([], 0) == []


def test_as_many_at_a_time_as_asked():
    both = threading.Barrier(2, timeout=30)
    side_by_side([both.wait, both.wait], 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failure_ends_it_when_those_begun_have_ended(threads, tmp_path):
    def fail() -> None:
        raise ValueError("no data")

    def write() -> None:
        time.sleep(2)  # by then the rest is called off, also on a busy machine
        (tmp_path / "beside").touch()

    later = [(tmp_path / "later").touch] * 8
    with pytest.raises(ValueError, match="no data"):
        side_by_side([fail, write, write, *later], threads)
    assert (tmp_path / "beside").exists() == (threads == 2)
    assert not (tmp_path / "later").exists()


def test_nothing_outlives_an_interruption(tmp_path):
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        (tmp_path / "written").touch()

    with pytest.raises(KeyboardInterrupt):
        side_by_side([interrupt, lambda: time.sleep(0.2), Path(tmp_path / "later").touch], 2)
    assert (tmp_path / "written").exists()


def test_with_one_thread_the_call_itself_is_interrupted(tmp_path):
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        (tmp_path / "written").touch()

    with pytest.raises(KeyboardInterrupt):
        side_by_side([interrupt, interrupt], 1)
    assert not (tmp_path / "written").exists()
