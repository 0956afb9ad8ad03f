"""Pandoc's document tree: builders for its nodes, and a walk that knows the notebook cell it is in.

A node is ``{"t": type, "c": content}`` as in Pandoc's JSON. Two node types of our own live only between parsing and
writing: a ``Cell`` marker (which cell the following blocks come from) and a ``Float`` (a figure or table with caption).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pilotbook.report.engine.place import Place

Node = dict[str, Any]
Attr = list[Any]
Handler = Callable[[Node], list[Node]]

CELL_FORMAT = "pilotbook-cell"
WORDS = frozenset({"Str", "Space", "SoftBreak"})
COLUMN = frozenset({"AlignDefault", "AlignLeft", "AlignCenter", "AlignRight", "ColWidth", "ColWidthDefault"})


def node(kind: str, *content: Any) -> Node:
    """Build a node: no content, one piece, or a list of pieces."""
    if not content:
        return {"t": kind}
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)}


def attributes(identifier: str = "", classes: Iterable[str] = (), pairs: Iterable[tuple[str, str]] = ()) -> Attr:
    """Build Pandoc's attribute triple."""
    return [identifier, list(classes), [list(pair) for pair in pairs]]


def string(text: str) -> Node:
    """Build one word."""
    return node("Str", text)


def raw_block(target: str, text: str) -> Node:
    """Build a block that is copied as it stands into one format."""
    return node("RawBlock", target, text)


def raw_inline(target: str, text: str) -> Node:
    """Build an inline that is copied as it stands into one format."""
    return node("RawInline", target, text)


def plain_text(content: Any) -> str:
    """The words of a node or a list of nodes, without markup, notes and raw text."""
    if isinstance(content, list):
        return "".join(plain_text(item) for item in content)
    if not isinstance(content, dict):
        return ""
    kind = content.get("t")
    if kind == "Str":
        return str(content["c"])
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind in ("Code", "Math", "CodeBlock"):
        return str(content["c"][1])
    if kind in ("Note", "RawInline", "RawBlock"):
        return ""
    return plain_text(content.get("c", []))


class Walk:
    """Visits a tree in reading order; subclasses handle node types with methods named ``on_<type>``.

    A handler gets a node and returns the nodes that replace it. It calls `descend` to go on inside. ``place`` is the
    notebook cell of the node at hand.
    """

    def __init__(self, place: Place, cells: dict[str, Place]):
        self.place = place
        self._cells = cells
        self._handlers: dict[str, Handler] = {
            name.removeprefix("on_"): getattr(self, name) for name in dir(self) if name.startswith("on_")
        }
        # most nodes of a report are words and the spaces between them; the columns of a table hold nothing
        self._passed_by = {kind for kind in WORDS if kind.lower() not in self._handlers} | COLUMN

    def blocks(self, content: list[Node]) -> list[Node]:
        """Visit a list of nodes."""
        walked = self._inside(content)
        assert isinstance(walked, list)
        return walked

    def descend(self, item: Node) -> Node:
        """Visit everything inside a node."""
        return {**item, "c": self._inside(item["c"])} if "c" in item else item

    def visit(self, item: Node) -> list[Node]:
        """Visit one node and return what stands in its place."""
        if item["t"] == "RawBlock" and item["c"][0] == CELL_FORMAT:
            self.place = self._cells[item["c"][1].strip()]
            return [item]
        handler = self._handlers.get(item["t"].lower())
        return handler(item) if handler else [self.descend(item)]

    def _inside(self, value: Any) -> Any:
        if isinstance(value, list):
            out: list[Any] = []
            for item in value:
                if isinstance(item, list):
                    out.append(self._inside(item) if item else item)
                elif not isinstance(item, dict) or item.get("t") in self._passed_by:
                    out.append(item)
                elif "t" in item:
                    out.extend(self.visit(item))
                else:
                    out.append(self._inside(item))
            return out
        if isinstance(value, dict):
            return {key: self._inside(item) for key, item in value.items()}
        return value
