"""Number sections, figures, tables and equations once, for both formats."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pilotbook.report.engine.floats import Float
from pilotbook.report.engine.labels import kind_of
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.tree import Node, Walk, node, plain_text

EQUATION_LABEL = re.compile(r"\{#(?P<label>eq-[\w-]+)\}")
TITLED_BLOCKS = ("panel-tabset", "callout-")


@dataclass(frozen=True)
class Target:
    """Something a reference can point at: its kind, its printed number, and where it stands."""

    kind: str
    number: str
    place: Place


class Number(Walk):
    """Gives every numbered thing its number and collects them by label.

    Headings are checked on the way: the first is of level 1 and no level is skipped, or PDF/UA-1 fails.
    """

    def __init__(self, place: Place, cells: dict[str, Place]):
        super().__init__(place, cells)
        self.targets: dict[str, Target] = {}
        self._counts = {"fig": 0, "tbl": 0, "eq": 0}
        self._sections = [0] * 7
        self._level = 0
        self._parent: Float | None = None

    def on_header(self, item: Node) -> list[Node]:
        """A section, numbered unless it says otherwise."""
        level, (identifier, classes, _), inlines = item["c"]
        if level > self._level + 1:
            wanted = "#" * (self._level + 1)
            raise self.place.error(f"the heading '{plain_text(inlines)}' skips a level; begin it with '{wanted}'")
        self._level = level
        if "unnumbered" not in classes:
            self._sections[level] += 1
            self._sections[level + 1 :] = [0] * (6 - level)
            self._add(identifier, "sec", ".".join(str(count) for count in self._sections[1 : level + 1]))
        return [self.descend(item)]

    def on_div(self, item: Node) -> list[Node]:
        """Headings inside tabs and callouts are titles, not sections."""
        (_, classes, _), content = item["c"]
        if not any(name.startswith(TITLED_BLOCKS) for name in classes):
            return [self.descend(item)]
        if "panel-tabset" in classes:
            self._check_tabs(content)
        inner = [
            self.descend(block) if block["t"] == "Header" else walked
            for block in content
            for walked in self._titled(block)
        ]
        return [node("Div", item["c"][0], inner)]

    def _check_tabs(self, content: list[Node]) -> None:
        if not any(block["t"] == "Header" for block in content):
            raise self.place.error("a panel-tabset has no tabs; begin each with a heading")
        if content[0]["t"] != "Header":
            raise self.place.error("a panel-tabset has text before its first heading; begin each tab with a heading")

    def _titled(self, block: Node) -> list[Node]:
        return [block] if block["t"] == "Header" else self.visit(block)

    def on_float(self, item: Node) -> list[Node]:
        """A figure or table, or a panel of a figure."""
        part: Float = item["c"]
        parent = self._parent
        if parent is not None and part.kind == "fig":
            parent.panels.append(part)
            part.panel_of = parent.identifier
            part.number = f"({chr(ord('a') + len(parent.panels) - 1)})"
            if part.identifier:
                self._add(part.identifier, "fig", f"{parent.number} {part.number}")
        elif part.identifier:
            self._counts[part.kind] += 1
            part.number = str(self._counts[part.kind])
            self._add(part.identifier, part.kind, part.number)
        self._parent = part if part.kind == "fig" and part.identifier and not part.panel_of else self._parent
        part.content = self.blocks(part.content)
        part.caption = self.blocks(part.caption)
        self._parent = parent
        return [item]

    def on_para(self, item: Node) -> list[Node]:
        """Display formulas with a label become ``Equation`` nodes."""
        return [node("Para", self._equations(self.blocks(item["c"])))]

    def on_plain(self, item: Node) -> list[Node]:
        """The same inside lists and cells."""
        return [node("Plain", self._equations(self.blocks(item["c"])))]

    def _equations(self, inlines: list[Node]) -> list[Node]:
        out: list[Node] = []
        for item in inlines:
            match = EQUATION_LABEL.fullmatch(item["c"]) if item["t"] == "Str" else None
            before = len(out) - 1
            while before >= 0 and out[before]["t"] in ("Space", "SoftBreak"):
                before -= 1
            if match and before >= 0 and out[before]["t"] == "Math" and out[before]["c"][0]["t"] == "DisplayMath":
                self._counts["eq"] += 1
                number = str(self._counts["eq"])
                self._add(match["label"], "eq", number)
                out[before:] = [node("Equation", match["label"], number, out[before]["c"][1])]
            elif match:
                raise self.place.error(f"'{match[0]}' labels nothing here; put it behind a formula between $$ and $$")
            else:
                out.append(item)
        return out

    def _add(self, identifier: str, kind: str, number: str) -> None:
        if identifier in self.targets:
            raise self.place.error(
                f"the label '{identifier}' is used twice; it also stands in {self.targets[identifier].place}"
            )
        if kind == "sec" or kind_of(identifier) == kind:
            self.targets[identifier] = Target(kind, number, self.place)
