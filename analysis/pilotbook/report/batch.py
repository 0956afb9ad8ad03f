"""Several reports in one call: each is made or fails on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from pilotbook.errors import PilotbookError
from pilotbook.report.render import Rendered, render
from pilotbook.report.stages import Request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: a rendering, or the error that stopped it."""

    request: Request
    rendered: Rendered | None
    error: PilotbookError | OSError | None

    @property
    def status(self) -> str:
        """Return ``rendered``, ``unchanged`` or ``failed``."""
        if self.rendered is None:
            return "failed"
        return "rendered" if self.rendered.done else "unchanged"

    @property
    def exit_status(self) -> int:
        """Return 0 if the report is there, else what its error says."""
        return 0 if self.error is None else getattr(self.error, "exit_status", 1)

    @property
    def explanation(self) -> str:
        """Return the error in words, empty if there is none."""
        return "" if self.error is None else explain(self.error)

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as plain values, for ``--json``."""
        content: dict[str, Any] = {"plan": self.request.plan.id, "status": self.status}
        if self.rendered is not None:
            content |= {
                "period": self.rendered.period,
                "folder": str(self.rendered.folder),
                "files": [str(page) for page in self.rendered.pages],
                "because": {stage: list(reasons) for stage, reasons in self.rendered.done.items()},
            }
        if self.error is not None:
            content |= {"period": self.request.period, "error": self.explanation}
        return content


def explain(error: PilotbookError | OSError) -> str:
    """Say in one sentence what an error of ours or of the system means."""
    if isinstance(error, PilotbookError):
        return str(error)
    place = f" ({error.filename})" if error.filename else ""
    return f"the system refused: {error.strerror or error}{place}; earlier results are untouched"


def render_all(requests: Sequence[Request], jobs: int, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """Render requests, up to ``jobs`` at a time; a report that fails does not stop the others.

    Yields
    ------
    Outcome
        As each report ends.
    """
    if jobs == 1 or len(requests) == 1:
        yield from (attempt(request, tell) for request in requests)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures: list[Future[Outcome]] = [pool.submit(partial(attempt, request)) for request in requests]
        for future in as_completed(futures):
            yield future.result()


def attempt(request: Request, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Render one report and turn an error that can be explained into an outcome."""
    try:
        return Outcome(request, render(request, tell), None)
    except (PilotbookError, OSError) as error:
        return Outcome(request, None, error)
