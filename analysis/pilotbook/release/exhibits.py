"""The tables and figures of an executed notebook, and what of their content counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from pilotbook import fingerprint
from pilotbook.release.record import Exhibit, Kind

RULES = Path(__file__).with_name("sanitise.cfg")
_RULE = re.compile(r"^regex: (.*)\nreplace: (.*)$", re.MULTILINE)
_LABEL = re.compile(r"^#\|\s*label:\s*[\"']?((tbl|fig)-[\w-]+)", re.MULTILINE)
_KINDS: dict[str, Kind] = {"tbl": "table", "fig": "figure"}
_NO_CONTENT = "text/plain"
"""Of a table or figure it is the name of its class."""

LEDGER = "estimates"
"""Id of the exhibit that all others are drawn from."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibit with what it shows: the text of its outputs, sanitised."""

    exhibit: Exhibit
    content: str


@cache
def rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sanitising rules: what is looked for, and what is put in its place."""
    found = _RULE.findall(RULES.read_text(encoding="utf-8"))
    return tuple((re.compile(pattern), replacement) for pattern, replacement in found)


def sanitised(text: str) -> str:
    """Return a text without what may differ from run to run."""
    for pattern, replacement in rules():
        text = pattern.sub(replacement, text)
    return text


def exhibits(notebook: Path, language: str) -> list[Shown]:
    """Return the labelled tables and figures of an executed notebook, in its order."""
    content = nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)
    return list(_exhibits(content, language))


def ledger_exhibit(ledger: Path) -> Exhibit:
    """Return the exhibit of ``estimates.json``."""
    return Exhibit(id=LEDGER, kind="ledger", sha256=fingerprint.sha256(ledger.read_bytes()))


def _exhibits(notebook: NotebookNode, language: str) -> Iterator[Shown]:
    for cell in notebook.cells:
        label = _LABEL.search(cell.source) if cell.cell_type == "code" else None
        if label is not None:
            content = sanitised("\n".join(_shown(output) for output in cell.outputs))
            kind = _KINDS[label[2]]
            exhibit = Exhibit(id=f"{language}/{label[1]}", kind=kind, sha256=fingerprint.sha256(content))
            yield Shown(exhibit, content)


def _shown(output: NotebookNode) -> str:
    """Return what an output shows: every form of it but its class's name."""
    data: dict[str, Any] = output.get("data", {})
    forms = {name: content for name, content in sorted(data.items()) if name != _NO_CONTENT}
    return "\n".join(map(str, forms.values())) or str(output.get("text", ""))
