"""The folder of the site while it is built: only what changed is made, beside it, and moved in when all is there.

A file is made again if its key is another one, or if the file was touched since it was written. The keys stand in
``.site-state.json``; ``site-files.json`` lists every published file with its hash.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pilotbook import fingerprint
from pilotbook.errors import WorkError

STATE, FILES = ".site-state.json", "site-files.json"
SCHEMA = 1


@contextmanager
def building(out: Path) -> Iterator[Tree]:
    """Give a tree to fill; when the block ends without an error, what was made is moved into the site.

    Until then the site is as it was. Files that no build put there stay. A build that dies while files are moved is
    completed by the next one, which finds that they are not as its state has them.

    Raises
    ------
    WorkError
        If another process builds there, or a file stands in its place.
    """
    if out.exists() and not out.is_dir():
        raise WorkError(f"{out} is a file, where the folder of the site must be; move it away")
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out.parent / f".{out.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WorkError(f"{out} is being built by another process; wait for it to end") from None
    try:
        for rest in out.parent.glob(f".{out.name}.*.build"):
            shutil.rmtree(rest, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.", suffix=".build") as work:
            tree = Tree(Path(work), out)
            yield tree
            tree.move_in()
    finally:
        lock.release()


class Tree:
    """A site in the making.

    Parameters
    ----------
    work
        Where changed files are made: an empty folder.
    out
        The site as it was built before; it need not exist.
    """

    def __init__(self, work: Path, out: Path) -> None:
        self._work, self._out = work, out
        self._earlier = _read_state(out)
        self._state: dict[str, list[Any]] = {}
        self._folders: set[Path] = set()
        self.made: list[str] = []

    @property
    def paths(self) -> set[str]:
        """All files so far."""
        return set(self._state)

    def put(self, path: str, key: str, make: Callable[[], bytes]) -> None:
        """Put a file in place; ``make`` is called only if the file of the last build is not of this key."""
        if not self._stays(path, key):
            content = make()
            self._write(path, key, content, fingerprint.sha256(content))

    def copy(self, path: str, source: Path, sha256: str) -> bool:
        """Copy a file whose hash is known; tell whether it has that hash. It is read again only if it was touched."""
        found = source.stat()
        key = f"{sha256} {found.st_size} {found.st_mtime_ns}"
        if self._stays(path, key):
            return True
        content = source.read_bytes()
        if fingerprint.sha256(content) != sha256:
            return False
        self._write(path, key, content, sha256)
        return True

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        made = self._work / path
        return (made if made.is_file() else self._out / path).read_bytes()

    def hash_of(self, path: str) -> str:
        """Return the hash of a file."""
        return str(self._state[path][3])

    def move_in(self) -> None:
        """Move what was made into the site, take away what it no longer has, and note the new state last."""
        listing = {"schema": SCHEMA, "files": {path: entry[3] for path, entry in sorted(self._state.items())}}
        (self._work / FILES).write_text(json.dumps(listing, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
        (self._work / STATE).write_text(json.dumps(self._state, ensure_ascii=False), encoding="utf-8")
        for path in [*self.made, FILES, STATE]:
            target = self._out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._work / path).replace(target)
        for path in self._earlier.keys() - self._state.keys():
            (self._out / path).unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                for folder in (self._out / path).relative_to(self._out).parents[:-1]:
                    (self._out / folder).rmdir()

    def _stays(self, path: str, key: str) -> bool:
        if path in self._state:
            raise ValueError(f"two pages stand at {path}")
        entry = self._earlier.get(path)
        if entry is None or entry[0] != key:
            return False
        try:
            found = (self._out / path).stat()
        except OSError:
            return False
        if [found.st_size, found.st_mtime_ns] != entry[1:3]:
            return False
        self._state[path] = entry
        return True

    def _write(self, path: str, key: str, content: bytes, sha256: str) -> None:
        target = self._work / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        target.write_bytes(content)
        found = target.stat()
        self._state[path] = [key, found.st_size, found.st_mtime_ns, sha256]
        self.made.append(path)


def _read_state(folder: Path) -> Mapping[str, list[Any]]:
    try:
        return dict(json.loads((folder / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def read_files(folder: Path) -> dict[str, str] | None:
    """Return path to hash of a site's files as its list has them; None if the folder is no site."""
    try:
        listing = json.loads((folder / FILES).read_text(encoding="utf-8"))
        return dict(listing["files"]) if listing["schema"] == SCHEMA else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
