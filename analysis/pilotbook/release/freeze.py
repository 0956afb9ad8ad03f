"""Freezing a rendered report: checked, copied into a private folder, sealed, and put in place in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from pilotbook.design.registry import registry_path
from pilotbook.errors import CallError, WorkError
from pilotbook.release import gate
from pilotbook.release.describe import describe
from pilotbook.release.layout import MANIFEST, PLAN, REGISTRATION, Release, predecessor, releases
from pilotbook.release.repository import Repository
from pilotbook.release.seal import hashes, seal
from pilotbook.release.wish import Wish
from pilotbook.report.manifest import read_manifest
from pilotbook.report.render import survey
from pilotbook.report.stages import ESTIMATES, Request, Stages


def freeze(wish: Wish, repository: Repository, tell: Callable[[str], None] = lambda _: None) -> Release:
    """Release a rendered report, in all languages and formats in which it is there.

    Parameters
    ----------
    wish
        What, where to, and what to say of it.
    repository
        That of the program.
    tell
        Called with a line at each step.

    Raises
    ------
    PilotbookError
        If anything speaks against it, or another process is releasing the same report. Nothing is written then.
    """
    asked = asked_for(wish)
    plan, period = wish.plan.id, asked.period
    tell(f"{plan} {period}: checking")
    gate.refuse_unregistered(wish.plan)
    gate.refuse_outdated(asked, asked.earlier())
    commit = gate.refuse_dirty(repository, wish.root)
    gate.refuse_unproven(asked.target, wish.plan.plan, asked.request.languages, asked.request.formats)
    with _alone(wish.root, f"{plan}-{period}") as private:
        earlier = releases(wish.root, plan)
        before = predecessor(earlier, plan, period)
        version = 1 + max((r.record.version for r in earlier if r.record.period == period), default=0)
        work, home = private / f"v{version}", wish.root / plan / period
        _copy(asked, work)
        if version > 1 and before is not None:
            _refuse_repetition(wish, before, work)
        record = describe(wish, asked, work, (repository, commit), before, version)
        seal(work, record)
        files = [path for path in sorted(work.rglob("*")) if path.is_file()]
        gate.refuse_disclosures(files, work, wish.plan.plan.disclosure)
        _settle(work)
        home.mkdir(parents=True, exist_ok=True)
        work.rename(home / work.name)
    tell(f"{plan} {period}: released as version {version}")
    return Release(home / f"v{version}", record)


def asked_for(wish: Wish) -> Stages:
    """Return the stages of the report as it is there.

    Raises
    ------
    WorkError
        If it was not rendered yet.
    """
    request = Request(wish.plan, wish.period, ("en",), ("html",), wish.engine, wish.out, wish.parameters)
    period = survey(request).period
    manifest = read_manifest(wish.out / wish.plan.id / period)
    pages = [stage.split("/") for stage in manifest.stages if stage != ESTIMATES] if manifest else []
    languages = tuple(dict.fromkeys(language for language, _ in pages))
    formats = tuple(dict.fromkeys(form for _, form in pages if form != "notebook"))
    if "html" not in formats:
        call = f"pilotbook render {wish.plan.id} --period {period}"
        raise WorkError(f"{wish.plan.id} {period}: is not rendered yet; run `{call}` and look at it first")
    return survey(replace(request, period=period, languages=languages, formats=formats))


def _copy(asked: Stages, work: Path) -> None:
    """Copy the report, the plan and its registration; notes that somebody put beside the report are not released."""
    for name in (*asked.earlier().files, MANIFEST):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(asked.target / name, work / name)
    plan = asked.request.plan
    shutil.copyfile(plan.path, work / PLAN)
    shutil.copyfile(registry_path(plan), work / REGISTRATION)


def _refuse_repetition(wish: Wish, before: Release, work: Path) -> None:
    """Refuse a further version without a note, and one that is the last again."""
    if wish.note is None or not wish.note.strip():
        raise CallError(f"{before.name} is released already; say with --note what {work.name} corrects")
    if hashes(work) == before.record.files:
        raise WorkError(f"{before.name} is released already, with the same files; there is nothing to correct")


def _settle(work: Path) -> None:
    """Let everyone read the files, and have the disk keep them before they get the name of a release."""
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _alone(root: Path, report: str) -> Iterator[Path]:
    """Give a private folder beside all releases to one process at a time, and clear what a killed one left.

    Raises
    ------
    WorkError
        If another process is releasing the same report.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / f".{report}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WorkError(f"{report} is being released by another process; wait for it to end") from None
    try:
        for rest in root.glob(f".{report}.*.work"):
            shutil.rmtree(rest, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f".{report}.", suffix=".work", dir=root) as private:
            yield Path(private)
    finally:
        lock.release()
