"""One notebook from the plan's chapters: front matter, parameters, cells."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from pilotbook.design.unit_terms import COUNTY
from pilotbook.errors import NotebookError
from pilotbook.report.language import count_by, mark_simulated, translate
from pilotbook.report.parameters import TAG

SHARED = "shared"
"""Tag of a cell that opens the evaluation; chapters that have the same one share it."""

APPENDIX, APPENDIX_BEGINS = "appendix", "appendix-begins"
"""Tags of a cell that is put off to the appendix, and of the one that begins it."""

PART = "part:"
"""Begins the tag of a cell that is left out where there is nothing for it to show."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises
    ------
    NotebookError
        If the file is missing or no notebook.
    """
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        raise NotebookError(f"{path}: the notebook does not exist") from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, json.JSONDecodeError) as error:
        raise NotebookError(f"{path}: not a notebook ({str(error).splitlines()[0]})") from None
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook."""
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def compose(
    chapters: Mapping[str, NotebookNode], front_matter: Mapping[str, Any], language: str, parts: Collection[str]
) -> NotebookNode:
    """Join chapters into one report.

    Parameters
    ----------
    chapters
        Name to notebook, in the order of the report. Each has a raw front matter cell and a cell tagged
        ``parameters``; of the joined report, the first chapter's parameters cell stays. Of cells tagged ``shared``
        with the same source, the first stays. Cells tagged ``appendix`` follow the one tagged ``appendix-begins``,
        where the report has it.
    front_matter
        The report's own front matter; the chapters' are left out.
    language
        The language that prose and captions are put into.
    parts
        What there is to show; a cell tagged ``part:NAME`` is left out if its part is not among them.

    Returns
    -------
    NotebookNode
        With cell ids ``<chapter>-<id>``.
    """
    report: NotebookNode = nbformat.v4.new_notebook()
    front = nbformat.v4.new_raw_cell(_yaml(front_matter))
    front["id"] = "front-matter"
    report.cells.append(front)
    seen: set[str] = set()
    for name, chapter in chapters.items():
        report.metadata.setdefault("kernelspec", chapter.metadata.get("kernelspec", _KERNEL))
        for cell in chapter.cells:
            if _is_front_matter(cell) or not _has_its_part(cell, parts):
                continue
            once = _once(cell)
            if once in seen:
                continue
            seen |= {once} - {""}
            copy = deepcopy(cell)
            copy["id"] = f"{name}-{cell.id}"
            report.cells.append(copy)
    report.cells = _with_appendix(report.cells)
    translate(report, language)
    facts = front_matter.get("report", {})
    count_by(report, facts.get("counted", COUNTY), language)
    if facts.get("simulated"):
        mark_simulated(report, language)
    return report


_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _with_appendix(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Put off what only some readers need; without an appendix it stays where it is."""
    begins = [i for i, cell in enumerate(cells) if APPENDIX_BEGINS in _tags(cell)]
    if not begins:
        return list(cells)
    kept = [cell for cell in cells if APPENDIX not in _tags(cell)]
    at = next(i for i, cell in enumerate(kept) if APPENDIX_BEGINS in _tags(cell))
    put_off = [cell for cell in cells if APPENDIX in _tags(cell)]
    return [*kept[: at + 1], *put_off, *kept[at + 1 :]] if put_off else [*kept[:at], *kept[at + 1 :]]


def _tags(cell: NotebookNode) -> Sequence[str]:
    tags: Sequence[str] = cell.metadata.get("tags", ())
    return tags


def _once(cell: NotebookNode) -> str:
    """Return what a cell is that a report has once, empty for any other."""
    tags = _tags(cell)
    return TAG if TAG in tags else cell.source if SHARED in tags else ""


def _is_front_matter(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "raw" and cell.source.startswith("---"))


def _has_its_part(cell: NotebookNode, parts: Collection[str]) -> bool:
    wanted = {tag.removeprefix(PART) for tag in _tags(cell) if tag.startswith(PART)}
    return wanted <= set(parts)


def _yaml(front_matter: Mapping[str, Any]) -> str:
    """Write front matter with every value as JSON, which is YAML without surprises."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front_matter.items()]
    return "\n".join(["---", *lines, "---"])
