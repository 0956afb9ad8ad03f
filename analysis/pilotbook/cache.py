"""The cache: results that cost time, each under the hash of everything that it rests on.

An entry is written whole or not at all, and carries a seal over its key and its content, so that one that was cut
short, changed or put in another's place counts as none. Losing the cache costs time and nothing else: what cannot be
written is not remembered, and never an error. No clock decides what is right; the time of the last use only decides
what is dropped first when the cache grows beyond its limit.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from pilotbook.fingerprint import sha256
from pilotbook.project import cache_folder

LIMIT_VARIABLE = "PILOTBOOK_CACHE_LIMIT"
LIMIT = 2000
"""Megabytes that the cache may have if the variable says nothing else."""
DRAFT, LOCKS = ".draft-", "locks"


def recall(kind: str, key: str) -> bytes | None:
    """Return an entry, None if there is none that is whole.

    Parameters
    ----------
    kind
        What it is: ``estimates``, ``pages`` …
    key
        Hash of everything that it rests on.
    """
    path = _path(kind, key)
    try:
        seal, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if seal != _seal(kind, key, content):
        return None
    with suppress(OSError):
        os.utime(path)  # used just now
    return content


def remember(kind: str, key: str, content: bytes) -> bool:
    """Keep an entry, and tell whether that worked: a full disk or a folder that is not ours is no reason to fail."""
    path = _path(kind, key)
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(_seal(kind, key, content) + b"\n" + content)
        draft.replace(path)
    except OSError:
        if draft is not None:
            draft.unlink(missing_ok=True)
        return False
    return True


def once(kind: str, key: str, compute: Callable[[], bytes]) -> bytes:
    """Return an entry, computed by only one of all processes that want it at the same time.

    A process that is killed meanwhile lets go of it, and the next one computes.
    """
    found = recall(kind, key)
    if found is not None:
        return found
    with _locked(kind, key):
        found = recall(kind, key)
        if found is None:
            found = compute()
            remember(kind, key, found)
        return found


def limit() -> int:
    """Return how many bytes the cache may have; the variable ``PILOTBOOK_CACHE_LIMIT`` gives megabytes."""
    text = os.environ.get(LIMIT_VARIABLE, "")
    return (int(text) if text.isdecimal() else LIMIT) * 1_000_000


def clean_up() -> int:
    """Drop what was not used for longest until the cache is within its limit; return the bytes that were freed."""
    entries = sorted(_entries())
    excess = sum(size for _, size, _ in entries) - limit()
    freed = 0
    for _, size, path in entries:
        if freed >= excess:
            break
        with suppress(OSError):
            Path(path).unlink()
            freed += size
    return freed


def _entries() -> Iterator[tuple[float, int, str]]:
    """Give the last use, the size and the path of every entry; drafts of killed processes are the oldest of all."""
    for kind in _listed(cache_folder()):
        for entry in _listed(kind.path) if kind.name != LOCKS else ():
            with suppress(OSError):
                status = entry.stat()
                yield 0.0 if entry.name.startswith(DRAFT) else status.st_mtime, status.st_size, entry.path


def _listed(folder: str | Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder; nothing of what is none."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _path(kind: str, key: str) -> Path:
    return cache_folder() / kind / key


def _seal(kind: str, key: str, content: bytes) -> bytes:
    return sha256(f"{kind}/{key}\n".encode() + content).encode()


@contextmanager
def _locked(kind: str, key: str) -> Iterator[None]:
    """Be the only process that computes an entry, where locks can be made."""
    folder = cache_folder() / LOCKS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{kind}-{key[:16]}")
        lock.acquire()
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()
