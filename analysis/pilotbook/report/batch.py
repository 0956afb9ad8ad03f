"""The queue of reports: each is made or fails on its own, none is lost, and nothing that holds is made again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import SimpleQueue
from traceback import format_exc
from typing import Any

from pilotbook.errors import PilotbookError, WorkError
from pilotbook.moment import Seen, moment
from pilotbook.report.interruption import Interruption, interruption
from pilotbook.report.render import Rendered, render, rendered, survey
from pilotbook.report.stages import ESTIMATES, Request
from pilotbook.report.workers import Workers, local_workers, scheduled_workers

RECYCLED_AFTER = 100
"""Reports per worker, after which processes are replaced by new ones: what libraries pile up is given back."""
ATTEMPTS = 3
"""How often a report may lose its worker before it counts as failed; the last time it runs alone."""
KILLED = (
    f"the process that renders it was killed {ATTEMPTS} times, the last time when it ran alone; "
    "look whether memory is short, and try it with --jobs 1"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: a rendering, or the error that stopped it, and the seconds that it took."""

    request: Request
    rendered: Rendered | None
    error: PilotbookError | OSError | None
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """Return ``rendered``, ``unchanged`` or ``failed``."""
        if self.rendered is None:
            return "failed"
        return "rendered" if self.rendered.done else "unchanged"

    @property
    def exit_status(self) -> int:
        """Return 0 if the report is there, 1 if it has no data to rest on, else what its error says."""
        if self.rendered is not None and self.rendered.without_data:
            return WorkError.exit_status
        return 0 if self.error is None else getattr(self.error, "exit_status", 1)

    @property
    def explanation(self) -> str:
        """Return the error in words, empty if there is none."""
        return "" if self.error is None else explain(self.error)

    @property
    def period(self) -> str | None:
        """Return the period of the report, None if it is not known because the report failed early."""
        return self.request.period if self.rendered is None else self.rendered.period

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as plain values, for ``--json``."""
        content: dict[str, Any] = {"plan": self.request.plan.id, "status": self.status, "period": self.period}
        if self.rendered is not None:
            content |= {
                "folder": str(self.rendered.folder),
                "files": [str(page) for page in self.rendered.pages],
                "because": {stage: list(reasons) for stage, reasons in self.rendered.done.items()},
            }
            if self.rendered.absent:
                content["absent"] = [str(absence) for absence in self.rendered.absent]
        if self.error is not None:
            content |= {"error": self.explanation}
        return content


def explain(error: PilotbookError | OSError) -> str:
    """Say in one sentence what an error of ours or of the system means."""
    if isinstance(error, PilotbookError):
        return str(error)
    place = f" ({error.filename})" if error.filename else ""
    return f"the system refused: {error.strerror or error}{place}; earlier results are untouched"


def render_all(
    requests: Sequence[Request], jobs: int, tell: Callable[[str], None], scheduler: str | None = None
) -> Iterator[Outcome]:
    """Render requests, up to ``jobs`` at a time; a report that fails does not stop the others.

    Parameters
    ----------
    requests
        What to render.
    jobs
        Processes of this machine; with one, everything is done in this process.
    tell
        Called with a line at each step, where the work is done in this process.
    scheduler
        Address of a Dask scheduler whose workers do it instead.

    Yields
    ------
    Outcome
        As each report ends, those first that need nothing.

    Raises
    ------
    CallError
        If the scheduler cannot be used.
    """
    outdated = []
    estimating = False
    for request, found in _states(requests):
        if isinstance(found, Outcome):
            yield found
        else:
            outdated.append(request)
            estimating = estimating or ESTIMATES in found
    if scheduler is not None:
        yield from _queue(outdated, lambda _: scheduled_workers(scheduler))
    elif jobs == 1 or len(outdated) <= 1:
        work = attempt if len(requests) == 1 else _work
        yield from (work(request, tell, jobs) for request in outdated)
    else:
        executor = outdated[0].executor
        yield from _queue(outdated, lambda most: local_workers(min(most, jobs), executor, estimating))


def attempt(request: Request, tell: Callable[[str], None] = lambda _: None, threads: int = 1) -> Outcome:
    """Render one report and turn an error that can be explained into an outcome."""
    began = time.monotonic()
    try:
        return Outcome(request, render(request, tell, threads), None, time.monotonic() - began)
    except (PilotbookError, OSError) as error:
        return Outcome(request, None, error, time.monotonic() - began)


State = Outcome | Collection[str]
"""The outcome of a report that is as it must be, or cannot be begun; of any other the stages that there are to do."""


def _states(requests: Sequence[Request]) -> Iterator[tuple[Request, State]]:
    """Look what there is to do."""
    seen: Seen = {}
    for request in requests:
        with moment(seen):
            state = _state(request)
        yield request, state


def _state(request: Request) -> State:
    try:
        asked = survey(request)
        return asked.outdated(asked.earlier()) or Outcome(request, rendered(asked, {}), None)
    except (PilotbookError, OSError) as error:
        return Outcome(request, None, error)


OpenWorkers = Callable[[int], AbstractContextManager[Workers]]
"""Gives workers, at most so many."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A request, and how often its worker died."""

    request: Request
    lost: int = 0

    @property
    def alone(self) -> bool:
        """Tell whether it must be tried by itself: then it is known which report kills its worker."""
        return self.lost == ATTEMPTS - 1


def _queue(requests: Sequence[Request], open_workers: OpenWorkers) -> Iterator[Outcome]:
    """Keep workers busy; replace them now and then, and when one of them dies."""
    waiting = deque(_Job(request) for request in requests)
    with interruption() as ctrl_c:
        while waiting:
            alone = waiting[0].alone
            with open_workers(1 if alone else len(waiting)) as workers:
                portion = 1 if alone else workers.width * RECYCLED_AFTER
                for job, outcome in _through(waiting, portion, workers, ctrl_c):
                    if outcome is not None:
                        yield outcome
                    elif job.alone:
                        yield Outcome(job.request, None, WorkError(KILLED))
                    else:
                        waiting.append(_Job(job.request, job.lost + 1))


def _through(
    waiting: deque[_Job], portion: int, workers: Workers, ctrl_c: Interruption
) -> Iterator[tuple[_Job, Outcome | None]]:
    """Give workers a portion of what waits, only as much at a time as they can do; no outcome if a worker died."""
    running: dict[Future[Outcome], _Job] = {}
    ended: SimpleQueue[Future[Outcome]] = SimpleQueue()
    whole = True
    while whole or running:
        while whole and waiting and portion and len(running) < workers.width:
            if waiting[0].alone and (running or portion > 1):
                break
            portion -= 1
            try:
                future = workers.submit(_work, waiting[0].request)
            except workers.died:
                whole = False
            else:
                running[future] = waiting.popleft()
                future.add_done_callback(ended.put)
        if not running:
            return
        future = ctrl_c.wait(ended.get)
        outcome = _outcome(future, workers)
        whole = whole and outcome is not None
        yield running.pop(future), outcome


def _outcome(future: Future[Outcome], workers: Workers) -> Outcome | None:
    try:
        return future.result()
    except workers.died:
        return None


def _work(request: Request, tell: Callable[[str], None] = lambda _: None, threads: int = 1) -> Outcome:
    """Render one report of several; not even a fault of ours stops the others."""
    try:
        return attempt(request, tell, threads)
    except Exception:  # it is told with its trace, as an outcome
        return Outcome(request, None, WorkError(f"this is a fault of pilotbook; report it with\n{format_exc()}"))
