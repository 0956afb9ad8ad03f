"""What a forger does: change a file and every hash that stands for it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pilotbook.release.describe import exhibits_of
from pilotbook.release.record import read_record
from pilotbook.release.seal import hashes, seal


def reseal(folder: Path, **changes: object) -> None:
    """Make manifest, record, crate and sums agree with the files that are there, as a forger would."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
    record = read_record(folder)
    exhibits = tuple(exhibits_of(folder, record.languages))
    files = hashes(folder)
    seal(folder, record.model_copy(update={"files": files, "exhibits": exhibits, **changes}))


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a text of a file, which must be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
