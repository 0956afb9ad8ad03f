"""The folder of a rendered report: filled in private, then exchanged whole."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pilotbook.errors import WorkError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def replacing(target: Path, patience: float = 0.0) -> Iterator[Path]:
    """Give a private folder beside ``target`` and put it in its place when the block ends without an error.

    Until then, and if anything fails or the process dies, ``target`` stays as it was. Only one process at a time
    may replace a target.

    Parameters
    ----------
    target
        The folder to replace.
    patience
        Seconds to wait for another process that is replacing it.

    Raises
    ------
    WorkError
        If another process is still replacing the same target, or a file stands in its place.
    """
    if target.exists() and not target.is_dir():
        raise WorkError(f"{target} is a file, where the folder of the report must be; move it away")
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.parent / f".{target.name}.lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise WorkError(f"{target} is being rendered by another process; wait for it to end") from None
    try:
        _recover(target)
        work = target.with_name(f".{target.name}.{secrets.token_hex(4)}.work")
        try:  # from before it is there: a signal may come at any time
            work.mkdir(mode=0o700)
            yield work
            _exchange(work, target)
        finally:
            _clear(work)
    finally:
        lock.release()


def _recover(target: Path) -> None:
    """Clear what a killed process left behind; bring back an earlier result that it had set aside."""
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    for rest in target.parent.glob(f".{target.name}.*.work"):
        shutil.rmtree(rest, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def _clear(folder: Path) -> None:
    """Remove a folder, if there is one; an interruption waits."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.aside")


def _exchange(work: Path, target: Path) -> None:
    work.chmod(0o755)
    if not target.exists():
        work.rename(target)
    elif not _exchange_atomically(work, target):
        # No such call on this system: between these two lines a killed process leaves the earlier result aside,
        # and the next render brings it back.
        target.rename(_aside(target))
        work.rename(target)
        shutil.rmtree(_aside(target))


def _exchange_atomically(a: Path, b: Path) -> bool:
    """Swap two folders in one system call where Linux offers it."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL}:
        return False
    raise OSError(code, os.strerror(code), str(b))
