"""What the cells of a notebook showed, kept apart from its prose: an edit of the text alone runs nothing again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode, from_dict

from pilotbook import cache, fingerprint
from pilotbook.report.expressions import expressions_of
from pilotbook.report.language import entry
from pilotbook.report.lookups import Lookup

LANGUAGE = "language_info"
"""What an executed notebook says of Python."""

RUNS, QUESTIONS = "runs", "questions"
"""How the cache calls what the cells of a notebook showed, and the texts that they looked up in catalogues."""


def recall_run(key: str) -> bytes | None:
    """Return what cells showed in an earlier run of the same key that was told what it would be told now.

    The first entry of the cache names the texts that were looked up, the second is kept under the answers as well. A
    run is determined by its key and the answers, so what is found is never of other words; where a text was asked for
    under two answers, because the catalogue changed meanwhile, nothing is found.
    """
    questions = cache.recall(QUESTIONS, key)
    if questions is None:
        return None
    asked = [(language, text) for language, text in json.loads(questions)]
    return cache.recall(RUNS, _told(key, [(*question, entry(*question)) for question in asked]))


def remember_run(key: str, lookups: Iterable[Lookup], shown: bytes) -> None:
    """Keep what cells showed, for runs of the same key that look up the same texts and are told the same."""
    told = list(lookups)
    cache.remember(RUNS, _told(key, told), shown)
    cache.remember(QUESTIONS, key, json.dumps([[language, text] for language, text, _ in told]).encode())


def _told(key: str, lookups: Iterable[Lookup]) -> str:
    return fingerprint.of_json([key, [list(lookup) for lookup in lookups]])


def key_of_run(notebook: NotebookNode, inputs: Mapping[str, str]) -> str:
    """Return the hash of all that shapes what the cells of a notebook show.

    Parameters
    ----------
    notebook
        Composed and parameterised, not executed.
    inputs
        What the run rests on besides, by name, as a manifest has it; the files of the chapters are not among it, and
        not the catalogue, of which only what is looked up counts.
    """
    cells = [[cell.cell_type, _run_of(cell), cell.metadata.get("tags", [])] for cell in _running(notebook)]
    return fingerprint.of_json([dict(inputs), cells])


def shown_by_run(notebook: NotebookNode) -> bytes:
    """Return what the cells of an executed notebook show, to be kept under its key."""
    cells = [
        {"source": cell.source, "outputs": cell.outputs, "execution_count": cell.execution_count}
        if cell.cell_type == "code"
        else {"user_expressions": cell.metadata.get("user_expressions", [])}
        for cell in _running(notebook)
    ]
    return json.dumps({LANGUAGE: notebook.metadata.get(LANGUAGE), "cells": cells}, ensure_ascii=False).encode()


def replay(notebook: NotebookNode, shown: bytes) -> None:
    """Put into a notebook what its cells showed in an earlier run of the same key."""
    content: dict[str, Any] = json.loads(shown)
    if content[LANGUAGE] is not None:
        notebook.metadata[LANGUAGE] = from_dict(content[LANGUAGE])
    for cell, kept in zip(_running(notebook), content["cells"], strict=True):
        (cell if cell.cell_type == "code" else cell.metadata).update(from_dict(kept))


def _running(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" or expressions_of(cell)]


def _run_of(cell: NotebookNode) -> Any:
    return cell.source if cell.cell_type == "code" else expressions_of(cell)
