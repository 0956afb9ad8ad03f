"""The document tree that both formats are written from: numbered, with references and citations resolved once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotbook.report.engine.checks import CheckContent
from pilotbook.report.engine.citations import cite
from pilotbook.report.engine.floats import FindFloats, Float
from pilotbook.report.engine.html_tables import convert_html_tables
from pilotbook.report.engine.markdown import MarkdownDocument, to_markdown
from pilotbook.report.engine.metadata import check_front_matter
from pilotbook.report.engine.numbering import Number, Target
from pilotbook.report.engine.pandoc import parse_markdown
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.references import Resolve
from pilotbook.report.engine.source import Source
from pilotbook.report.engine.stand_ins import StandIns
from pilotbook.report.engine.tree import Node, Walk, attributes, node

LINE = re.compile(r" at line (?P<line>\d+)")
FLOAT, CAPTION, CONTENT, EQUATION = (
    "pilotbook-float",
    "pilotbook-caption",
    "pilotbook-content",
    "pilotbook-equation",
)


@dataclass(frozen=True)
class Document:
    """A source, parsed and checked.

    Attributes
    ----------
    source
        What it was read from.
    tree
        Pandoc's JSON; floats are divs of class ``pilotbook-float``, labelled formulas spans of class
        ``pilotbook-equation``.
    media
        Pictures drawn by the cells, by file name.
    cells
        Place of each cell by the number in its marker.
    targets
        Everything that a reference can name.
    stand_ins
        What stands in the tree for the numbers of its tables.
    """

    source: Source
    tree: dict[str, Any]
    media: dict[str, bytes]
    cells: dict[str, Place]
    targets: dict[str, Target]
    stand_ins: StandIns


def build_document(source: Source, extension: Path) -> Document:
    """Parse and check a source, number it, and resolve its references and citations.

    Raises
    ------
    RenderError
        With the cell, if anything in it is malformed, unsupported or unresolved.
    """
    check_front_matter(source)
    markdown = to_markdown(source)
    directory = source.path.parent
    tree, stand_ins, warnings = parse_markdown(markdown.text, directory)
    for warning in warnings:
        raise _place_of(warning, markdown).error(f"Pandoc says: {warning.splitlines()[0]}; mend the markup there")
    start, cells = source.place, markdown.cells
    blocks = convert_html_tables(tree["blocks"], directory)
    blocks = FindFloats(start, cells).blocks(blocks)
    CheckContent(start, cells, directory, set(markdown.media.files), stand_ins).blocks(blocks)
    numbered = Number(start, cells)
    blocks = numbered.blocks(blocks)
    resolved = Resolve(start, cells, numbered.targets, source.language)
    blocks = Encode(start, cells).blocks(resolved.blocks(blocks))
    tree = cite({**tree, "blocks": blocks}, source, resolved.citations, extension)
    return Document(source, tree, markdown.media.files, cells, numbered.targets, stand_ins)


class Encode(Walk):
    """Writes floats and equations as divs and spans, so that the tree is Pandoc's again."""

    def on_float(self, item: Node) -> list[Node]:
        """A float becomes a div with two divs in it: caption and content."""
        part: Float = item["c"]
        pairs = [
            ("kind", part.kind),
            ("number", part.number),
            ("columns", str(part.columns)),
            ("panel", str(bool(part.panel_of)).lower()),
        ]
        caption = node("Div", attributes("", [CAPTION]), [node("Plain", self.blocks(part.caption))])
        content = node("Div", attributes("", [CONTENT]), self.blocks(part.content))
        return [node("Div", attributes(part.identifier, [FLOAT], pairs), [caption, content])]

    def on_equation(self, item: Node) -> list[Node]:
        """A labelled formula becomes a span."""
        identifier, number, tex = item["c"]
        formula = node("Math", node("DisplayMath"), tex)
        return [node("Span", attributes(identifier, [EQUATION], [("number", number)]), [formula])]


def to_json(document: Document, blocks: list[Node]) -> str:
    """The tree with such blocks as the text that Pandoc reads."""
    return json.dumps({**document.tree, "blocks": blocks}, ensure_ascii=False, separators=(",", ":"))


def _place_of(warning: str, markdown: MarkdownDocument) -> Place:
    match = LINE.search(warning)
    return markdown.place_of_line(int(match["line"])) if match else markdown.first_lines[0][1]
