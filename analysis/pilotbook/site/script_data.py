"""Data as script files: a page opened from a folder may load a script, but nothing else."""

from __future__ import annotations

import json
from typing import Any


def call(function: str, *values: Any) -> bytes:
    """Return a script that hands JSON values to a function of ``window.pilotbook``."""
    return f"pilotbook.{function}({','.join(literal(value) for value in values)});\n".encode()


def literal(value: Any) -> str:
    """Write a JSON value so that it can stand in a script, wherever the script stands."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # JSON allows two line separators that scripts read as ends of lines; `</` would end a script inside a page.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
