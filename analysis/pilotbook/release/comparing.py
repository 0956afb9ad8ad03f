"""Comparing reports: releases, rendered folders, or whole trees of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotbook.errors import CallError, WorkError
from pilotbook.release.changes import Changes, changes
from pilotbook.release.layout import LEDGER, Release, find_release, newest_versions, releases
from pilotbook.release.record import NAME


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a report, by its plan, with its ledger's file; the release if it is one."""

    plan: str
    name: str
    ledger: Path
    release: Release | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports of a plan, and what differs."""

    old: Side
    new: Side
    changes: Changes


def sides(name: str, root: Path) -> list[Side]:
    """Return the reports that a name stands for.

    Parameters
    ----------
    name
        A release, by its folder or as ``<plan>[/<period>[/v<n>]]``; the folder of a rendered report; or a folder of
        many: of releases, of which the newest of each plan and period are taken, or of rendered reports.
    root
        The folder of releases.

    Raises
    ------
    UnknownNameError
        If it is none of these.
    """
    folder = Path(name)
    if (folder / LEDGER).is_file() and not (folder / NAME).is_file():
        return [_rendered(folder.resolve())]
    if folder.is_dir() and not (folder / NAME).is_file():
        many = [_side(release) for release in newest_versions(releases(folder.resolve()))]
        many = many or [_rendered(path.parent) for path in sorted(folder.resolve().glob(f"*/*/{LEDGER}"))]
        if many:
            return many
    return [_side(find_release(name, root))]


def _side(release: Release) -> Side:
    return Side(release.record.plan, release.name, release.folder / LEDGER, release)


def _rendered(folder: Path) -> Side:
    return Side(folder.parent.name, f"{folder.parent.name}/{folder.name}", folder / LEDGER, None)


def compare_sides(old: list[Side], new: list[Side]) -> Iterator[Pair]:
    """Compare the reports of the same plan; of many, those of the same plan and period.

    Raises
    ------
    CallError
        If no report of one side has its like on the other.
    """
    if len(old) == len(new) == 1:
        if old[0].plan != new[0].plan:
            raise CallError(f"{old[0].name} and {new[0].name} are reports of two plans; compare two of one plan")
        yield _pair(old[0], new[0])
        return
    before = {_report(side): side for side in old}
    both = [(before[_report(side)], side) for side in new if _report(side) in before]
    if not both:
        raise CallError("no report of one side has one of the same plan and period on the other")
    yield from (_pair(*pair) for pair in both)


def _report(side: Side) -> tuple[str, str]:
    period = side.release.record.period if side.release else side.ledger.parent.name
    return side.plan, period


def _pair(old: Side, new: Side) -> Pair:
    return Pair(old, new, changes(_content(old), _content(new)))


def _content(side: Side) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(side.ledger.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkError(f"{side.name}: {LEDGER} cannot be read ({error}); render or restore the report") from None
    return content
