"""Context: background numbers that are no effects, and where the sources contradict each other."""

from __future__ import annotations

from pilotbook.panel.catalogue.entry import Entry, ReformId, SourceFile, Text


class ContextFact(Entry):
    """A background number of a source."""

    seed: SourceFile
    name: Text
    value: Text
    unit: str
    quote: Text


class Conflict(Entry):
    """A contradiction, an ambiguity or a garbled passage, and how this project handles it."""

    id: ReformId
    what: Text
    handling: Text
