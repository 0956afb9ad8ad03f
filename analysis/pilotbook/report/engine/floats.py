"""Find figures and tables in all the forms they can be written in, and give them one form: the ``Float`` node."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pilotbook.report.engine.labels import kind_of
from pilotbook.report.engine.tree import Node, Walk, attributes, node, plain_text

TABLE_LABEL = re.compile(r"\{#(?P<label>tbl-[\w-]+)\}")


@dataclass
class Float:
    """A figure or table with its caption.

    Attributes
    ----------
    identifier
        Its label, ``fig-…`` or ``tbl-…``; empty if it is not numbered.
    kind
        ``fig`` or ``tbl``.
    content
        The blocks inside.
    caption
        The inlines of its caption.
    columns
        How many panels stand side by side.
    number
        Its number as printed, given by the numbering.
    panel_of
        Label of the figure it is a panel of.
    """

    identifier: str
    kind: str
    content: list[Node]
    caption: list[Node]
    columns: int = 1
    number: str = ""
    panel_of: str = ""
    panels: list[Float] = field(default_factory=list)


class FindFloats(Walk):
    """Turns figure blocks, labelled divs and labelled tables into ``Float`` nodes."""

    def on_figure(self, item: Node) -> list[Node]:
        """A picture alone in its paragraph, with its description as caption."""
        (identifier, _, _), (_, caption), content = item["c"]
        if identifier and not identifier.startswith("fig-"):
            identifier = ""
        inlines = caption[0]["c"] if caption else []
        return [node("Float", Float(identifier, "fig", self.blocks(content), self.blocks(inlines)))]

    def on_div(self, item: Node) -> list[Node]:
        """A div labelled ``#fig-…`` or ``#tbl-…``; its last paragraph is the caption."""
        (identifier, _, pairs), content = item["c"]
        kind = kind_of(identifier)
        if kind not in ("fig", "tbl"):
            return [self.descend(item)]
        caption = content[-1] if content and content[-1]["t"] in ("Para", "Plain") else None
        body = content[:-1] if caption else content
        if len(content) == 1 and content[0]["t"] == "Table":
            return self._labelled_table(content[0], identifier)
        if not caption or not body:
            raise self.place.error(f"'{identifier}' has no caption; make the last paragraph of its block the caption")
        columns = self._columns(dict(pairs), identifier)
        return [node("Float", Float(identifier, kind, self.blocks(body), self.blocks(caption["c"]), columns))]

    def on_table(self, item: Node) -> list[Node]:
        """A table whose caption carries ``{#tbl-…}``."""
        identifier = item["c"][0][0] if item["c"][0][0].startswith("tbl-") else _take_label(item)
        return self._labelled_table(item, identifier) if identifier else [self.descend(item)]

    def _labelled_table(self, item: Node, identifier: str) -> list[Node]:
        _take_label(item)
        caption = item["c"][1][1]
        if not caption:
            raise self.place.error(
                f"the table '{identifier}' has no caption; write ': caption {{#{identifier}}}' below it"
            )
        item["c"][0] = attributes()
        item["c"][1] = [None, []]
        return [node("Float", Float(identifier, "tbl", [self.descend(item)], self.blocks(caption[0]["c"])))]

    def _columns(self, pairs: dict[str, str], identifier: str) -> int:
        text = pairs.get("layout-ncol", "1")
        if not text.isdigit() or not 1 <= int(text) <= 4:
            raise self.place.error(f"layout-ncol of '{identifier}' must be a number from 1 to 4, not '{text}'")
        return int(text)


def _take_label(table: Node) -> str:
    """Remove ``{#tbl-…}`` from the end of a table's caption and return the label."""
    blocks = table["c"][1][1]
    if not blocks or blocks[-1]["t"] not in ("Para", "Plain") or not blocks[-1]["c"]:
        return ""
    inlines = blocks[-1]["c"]
    match = TABLE_LABEL.fullmatch(plain_text(inlines[-1]))
    if not match:
        return ""
    inlines.pop()
    while inlines and inlines[-1]["t"] in ("Space", "SoftBreak"):
        inlines.pop()
    return match["label"]
