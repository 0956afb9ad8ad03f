"""Inline values: `` `{python} expression` `` in prose, replaced by the value stored when the notebook was executed."""

from __future__ import annotations

import re
from typing import Any

from pilotbook.report.engine.source import Cell, joined

INLINE = re.compile(r"(?P<before>^|[^`])`\{python\}[ \t]+(?P<expression>[^`]+)`", re.MULTILINE)
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()>#+.!@$^~|-])")


def fill_inline_values(cell: Cell) -> str:
    """Replace the inline expressions of a Markdown cell by their stored values.

    Raises
    ------
    RenderError
        If an expression has no stored value or failed.
    """
    stored = {entry["expression"].strip(): entry["result"] for entry in cell.metadata.get("user_expressions", ())}

    def value(match: re.Match[str]) -> str:
        expression = match["expression"].strip()
        if expression not in stored:
            raise cell.place.error(
                f"the inline expression '{expression}' has no value; execute the notebook before rendering it"
            )
        return match["before"] + _as_markdown(stored[expression], expression, cell)

    return INLINE.sub(value, cell.text)


def _as_markdown(result: dict[str, Any], expression: str, cell: Cell) -> str:
    if result.get("status", "ok") != "ok":
        raise cell.place.error(
            f"the inline expression '{expression}' raised {result.get('ename')}: {result.get('evalue')}; mend it"
        )
    data = result.get("data", {})
    if "text/markdown" in data:
        return joined(data["text/markdown"])
    if "text/plain" not in data:
        raise cell.place.error(
            f"the inline expression '{expression}' has no text; give it a string or a Markdown value"
        )
    text = joined(data["text/plain"])
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return MARKDOWN_SIGNS.sub(r"\\\1", text[1:-1])
    return text
