"""What was worked out of something and is kept by the hash of that, so that the next build only reads it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pilotbook import fingerprint
from pilotbook.project import cache_folder


def kept_text(kind: str, rests_on: Any, make: Callable[[], str]) -> str:
    """Return a text that was kept; it is made if it was not.

    Parameters
    ----------
    kind
        Folder that it is kept in.
    rests_on
        Everything that it rests on, as JSON values.
    make
        Makes it.
    """
    path = cache_folder() / "site" / kind / fingerprint.of_json(rests_on)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        made = make()
        _keep(path, made)
        return made


def kept_json(kind: str, rests_on: Any, make: Callable[[], Any]) -> Any:
    """Return JSON values that were kept, like `kept_text`; what is damaged is made again."""
    try:
        return json.loads(kept_text(kind, rests_on, lambda: _dumps(make())))
    except ValueError:
        made = make()
        _keep(cache_folder() / "site" / kind / fingerprint.of_json(rests_on), _dumps(made))
        return made


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(draft).replace(path)
