"""Hashes of what a result rests on: content, never dates or paths."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent


def sha256(content: bytes | str) -> str:
    """Return the hash of bytes, or of text in UTF-8."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


class Listing(dict[str, str]):
    """Hashes or versions by name, which nobody changes; many reports rest on the same, so its hash is taken once."""

    @cached_property
    def hash(self) -> str:
        """What `of_json` says of it."""
        return _of_json(self)


def of_json(value: Any) -> str:
    """Return the hash of a JSON value, whatever the order of its keys."""
    return value.hash if isinstance(value, Listing) else _of_json(value)


def _of_json(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False))


@cache
def code(*parts: str, package: Path = PACKAGE) -> Listing:
    """Return the hashes of the files of modules or subpackages of a package, this one, by their names from its root."""
    files: list[Path] = []
    for part in parts:
        path = package / part
        files += [path] if path.is_file() else [p for p in path.rglob("*") if _is_source(p)]
    return Listing((file.relative_to(package).as_posix(), sha256(file.read_bytes())) for file in sorted(files))


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


@cache
def libraries(*names: str) -> Listing:
    """Return the versions of Python and of libraries."""
    python = ".".join(platform.python_version_tuple()[:2])
    return Listing(python=python, **{name: version(name) for name in names})


def of_ingredients(ingredients: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands for named ingredients in a manifest: a text itself, of anything else the hash."""
    return {name: value if isinstance(value, str) else of_json(value) for name, value in ingredients.items()}


def changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the names of the inputs that are new, gone or have another hash."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
