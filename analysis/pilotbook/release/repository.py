"""The git repository that holds the program: its commit, what is not committed, and its earlier states."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pilotbook.errors import WorkError


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository.

    Attributes
    ----------
    root
        Its top folder.
    """

    root: Path

    def commit(self) -> str | None:
        """Return the commit that is checked out, None if the folder is no repository with a commit."""
        return _line(self.root, "rev-parse", "HEAD")

    def dirty(self, without: Path) -> list[str]:
        """Return the files that are not as they were committed, but for those below one folder.

        Parameters
        ----------
        without
            The folder of releases: a new release is not committed yet when the next is made.
        """
        status = _run(self.root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
        files = (self.root / entry[3:] for entry in status.split("\0") if entry)
        return [path.relative_to(self.root).as_posix() for path in files if not path.is_relative_to(without)]

    def changed_since(self, commit: str, *folders: str) -> list[str] | None:
        """Return the files below folders that differ from those of a commit; None if it is not there."""
        if not self.has(commit):
            return None
        listed = _run(self.root, "diff", "--name-only", "-z", commit, "--", *folders)
        return [name for name in listed.split("\0") if name]

    def has(self, commit: str) -> bool:
        """Tell whether a commit is there; it is not in a shallow clone."""
        return _line(self.root, "cat-file", "-t", commit) == "commit"

    @contextmanager
    def at(self, commit: str) -> Iterator[Path]:
        """Give a folder with the files of a commit, as a git worktree that is removed afterwards.

        Raises
        ------
        WorkError
            If the commit is not there.
        """
        if not self.has(commit):
            raise WorkError(f"the commit {commit[:12]} is not in this repository; try `git fetch --unshallow`")
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
            folder = Path(private).resolve() / "commit"
            _run(self.root, "worktree", "add", "--quiet", "--detach", str(folder), commit)
            try:
                yield folder
            finally:
                _run(self.root, "worktree", "remove", "--force", str(folder))


def _line(folder: Path, *arguments: str) -> str | None:
    """Return the only line that git prints, None if it refuses."""
    try:
        return _run(folder, *arguments).strip()
    except WorkError:
        return None


def _run(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise WorkError("git is not on PATH; releases need it to name the commit of the program") from None
    except subprocess.CalledProcessError as error:
        raise WorkError(f"git {arguments[0]}: {error.stderr.strip()}") from None
    return done.stdout
