"""A branch of the repository as the place of publication, as GitHub Pages and Gitee Pages read it.

The commit is made from the site's files without touching any working tree; the branch then moves to it in one step.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pilotbook.errors import CallError, WorkError
from pilotbook.site.tree import FILES, SCHEMA, STATE

TREE = "Site-Tree: "
"""Line of the message that names the tree as it was published: another tree was edited by hand."""

NOTHING = "0" * 40


class BranchTarget:
    """A branch.

    Parameters
    ----------
    name
        Such as ``gh-pages``.
    repository
        A folder of the repository.
    push
        Name of the remote that it is pushed to; None leaves it here.
    """

    def __init__(self, name: str, repository: Path, push: str | None = None) -> None:
        self._name, self._repository, self._push = name, repository, push
        self.pending = push is not None
        if self._run("check-ref-format", "--branch", name).returncode:
            raise CallError(f"--to branch:{name}: is no name of a branch, or {repository} is no repository")

    def __str__(self) -> str:
        return f"branch {self._name}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the branch; a second publisher is refused."""
        folder = Path(self._git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        lock = FileLock(folder / "pilotbook-publish.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise WorkError(f"{self}: somebody else is publishing there; wait for it to end") from None
        try:
            yield
        finally:
            lock.release()

    def files(self) -> dict[str, str]:
        """Return path to hash of what is published; empty if there is no such branch.

        Raises
        ------
        CallError
            If the branch holds something else than a site.
        """
        if self._commit() is None:
            return {}
        try:
            listing = json.loads(self._git("show", f"{self._ref}:{FILES}"))
            if listing["schema"] == SCHEMA:
                return dict(listing["files"])
        except (CallError, WorkError, ValueError, KeyError, TypeError):
            pass
        raise CallError(f"{self}: is no site that was published before; name a branch that is not there yet")

    def edited(self) -> list[str]:
        """Return the files that were changed in the branch since the last publication."""
        commit = self._commit()
        if commit is None:
            return []
        message = self._git("log", "-1", "--format=%B", commit)
        published = next((line.removeprefix(TREE) for line in message.splitlines() if line.startswith(TREE)), None)
        if published == self._git("rev-parse", f"{commit}^{{tree}}"):
            return []
        last = published or self._last_published(commit)
        if last is None:
            return [FILES]
        return self._git("diff-tree", "-r", "--name-only", "-z", last, commit).strip("\0").split("\0")

    def publish(self, site: Path, files: Mapping[str, str], old: Mapping[str, str]) -> None:
        """Commit a site and move the branch to it.

        Raises
        ------
        WorkError
            If the branch moved meanwhile, is checked out, or cannot be pushed.
        """
        before = self._commit()
        if f"branch {self._ref}" in self._git("worktree", "list", "--porcelain").splitlines():
            raise WorkError(f"{self}: is checked out; switch to another branch there")
        tree = self._write_tree(site)
        message = f"The website: {len(files)} files\n\n{TREE}{tree}"
        parents = ["-p", before] if before else []
        if before is None or tree != self._git("rev-parse", f"{before}^{{tree}}"):
            commit = self._git("commit-tree", tree, *parents, "-m", message)
            self._git("update-ref", self._ref, commit, before or NOTHING)
        if self._push:
            self._git("push", self._push, f"{self._ref}:{self._ref}")

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self._name}"

    def _commit(self) -> str | None:
        found = self._run("rev-parse", "--verify", "--quiet", f"{self._ref}^{{commit}}")
        return found.stdout.strip() or None

    def _last_published(self, commit: str) -> str | None:
        found = self._git("log", "-1", "--format=%H", f"--grep=^{TREE}", commit)
        return found or None

    def _write_tree(self, site: Path) -> str:
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            options = ("-c", "core.autocrlf=false", "-c", "core.fileMode=false", f"--work-tree={site}")
            self._git(*options, "add", "--force", "--all", "--", ".", f":(exclude){STATE}", extra=index, cwd=site)
            return self._git("write-tree", extra=index)

    def _git(self, *arguments: str, extra: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
        run = self._run(*arguments, extra=extra, cwd=cwd)
        if run.returncode:
            raise WorkError(f"{self}: git {arguments[0]}: {run.stderr.strip() or 'failed'}")
        return run.stdout.strip("\n")

    def _run(
        self, *arguments: str, extra: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **(extra or {})}
        if cwd is not None:
            environment["GIT_DIR"] = self._run("rev-parse", "--path-format=absolute", "--git-dir").stdout.strip()
        return subprocess.run(
            ["git", *arguments],
            cwd=cwd or self._repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
