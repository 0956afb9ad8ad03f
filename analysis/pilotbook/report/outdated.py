"""The mark on a report that could not be made again: its folder then shows that it is an earlier one, and why."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pilotbook.errors import CallError, PilotbookError, UnknownNameError
from pilotbook.report.manifest import NAME

MARK = "OUTDATED.txt"


def outdated(target: Path) -> bool:
    """Tell whether the last attempt to make a report again failed."""
    return (target / MARK).is_file()


def mark_outdated(folder: Path, period: str | None, error: PilotbookError | OSError, cause: str) -> None:
    """Mark what is there of a report that failed; a wrong call says nothing about it.

    Parameters
    ----------
    folder
        The folder of the plan, under which its reports stand by period.
    period
        Which was to be made; None for the newest.
    error, cause
        What stopped it, and the same in words.
    """
    if isinstance(error, CallError) and not (isinstance(error, UnknownNameError) and error.where is not None):
        return
    there = sorted(path.parent for path in folder.glob(f"{period or '*'}/{NAME}"))
    for target in there[-1:]:
        with suppress(OSError):  # of a full disk, which is then the cause that is told
            text = f"This report is an earlier one. The last attempt to make it again failed:\n\n{cause}\n"
            (target / MARK).write_text(text, encoding="utf-8")


def unmark(target: Path) -> None:
    """Take the mark off a report that is as it must be."""
    (target / MARK).unlink(missing_ok=True)
