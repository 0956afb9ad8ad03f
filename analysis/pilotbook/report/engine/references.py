"""Resolve ``@fig-x``, ``[@tbl-y]``, ``[-@eq-z]`` and ``@sec-w`` into links."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pilotbook.report.engine.labels import NO_BREAK, kind_of, label
from pilotbook.report.engine.numbering import Target
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.tree import Node, Walk, attributes, node, string


class Resolve(Walk):
    """Replaces references by links whose text is the word and number of what they name."""

    def __init__(self, place: Place, cells: dict[str, Place], targets: dict[str, Target], language: str):
        super().__init__(place, cells)
        self._targets = targets
        self._language = language
        self.citations: dict[str, Place] = {}

    def on_cite(self, item: Node) -> list[Node]:
        """A group of citations; a group may hold references or literature, not both."""
        citations = item["c"][0]
        references = [citation for citation in citations if kind_of(citation["citationId"])]
        if not references:
            for citation in citations:
                self.citations.setdefault(citation["citationId"], self.place)
            return [self.descend(item)]
        if len(references) < len(citations):
            raise self.place.error("one pair of brackets mixes cross references and literature; write two pairs")
        out: list[Node] = []
        for citation in citations:
            out += [string(","), node("Space")] if out else []
            out += [self._link(citation), *self.blocks(citation["citationSuffix"])]
        return out

    def on_float(self, item: Node) -> list[Node]:
        """Captions and panels hold references too."""
        part = item["c"]
        part.content, part.caption = self.blocks(part.content), self.blocks(part.caption)
        return [item]

    def _link(self, citation: dict[str, Any]) -> Node:
        identifier = citation["citationId"]
        if identifier not in self._targets:
            near = get_close_matches(identifier, self._targets, n=1)
            advice = f"did you mean '@{near[0]}'?" if near else "label what it names, or mend the name"
            raise self.place.error(f"the reference '@{identifier}' names nothing; {advice}")
        target = self._targets[identifier]
        text: list[Node] = [string(label(target.kind, target.number, self._language))]
        if citation["citationMode"]["t"] == "SuppressAuthor":
            text = [string(target.number)]
        elif citation["citationPrefix"]:
            text = [*self.blocks(citation["citationPrefix"]), string(f"{NO_BREAK}{target.number}")]
        return node("Link", attributes("", ["quarto-xref"]), text, [f"#{identifier}", ""])
