"""Ctrl-C while other processes work for us: it takes effect where we wait, never inside the locks of a library."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(slots=True)
class Interruption:
    """Whether Ctrl-C was pressed, and whether it may take effect.

    Python raises `KeyboardInterrupt` between any two steps of the main thread. Inside `concurrent.futures` that can
    leave a lock taken, and the thread that looks after the workers then waits for it without end.
    """

    pending: bool = False
    waiting: bool = False

    def wait(self, call: Callable[[], Result]) -> Result:
        """Make a call that does nothing but wait, and holds no lock of Python's while it does.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C is pressed meanwhile, or was pressed since the call before.
        """
        self.waiting = True
        try:
            if self.pending:
                raise KeyboardInterrupt
            return call()
        finally:
            self.waiting = False

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.pending = True
        if self.waiting:
            raise KeyboardInterrupt


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Put Ctrl-C off until we wait; where it is not ours to handle, it is left as it is."""
    state = Interruption()
    before = signal.getsignal(signal.SIGINT)
    ours = current_thread() is main_thread() and before is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, state._remember)
    try:
        yield state
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
