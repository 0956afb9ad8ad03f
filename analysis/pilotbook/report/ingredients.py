"""What the hashes in a manifest stand for, kept in the cache so that a change can be named with old and new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pilotbook import cache, fingerprint

KIND = "ingredients"


def note(ingredients: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the ingredients of all stages, each under its hash."""
    for names in ingredients.values():
        for value in names.values():
            if not isinstance(value, str):
                key = fingerprint.of_json(value)
                if cache.recall(KIND, key) is None:
                    cache.remember(KIND, key, json.dumps(value, ensure_ascii=False).encode())


def meaning(text: str) -> Any:
    """Return what a text of a manifest stands for, None if it is a hash whose meaning is no longer known."""
    content = cache.recall(KIND, text)
    if content is not None:
        return json.loads(content)
    return None if _is_hash(text) else text


def _is_hash(text: str) -> bool:
    return len(text) == len(fingerprint.sha256("")) and set(text) <= set("0123456789abcdef")
