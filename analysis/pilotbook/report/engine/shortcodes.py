"""Shortcodes: ``{{< meta name >}}`` and ``{{< include file >}}``; every other one is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pilotbook.report.engine.place import Place

SHORTCODE = re.compile(r"\{\{<\s*(?P<name>[\w-]+)(?P<rest>[^\n]*?)>\}\}")
FENCED = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
SUPPORTED = ("meta", "include")


def expand_shortcodes(text: str, front: dict[str, Any], directory: Path, place: Place, depth: int = 0) -> str:
    """Replace the shortcodes outside code blocks.

    Raises
    ------
    RenderError
        If a shortcode is unknown, names nothing, or includes a file that is missing or includes itself.
    """
    if depth > 8:
        raise place.error("files include each other in a circle; remove one of the includes")

    def replaced(match: re.Match[str]) -> str:
        name, argument = match["name"], match["rest"].strip().strip("\"'")
        if name == "meta":
            return _metadata(argument, front, place)
        if name == "include":
            return _included(argument, front, directory, place, depth)
        raise place.error(f"the shortcode '{name}' is not supported; supported are {' and '.join(SUPPORTED)}")

    out, position = [], 0
    for block in FENCED.finditer(text):
        out += [SHORTCODE.sub(replaced, text[position : block.start()]), block[0]]
        position = block.end()
    return "".join([*out, SHORTCODE.sub(replaced, text[position:])])


def _metadata(name: str, front: dict[str, Any], place: Place) -> str:
    value: Any = front
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            raise place.error(
                f"the shortcode 'meta {name}' names nothing in the front matter; mend the name or add the value"
            )
        value = value[part]
    if isinstance(value, dict | list):
        raise place.error(f"the shortcode 'meta {name}' names a group of values; name one of them")
    return str(value)


def _included(name: str, front: dict[str, Any], directory: Path, place: Place, depth: int) -> str:
    path = directory / name
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise place.error(f"the included file '{name}' cannot be read; put it beside the notebook") from error
    return expand_shortcodes(text, front, directory, place, depth + 1)
