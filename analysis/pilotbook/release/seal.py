"""The seals of a release: ``SHA256SUMS`` for anyone with a shell, an RO-Crate for archives, and reading both back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.release.crate import crate
from pilotbook.release.layout import CRATE, SUMS, Release
from pilotbook.release.record import NAME, Record

SEALS = (NAME, SUMS, CRATE)
"""Files that hold hashes of the others, and so are not in the record's list themselves."""


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder but the seals, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: fingerprint.sha256(path.read_bytes()) for name, path in named.items() if name not in SEALS}


def seal(folder: Path, record: Record) -> None:
    """Write the record, the crate and the list of hashes into a release's folder."""
    (folder / NAME).write_text(record.dumps(), encoding="utf-8")
    (folder / CRATE).write_text(crate(record), encoding="utf-8")
    (folder / SUMS).write_text(_sums(folder), encoding="utf-8")


def _sums(folder: Path) -> str:
    """Return the list that ``sha256sum --check SHA256SUMS`` reads."""
    found = hashes(folder) | {name: fingerprint.sha256((folder / name).read_bytes()) for name in (NAME, CRATE)}
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(found.items()))


def broken(release: Release) -> Iterator[tuple[str, str]]:
    """Compare a release's files with its record.

    Yields
    ------
    tuple of str
        The file, and what is wrong with it.
    """
    folder, record = release.folder, release.record
    there = hashes(folder)
    for name in sorted(record.files.keys() | there.keys()):
        if name not in there:
            yield name, "is missing"
        elif name not in record.files:
            yield name, "was added after the release was made"
        elif there[name] != record.files[name]:
            yield name, "was changed after the release was made"
    if (folder / NAME).read_text(encoding="utf-8") != record.dumps():
        yield NAME, "is not written canonically, so it was edited"
    expected = {CRATE: crate(record), SUMS: _sums(folder) if (folder / CRATE).is_file() else ""}
    for name, content in expected.items():
        path = folder / name
        if not path.is_file():
            yield name, "is missing"
        elif path.read_text(encoding="utf-8") != content:
            yield name, "does not fit the files of the release"
    if release.folder.parts[-3:] != (record.plan, record.period, f"v{record.version}"):
        yield NAME, f"says {release.name}, which is not the folder it lies in"
