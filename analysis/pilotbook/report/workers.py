"""Who does the work of a batch: processes of this machine, or the workers of a Dask scheduler.

Both speak the interface of `concurrent.futures.Executor`; the queue in `batch` knows nothing else.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import active_children, get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import TypeVar

from pilotbook import fingerprint
from pilotbook.errors import CallError, WorkError
from pilotbook.evaluate.ingredients import LIBRARIES as ESTIMATING
from pilotbook.report.environment import ENVIRONMENT
from pilotbook.report.execute import FORK
from pilotbook.report.sockets import check_temporary_folder
from pilotbook.report.stages import LIBRARIES

Argument = TypeVar("Argument")
Result = TypeVar("Result")

PRELOADED = ["pilotbook.report.batch", "pilotbook.report.making"]
"""What every worker starts with."""
MODELS = ["pilotbook.evaluate.evaluation", "pilotbook.panel.build", "pilotbook.report.selection"]
"""What those start with that will estimate: three seconds, which each of them would spend otherwise."""
ANSWER = "20s"
"""How long a scheduler may take to answer."""
PATIENCE = 30.0
"""Seconds that a worker has to clear up when the batch is interrupted."""


@dataclass(frozen=True, slots=True)
class Workers:
    """An executor, how many calls keep it busy, and what it raises when a worker died."""

    executor: Executor
    width: int
    died: tuple[type[Exception], ...]

    def submit(self, call: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Have a worker make a call."""
        return self.executor.submit(_until_ended, call, argument)


@contextmanager
def local_workers(jobs: int, executor: str, estimating: bool) -> Iterator[Workers]:
    """Give a pool of processes of this machine; if the block ends with an error, they are stopped at once.

    Parameters
    ----------
    jobs
        How many.
    executor
        What they run notebooks with; for ``fork`` they share one fork server.
    estimating
        Whether they will need the models.
    """
    check_temporary_folder()
    before = set(active_children())
    with _environment():
        pool = ProcessPoolExecutor(jobs, _context(estimating), _begin, (_fork_server(executor), dict(os.environ)))
        try:
            pool.submit(os.getpid).result()  # from here on the environment of new processes is settled
        except BrokenExecutor:
            raise WorkError("worker processes cannot be started; try --jobs 1") from None
    try:
        yield Workers(pool, jobs, (BrokenExecutor,))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _stop([process for process in active_children() if process not in before])
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _fork_server(executor: str) -> str | None:
    if executor != FORK:
        return None
    from pilotbook.report.forkclient import server_address  # noqa: PLC0415  # not on every system

    return server_address()


def _context(estimating: bool) -> BaseContext:
    """Return how processes are started: as copies of one that has loaded everything, or where that cannot be, anew."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED + MODELS if estimating else PRELOADED)
    return context


@contextmanager
def _environment() -> Iterator[None]:
    """Pin threads and hash seed for the processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _begin(fork_server: str | None, environment: dict[str, str]) -> None:
    """Prepare a worker: Ctrl-C is for the main process, which then asks us to clear up and end."""
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    if fork_server is not None:
        from pilotbook.report.forkclient import use_server  # noqa: PLC0415  # not on every system

        use_server(fork_server)


class _EndedError(BaseException):
    """The worker was asked to end while it was at work."""


class _State(threading.local):
    at_work = False
    asked_to_end = False


_state = _State()


def _end(number: int, frame: FrameType | None) -> None:
    """End at once; at work, after clearing up. Anything else would be taken for a result by the pool, which goes on.

    The pool asks the others too as soon as one has ended; being asked again must not stop the clearing up.
    """
    if _state.at_work:
        _state.asked_to_end = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _EndedError
    os._exit(128 + number)


def _until_ended(call: Callable[[Argument], Result], argument: Argument) -> Result:
    """Make a call in a worker, and end with it if asked to meanwhile, whatever else went wrong in clearing up."""
    _state.at_work = True
    try:
        result = call(argument)
    except BaseException:
        if not _state.asked_to_end:
            raise
        # else it is forgotten here, and its frames with it: what was just being entered is left, too
    finally:
        _state.at_work = False
    if _state.asked_to_end:
        os._exit(128 + signal.SIGTERM)
    return result


def _stop(processes: Sequence[BaseProcess]) -> None:
    """Ask processes to clear up and end; make those end that do not."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(PATIENCE)
        with suppress(ValueError):
            process.kill()


@contextmanager
def scheduled_workers(address: str) -> Iterator[Workers]:
    """Give the workers of a Dask scheduler; they must have our code, and see the same folders.

    Parameters
    ----------
    address
        Such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    CallError
        If `distributed` is not installed, the scheduler does not answer, or a worker differs from us.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415  # an optional extra
    except ModuleNotFoundError:
        raise CallError("--scheduler needs the package distributed: pip install 'pilotbook[cluster]'") from None
    try:
        client = Client(address, timeout=ANSWER)
    except (OSError, TimeoutError, ValueError) as error:
        raise CallError(f"--scheduler: {address} does not answer ({error}); start one with `dask scheduler`") from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise CallError(f"--scheduler: {address} has no workers; start some with `dask worker {address}`")
        different = [worker for worker, found in client.run(identity).items() if found != identity()]
        if different:
            raise CallError(
                f"--scheduler: another pilotbook, other libraries or another folder on {', '.join(sorted(different))}; "
                "every worker must have what this machine has"
            )
        with client.get_executor(retries=2, pure=False) as executor:
            yield Workers(executor, 2 * sum(threads.values()), (KilledWorker, CancelledError))


def identity() -> list[object]:
    """Return what must be the same everywhere: code, libraries, and where the project lies."""
    libraries = fingerprint.libraries(*ESTIMATING, *LIBRARIES)
    return [fingerprint.code("."), libraries, str(fingerprint.PACKAGE)]
