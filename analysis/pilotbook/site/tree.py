"""The folder of the site while it is built: what has not changed is linked from the folder before.

A file is made again if its key is another one, or if the file was touched since it was written. The keys stand in
``.site-state.json``; ``site-files.json`` lists every published file with its hash.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotbook import fingerprint

STATE, FILES = ".site-state.json", "site-files.json"
SCHEMA = 1


@dataclass
class Tree:
    """A site in the making.

    Attributes
    ----------
    work
        Where it is made: an empty folder.
    before
        The folder of the last build; it need not exist.
    made
        Paths that were made anew.
    """

    work: Path
    before: Path
    made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._earlier = _read_state(self.before)
        self._state: dict[str, list[Any]] = {}
        self._folders: set[Path] = set()

    @property
    def paths(self) -> set[str]:
        """All files so far."""
        return set(self._state)

    def put(self, path: str, key: str, make: Callable[[], bytes]) -> None:
        """Put a file in place; ``make`` is called only if the file of the last build is not of this key."""
        if not self._link(path, key):
            target = self._place(path)
            content = make()
            target.write_bytes(content)
            self._note(path, key, target, fingerprint.sha256(content))

    def copy(self, path: str, source: Path, sha256: str) -> bool:
        """Copy a file whose hash is known; tell whether it has that hash. It is read again only if it was touched."""
        found = source.stat()
        key = f"{sha256} {found.st_size} {found.st_mtime_ns}"
        if self._link(path, key):
            return True
        content = source.read_bytes()
        if fingerprint.sha256(content) != sha256:
            return False
        target = self._place(path)
        target.write_bytes(content)
        self._note(path, key, target, sha256)
        return True

    def finish(self) -> None:
        """Write the list of files and the state."""
        files = {path: entry[3] for path, entry in sorted(self._state.items())}
        listing = json.dumps({"schema": SCHEMA, "files": files}, ensure_ascii=False, indent=0) + "\n"
        (self.work / FILES).write_text(listing, encoding="utf-8")
        (self.work / STATE).write_text(json.dumps(self._state, ensure_ascii=False), encoding="utf-8")

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return (self.work / path).read_bytes()

    def hash_of(self, path: str) -> str:
        """Return the hash of a file."""
        return str(self._state[path][3])

    def _link(self, path: str, key: str) -> bool:
        entry = self._earlier.get(path)
        if entry is None or entry[0] != key:
            return False
        old, target = self.before / path, self._place(path)
        try:
            found = old.stat()
            if [found.st_size, found.st_mtime_ns] != entry[1:3]:
                return False
            os.link(old, target)
        except OSError:  # gone, or a file system without links
            return False
        self._state[path] = entry
        return True

    def _place(self, path: str) -> Path:
        if path in self._state:
            raise ValueError(f"two pages stand at {path}")
        target = self.work / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target

    def _note(self, path: str, key: str, target: Path, sha256: str) -> None:
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
