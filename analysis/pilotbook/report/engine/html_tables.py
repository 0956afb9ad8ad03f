"""Tables written as raw HTML, turned into Pandoc tables so that both formats keep them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pilotbook.report.engine.pandoc import run_pandoc
from pilotbook.report.engine.tree import Node

TABLE = re.compile(r"<table\b", re.IGNORECASE)
PLAIN = frozenset({"Para", "Plain", "Header", "CodeBlock"})
"""Blocks that hold words, and no other block."""
STYLE = re.compile(r"<style\b.*?</style>", re.IGNORECASE | re.DOTALL)


def convert_html_tables(blocks: list[Node], directory: Path) -> list[Node]:
    """Replace every raw HTML block that holds a table by what Pandoc reads in it, in one call for all."""
    found: list[Node] = []
    _collect(blocks, found)
    if not found:
        return blocks
    parts = "".join(f'<div id="table-{i}">{STYLE.sub("", item["c"][1])}</div>' for i, item in enumerate(found))
    parsed = json.loads(run_pandoc(parts, ["--from", "html", "--to", "json"], directory).text)
    for item, div in zip(found, parsed["blocks"], strict=True):
        item.clear()
        item.update({"t": "Div", "c": [["", [], []], div["c"][1]]})
    return blocks


def _collect(value: object, found: list[Node]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, found)
    elif isinstance(value, dict):
        kind = value.get("t")
        if kind == "RawBlock" and value["c"][0] == "html" and TABLE.search(value["c"][1]):
            found.append(value)
        elif kind not in PLAIN:
            _collect(value.get("c"), found)
