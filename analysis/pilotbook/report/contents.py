"""What a report has to show, known again from the cache: an edit of a text needs neither the data nor the models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotbook import cache, fingerprint

if TYPE_CHECKING:  # it brings all models along
    from pilotbook.evaluate.evaluation import Evaluation

KIND = "contents"


@dataclass(frozen=True, slots=True)
class Contents:
    """What an evaluation has to show.

    Attributes
    ----------
    chapters
        Those of the plan that have something to show, in the order of the report.
    parts
        Parts of chapters likewise.
    data
        Where the data come from, as the ledger has it.
    """

    chapters: tuple[str, ...]
    parts: frozenset[str]
    data: Mapping[str, Any]


def contents(chapters: Sequence[str], inputs: Mapping[str, str], evaluate: Callable[[], Evaluation]) -> Contents:
    """Find out what there is to show.

    Parameters
    ----------
    chapters
        The chapters of the plan.
    inputs
        All that the evaluation and the choice of its parts rest on, by name, as a manifest has it.
    evaluate
        Gives the evaluation, if it was not asked before.
    """
    key = fingerprint.of_json([list(chapters), dict(inputs)])
    found = json.loads(cache.once(KIND, key, lambda: _found(chapters, evaluate())))
    return Contents(tuple(found["chapters"]), frozenset(found["parts"]), found["data"])


def _found(chapters: Sequence[str], evaluation: Evaluation) -> bytes:
    from pilotbook.report.selection import parts, shown  # noqa: PLC0415  # they bring the models along, and figures

    found = {
        "chapters": shown(chapters, evaluation),
        "parts": sorted(parts(evaluation)),
        "data": dict(evaluation.ledger.data),
    }
    return json.dumps(found).encode()
