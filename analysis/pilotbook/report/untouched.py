"""Hashes of files that are read again only if somebody touched them.

The system marks every file with the time of its last change, which no program can set back. While that, the file's
size, its date and its number on the disk are as they were, so are the bytes whose hash was noted in the cache.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from pilotbook import cache
from pilotbook.fingerprint import sha256

KIND = "hashes"
MARKED = os.name == "posix"
"""Whether the system marks changes; Windows tells when a file was made instead."""
TICK = 20_000_000
"""Nanoseconds within which two changes may get the same mark; the hash of a younger file is not noted yet."""

Mark = list[int]
"""Number, size and date of a file, and its last change in nanoseconds."""


def hashes(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the hashes of those files of a folder that are there, by path within it.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    key = sha256(str(folder.resolve()))
    noted = _noted(key)
    marks = {path: mark for path in paths if (mark := _mark(folder / path)) is not None}
    known = {path: noted[path][1] for path, mark in marks.items() if path in noted and noted[path][0] == mark}
    now = time.time_ns()  # before anything is read: what is written from here on gets a later mark
    read = {path: sha256((folder / path).read_bytes()) for path in marks if path not in known}
    ripe = {path: (marks[path], found) for path, found in read.items() if now - marks[path][-1] > TICK}
    if ripe and MARKED:
        cache.remember(KIND, key, json.dumps({**noted, **ripe}).encode())
    return known | read


def _noted(key: str) -> dict[str, tuple[Mark, str]]:
    content = cache.recall(KIND, key) if MARKED else None
    return {} if content is None else json.loads(content)


def _mark(file: Path) -> Mark | None:
    """Return the mark of a file, None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns] if stat.S_ISREG(found.st_mode) else None
