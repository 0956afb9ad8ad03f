"""The search index: script files that a browser loads as far as a query needs them, also from a folder on disk.

``search/<lang>/documents.js`` names the pages. ``search/<lang>/<shard>.js`` maps the terms of one beginning to the
pages that have them: ``[page, weight, page, weight, …]``, each page given as the distance from the one before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pilotbook.site.script_data import call
from pilotbook.site.terms import shard_of

SHOWN = 240
"""Characters of a short page's text that stand in the list itself."""


@dataclass(frozen=True, slots=True)
class Document:
    """A page that can be found.

    Attributes
    ----------
    path
        From the root of the site, with the anchor if it is a part of a page.
    kind
        ``report``, ``evaluation``, ``indicator``, ``reform``, ``rule``, ``docs`` or ``page``.
    standing
        Of a report; the others are always current.
    note
        What stands below the title, such as the period and version.
    text
        Beginning of its text; empty where the sections stand in a file of their own.
    sections
        Name of that file, from the root of the site; empty if there is none.
    terms
        Term to weight.
    """

    path: str
    title: str
    kind: str
    terms: Mapping[str, int]
    standing: str = "current"
    note: str = ""
    text: str = ""
    sections: str = ""

    def entry(self) -> list[Any]:
        """Return what the browser gets to know of it at once."""
        return [self.path, self.title, self.kind, self.standing, self.note, self.text[:SHOWN], self.sections]


def index_files(language: str, documents: Sequence[Document]) -> Iterator[tuple[str, bytes]]:
    """Give the files of the index of one language, by path."""
    shards: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    last: dict[str, int] = {}
    for number, document in enumerate(documents):
        for term, weight in document.terms.items():
            shards[shard_of(term)][term] += (number - last.get(term, 0), _scaled(weight))
            last[term] = number
    names = sorted(shards)
    yield f"search/{language}/documents.js", call("documents", [document.entry() for document in documents], names)
    for name in names:
        yield f"search/{language}/{name}.js", call("shard", name, dict(sorted(shards[name].items())))


def _scaled(weight: int) -> int:
    """Return how much a term counts in a page: often is better than once, but not so many times better."""
    return round(4 * (1 + math.log2(weight)))
