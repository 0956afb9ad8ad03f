"""Calls in threads, none of which outlives the one who waits for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")


def side_by_side(calls: Sequence[Callable[[], Result]], threads: int) -> list[Result]:
    """Make calls, up to ``threads`` at a time, and return their results in order.

    Leaving the block of a `ThreadPoolExecutor` when Ctrl-C is pressed leaves its threads running: they would go on
    writing into folders that we are removing. So we wait for them, and with one thread the call itself is interrupted.

    Raises
    ------
    BaseException
        Whatever a call raises, and `KeyboardInterrupt`; no further call is then begun, and those begun have ended.
    """
    if min(threads, len(calls)) <= 1:
        return [call() for call in calls]
    pool = ThreadPoolExecutor(threads)
    gate: Future[None] = Future()  # closed while threads are started: the pool would forget one if interrupted there

    def begin(call: Callable[[], Result]) -> Result:
        gate.result()
        return call()

    try:
        made = [pool.submit(begin, call) for call in calls]
        gate.set_result(None)
        wait(made, return_when=FIRST_EXCEPTION)
    finally:
        gate.cancel()
        pool.shutdown(cancel_futures=True)
    return [one.result() for one in made]
