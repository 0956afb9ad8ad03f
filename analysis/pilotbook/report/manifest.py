"""The manifest of a rendered report: what went in, stage by stage, and what came out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotbook.fingerprint import sha256

NAME = "manifest.json"
SCHEMA = 1


@dataclass(slots=True)
class Manifest:
    """What a rendered report rests on.

    Attributes
    ----------
    plan, period
        Whose report it is.
    stages
        Stage to inputs to hash. The stages are ``estimates``, and for each language ``<lang>/notebook`` and
        ``<lang>/pages``; a stage is done again when one of its inputs has another hash.
    files
        Path within the folder to hash.
    """

    plan: str
    period: str
    stages: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def record(self, folder: Path, *paths: str) -> None:
        """Note the hashes of files of the folder."""
        for path in paths:
            self.files[path] = sha256((folder / path).read_bytes())

    def write(self, folder: Path) -> None:
        """Write the manifest, canonically: no date, no path, no name of a machine."""
        content = {
            "schema": SCHEMA,
            "plan": self.plan,
            "period": self.period,
            "stages": {name: dict(sorted(inputs.items())) for name, inputs in sorted(self.stages.items())},
            "files": dict(sorted(self.files.items())),
        }
        (folder / NAME).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None if there is none that can be read."""
    try:
        content: Mapping[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            return None
        return Manifest(content["plan"], content["period"], dict(content["stages"]), dict(content["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
