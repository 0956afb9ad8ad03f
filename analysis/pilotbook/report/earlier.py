"""The releases that a report may be compared with; named here, and opened in `pilotbook.release`."""

from __future__ import annotations

from pilotbook.fingerprint import sha256
from pilotbook.project import releases_folder, rerun_release

RECORD = "release.json"


def rerun_record() -> str | None:
    """Return the hash of the record of the release that is being rerun; None in every other rendering."""
    folder = rerun_release()
    return None if folder is None else sha256((folder / RECORD).read_bytes())


def pages_kept(plan: str, period: str) -> dict[str, bool]:
    """Tell of each release of a plan up to a period, by the place of its record, whether its pages are still there."""
    root = releases_folder()
    return {record: any((root / record).parent.glob("*/report.html")) for record in earlier_records(plan, period)}


def earlier_records(plan: str, period: str) -> dict[str, str]:
    """Return the records of a plan's releases up to a period: place to hash."""
    root = releases_folder()
    records = sorted((root / plan).glob(f"*/v*/{RECORD}"))
    return {
        path.relative_to(root).as_posix(): sha256(path.read_bytes())
        for path in records
        if path.parent.parent.name <= period
    }
