"""A publication: build, compare with what is published, check, and only then exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pilotbook.errors import CallError, ProofError
from pilotbook.project import ROOT, releases_folder
from pilotbook.site.build import build_site
from pilotbook.site.collection import read_collection
from pilotbook.site.publish.branch import BranchTarget
from pilotbook.site.publish.changes import Changes, changes, lost_versions, site_findings
from pilotbook.site.publish.folder import FolderTarget
from pilotbook.site.publish.requirements import Requirements
from pilotbook.site.settings import Settings
from pilotbook.site.tree import read_files

BRANCH = "branch:"
SHOWN = 30


class Target(Protocol):
    """Where a site is published.

    ``pending`` tells whether something remains to be done there even if no file changes.
    """

    pending: bool

    def locked(self) -> AbstractContextManager[None]:
        """Hold the place; a second publisher is refused."""
        ...

    def files(self) -> dict[str, str]:
        """Return path to hash of what is published."""
        ...

    def edited(self) -> list[str]:
        """Return what was changed there by hand."""
        ...

    def publish(self, site: Path, files: Mapping[str, str], old: Mapping[str, str]) -> None:
        """Put a site in place: whole, or not at all."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did, or would do."""

    changes: Changes
    done: bool


def choose_target(name: str, push: str | None = None, repository: Path = ROOT) -> Target:
    """Return the place of a name: ``branch:NAME``, or the path of a folder.

    Raises
    ------
    CallError
        If the name is none, or a folder should be pushed.
    """
    if name.startswith(BRANCH):
        if not name.removeprefix(BRANCH):
            raise CallError(f"--to {name}: write branch:NAME, such as branch:gh-pages")
        return BranchTarget(name.removeprefix(BRANCH), repository, push)
    if push:
        raise CallError("--push goes with --to branch:NAME; a folder cannot be pushed")
    if not name:
        raise CallError("--to: write the path of a folder, or branch:NAME")
    return FolderTarget(Path(name).resolve())


def publish(
    target: Target,
    site: Path,
    settings: Settings,
    requirements: Requirements,
    dry_run: bool = False,
    restore: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Published:
    """Build the site and publish it.

    Parameters
    ----------
    target
        Where to.
    site
        Folder in which it is built.
    requirements
        What is asked of a release.
    dry_run
        Only say what would change.
    restore
        Put files that were edited by hand at the target back as they were built.
    tell
        Called with a line at each step.

    Raises
    ------
    ProofError
        With every reason not to publish; what is published stays as it is.
    WorkError
        If another publisher is at work, or the target cannot be written.
    """
    with target.locked():
        old = target.files()
        build_site(site, settings, tell=tell)
        files = read_files(site)
        assert files is not None, "it was just built"
        found = changes(old, files)
        reasons = list(_reasons(target, site, settings, requirements, found, set(files), restore))
        if reasons:
            more = [f"… and {len(reasons) - SHOWN} more"] if len(reasons) > SHOWN else []
            raise ProofError("\n".join([f"{target}: not published; reasons: {len(reasons)}", *reasons[:SHOWN], *more]))
        edited = restore and bool(target.edited())
        if dry_run or not (found.any or edited or target.pending):
            return Published(found, False)
        target.publish(site, files, {} if restore else old)
        return Published(found, True)


def _reasons(
    target: Target,
    site: Path,
    settings: Settings,
    requirements: Requirements,
    found: Changes,
    paths: set[str],
    restore: bool,
) -> Iterator[str]:
    if not restore:
        for path in target.edited():
            yield f"{path}: was edited after it was published; change its source instead, and publish with --restore"
    yield from lost_versions(found)
    collection = read_collection(releases_folder())
    yield from site_findings(site, collection, found, settings, requirements, paths)
