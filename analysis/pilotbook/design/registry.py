"""The files of registration: ``registered/<plan>.yml`` beside the plan, appended to and never rewritten."""

from __future__ import annotations

import datetime
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

from pilotbook import fingerprint
from pilotbook.design.planfile import PlanFile
from pilotbook.design.registration import DataSeen, Difference, Entry, Registration
from pilotbook.errors import PlanError

FOLDER = "registered"
HEAD = "# Written by `pilotbook plan register`. Entries are only ever added; `seal` binds each to all before it.\n"


def registry_path(plan_file: PlanFile) -> Path:
    """Return the file that a plan's registration stands in."""
    return plan_file.path.parent / FOLDER / f"{plan_file.id}.yml"


def registration_text(plan_file: PlanFile) -> str:
    """Return a plan's registration as it stands on disk, empty if it has none."""
    path = registry_path(plan_file)
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def read_registration(plan_file: PlanFile) -> Registration | None:
    """Read a plan's registration, None if it has none.

    Raises
    ------
    PlanError
        If the file cannot be read, or is not as it was written.
    """
    path = registry_path(plan_file)
    if not path.is_file():
        return None
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
        registration = _registration(record)
        seals = [entry["seal"] for entry in record["entries"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, IndexError) as error:
        raise PlanError(f"{_shown(path)}: not a registration ({error}); {REMEDY}") from None
    if seals != _seals(registration):
        raise PlanError(f"{_shown(path)}: was changed after it was written, so it proves nothing; {REMEDY}")
    return registration


REMEDY = "restore it from version control"


def write_registration(plan_file: PlanFile, registration: Registration) -> Path:
    """Write a registration in one step and return its file.

    Raises
    ------
    PlanError
        If it would change or drop an entry that is there.
    """
    path, earlier = registry_path(plan_file), read_registration(plan_file)
    if earlier is not None and _seals(registration)[: len(earlier.entries)] != _seals(earlier):
        raise PlanError(f"{_shown(path)}: entries that are there cannot be changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(HEAD + yaml.safe_dump(_record(registration), sort_keys=False, allow_unicode=True, width=100))
    Path(name).chmod(0o644)
    Path(name).replace(path)
    return path


def _record(registration: Registration) -> dict[str, Any]:
    data = registration.data
    seals = _seals(registration)
    return {
        "plan": registration.plan,
        "content": dict(registration.content),
        "data": None if data is None else {name: getattr(data, name) for name in DataSeen.__slots__},
        "entries": [{**_plain(entry), "seal": seal} for entry, seal in zip(registration.entries, seals, strict=True)],
    }


def _plain(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"date": entry.date.isoformat(), "sha256": entry.sha256}
    if entry.because is not None:
        found["because"] = entry.because
        found["differences"] = [{"key": d.key, "registered": d.registered, "now": d.now} for d in entry.differences]
    return found


def _registration(record: dict[str, Any]) -> Registration:
    data = record["data"]
    return Registration(
        plan=record["plan"],
        content=record["content"],
        data=None if data is None else DataSeen(**data),
        entries=tuple(
            Entry(
                date=datetime.date.fromisoformat(str(entry["date"])),
                sha256=entry["sha256"],
                because=entry.get("because"),
                differences=tuple(Difference(**difference) for difference in entry.get("differences", ())),
            )
            for entry in record["entries"]
        ),
    )


def _seals(registration: Registration) -> list[str]:
    """Return a hash for each entry that covers it, all before it, and what was registered."""
    data = registration.data
    seen = None if data is None else [getattr(data, name) for name in DataSeen.__slots__]
    seal = fingerprint.of_json([registration.plan, dict(registration.content), seen])
    seals = []
    for entry in registration.entries:
        seal = fingerprint.of_json([seal, _plain(entry)])
        seals.append(seal)
    return seals


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
