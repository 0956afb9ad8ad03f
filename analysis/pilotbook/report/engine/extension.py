"""The Quarto format extension at the root of the project: templates, style and filters of both engines."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from pilotbook.errors import RenderError
from pilotbook.moment import seen_once

NAME = "pilotbook"


@cache
def extension_folder() -> Path:
    """Folder of the extension: at the project's root, or inside an installed package.

    Raises
    ------
    RenderError
        If it is in neither place.
    """
    package = Path(__file__).resolve().parents[2]
    for root in (package.parents[1], package):
        folder = root / "_extensions" / NAME
        if (folder / "_extension.yml").is_file():
            return folder
    raise RenderError("the folder _extensions/pilotbook is missing; restore it from the repository")


@seen_once
def extension_fingerprint() -> str:
    """Hash of all its files."""
    digest = hashlib.sha256()
    for path in sorted(extension_folder().rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(extension_folder()).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
