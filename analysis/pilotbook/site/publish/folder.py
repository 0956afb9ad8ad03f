"""A folder as the place of publication: the new site is made beside it and takes its place in one step."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pilotbook import fingerprint
from pilotbook.errors import CallError, WorkError
from pilotbook.report.output import replacing
from pilotbook.site.tree import FILES, read_files

STAMPS = ".site-stamps.json"
"""Size and time of every file as it was published: what has both is not read again to see whether it was edited."""


class FolderTarget:
    """A folder, such as the root of a web server or a memory stick.

    Parameters
    ----------
    path
        It need not exist; if it does it is empty or holds a site that was published before.
    """

    pending = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the place; a second publisher is refused.

        Raises
        ------
        WorkError
            If somebody else holds it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._path.parent / f".{self._path.name}.publish.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise WorkError(f"{self}: somebody else is publishing there; wait for it to end") from None
        try:
            self._clear_up()
            yield
        finally:
            lock.release()

    def _clear_up(self) -> None:
        """Take away what a killed publisher left beside the folder."""
        for rest in self._path.parent.glob(f".{self._path.name}.*.work"):
            shutil.rmtree(rest, ignore_errors=True)

    def files(self) -> dict[str, str]:
        """Return path to hash of what is published; empty if nothing is.

        Raises
        ------
        CallError
            If there is something that is no site.
        """
        if not self._path.exists() or (self._path.is_dir() and not any(self._path.iterdir())):
            return {}
        found = read_files(self._path)
        if found is None:
            raise CallError(
                f"{self}: is no site that was published before; give an empty folder or one that is not there"
            )
        return found

    def edited(self) -> list[str]:
        """Return the published files that are not as they were published, and those that were put beside them."""
        listed = self.files()
        stamps = self._stamps()
        changed = [path for path, sha256 in listed.items() if not self._is(path, sha256, stamps.get(path))]
        there = {path.relative_to(self._path).as_posix() for path in self._path.rglob("*") if path.is_file()}
        return sorted({*changed, *(there - listed.keys() - {FILES, STAMPS})})

    def publish(self, site: Path, files: Mapping[str, str], old: Mapping[str, str]) -> None:
        """Put a site in place: whole, or not at all.

        Raises
        ------
        WorkError
            If a file changed while it was copied, or the folder cannot be written.
        """
        with replacing(self._path) as work:
            stamps = {}
            for path, sha256 in files.items():
                target = work / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if old.get(path) != sha256 or not _link(self._path / path, target):
                    shutil.copyfile(site / path, target)
                    if fingerprint.sha256(target.read_bytes()) != sha256:
                        raise WorkError(f"{path}: changed while it was published; build the site again")
                stamps[path] = _stamp(target)
            shutil.copyfile(site / FILES, work / FILES)
            (work / STAMPS).write_text(json.dumps(stamps, ensure_ascii=False), encoding="utf-8")

    def _is(self, path: str, sha256: str, stamp: list[int] | None) -> bool:
        file = self._path / path
        if not file.is_file():
            return False
        return _stamp(file) == stamp or fingerprint.sha256(file.read_bytes()) == sha256

    def _stamps(self) -> dict[str, list[int]]:
        try:
            return dict(json.loads((self._path / STAMPS).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}


def _stamp(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_size, found.st_mtime_ns]


def _link(old: Path, target: Path) -> bool:
    try:
        os.link(old, target)
    except OSError:  # gone, or a file system without links
        return False
    return True
