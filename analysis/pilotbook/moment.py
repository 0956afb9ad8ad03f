"""A moment in which the project stands still: what many reports rest on alike is then looked at once, not for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

Seen = dict[tuple[object, ...], Any]
_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def moment(seen: Seen) -> Iterator[None]:
    """Have `seen_once` functions remember in a dictionary; outside of a moment they look anew each time."""
    token = _seen.set(seen)
    try:
        yield
    finally:
        _seen.reset(token)


def seen_once(look: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a function of hashable arguments look once in a moment; what it raises is not remembered.

    Unlike `functools.cache` it never outlives the call of a user: files that are edited later are seen.
    """

    @wraps(look)
    def looked(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        seen = _seen.get()
        if seen is None:
            return look(*args, **kwargs)
        asked = (look, *args, *kwargs.items())
        if asked not in seen:
            seen[asked] = look(*args, **kwargs)
        found: Result = seen[asked]
        return found

    return looked
