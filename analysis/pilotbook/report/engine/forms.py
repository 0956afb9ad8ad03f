"""The last step before writing: the shared tree in the form that one format needs."""

from __future__ import annotations

import html
import re

from pilotbook.report.engine.document import CAPTION, CONTENT, EQUATION, FLOAT
from pilotbook.report.engine.labels import label, word
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.tree import (
    CELL_FORMAT,
    Node,
    Walk,
    attributes,
    node,
    plain_text,
    raw_block,
    raw_inline,
    string,
)

LENGTH = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>px|in|cm|mm|pt|%|)")
PER_INCH = {"px": 96.0, "in": 1.0, "cm": 2.54, "mm": 25.4, "pt": 72.0}
TEXT_WIDTH_INCHES = 6.37
FOLD_WORD = {"en": "Code", "zh": "代码"}


class Form(Walk):
    """What both formats share: markers are dropped, content for the other format is left out."""

    names: frozenset[str]

    def __init__(self, place: Place, cells: dict[str, Place], language: str):
        super().__init__(place, cells)
        self.language = language

    def visit(self, item: Node) -> list[Node]:
        """Drop the cell markers on the way."""
        if item["t"] == "RawBlock" and item["c"][0] == CELL_FORMAT:
            super().visit(item)
            return []
        return super().visit(item)

    def on_div(self, item: Node) -> list[Node]:
        """Floats, and content for one format."""
        identifier, classes, pairs = item["c"][0]
        if FLOAT in classes:
            parts = {part["c"][0][1][0]: part["c"][1] for part in item["c"][1]}
            caption = self.blocks(parts[CAPTION])[0]["c"]
            return self.float(identifier, dict(pairs), parts[CONTENT], caption)
        return self._conditional(item, classes, dict(pairs))

    def on_span(self, item: Node) -> list[Node]:
        """Labelled formulas, and content for one format."""
        identifier, classes, pairs = item["c"][0]
        if EQUATION in classes:
            return self.equation(identifier, dict(pairs)["number"], item["c"][1][0]["c"][1])
        return self._conditional(item, classes, dict(pairs))

    def _conditional(self, item: Node, classes: list[str], pairs: dict[str, str]) -> list[Node]:
        walked = self.descend(item)
        if "content-visible" not in classes and "content-hidden" not in classes:
            return [walked]
        applies = (
            pairs["when-format"] in self.names if "when-format" in pairs else pairs["unless-format"] not in self.names
        )
        inner: list[Node] = walked["c"][1]
        return inner if applies == ("content-visible" in classes) else []

    def float(self, identifier: str, pairs: dict[str, str], content: list[Node], caption: list[Node]) -> list[Node]:
        """Write a figure or table with its caption."""
        raise NotImplementedError

    def equation(self, identifier: str, number: str, tex: str) -> list[Node]:
        """Write a labelled formula."""
        raise NotImplementedError


class HtmlForm(Form):
    """The tree for HTML, in Quarto's structure and class names."""

    names = frozenset({"html"})

    def float(self, identifier: str, pairs: dict[str, str], content: list[Node], caption: list[Node]) -> list[Node]:
        """A ``figure`` with ``figcaption``; panels stand in rows."""
        kind, panel = pairs["kind"], pairs["panel"] == "true"
        bare = [node("Plain", block["c"]) if block["t"] == "Para" else block for block in content]
        inner = self.blocks(bare)
        if int(pairs["columns"]) > 1:
            inner = _rows(inner, int(pairs["columns"]))
        place = "top" if kind == "tbl" else "bottom"
        classes = f"quarto-float-caption-{place} " + (
            f"quarto-subfloat-caption quarto-subfloat-{kind}" if panel else f"quarto-float-caption quarto-float-{kind}"
        )
        head = raw_block("html", f'<figcaption class="{classes}">')
        text = [
            head,
            node("Plain", self._caption(kind, pairs["number"], panel, caption)),
            raw_block("html", "</figcaption>"),
        ]
        figure = raw_block("html", f'<figure class="quarto-float quarto-float-{kind} figure">')
        body = [raw_block("html", "<div>"), *inner, raw_block("html", "</div>")]
        parts = [*text, *body] if kind == "tbl" else [*body, *text]
        outer = attributes(identifier, ["quarto-float", "quarto-figure", "quarto-figure-center"])
        return [node("Div", outer, [figure, *parts, raw_block("html", "</figure>")])]

    def equation(self, identifier: str, number: str, tex: str) -> list[Node]:
        """The formula with its number behind it."""
        return [
            node(
                "Span",
                attributes(identifier),
                [node("Math", node("DisplayMath"), f"{tex} \\qquad({number})")],
            )
        ]

    def on_para(self, item: Node) -> list[Node]:
        """A picture alone in its paragraph is a figure, as with Quarto."""
        walked = self.descend(item)
        if [inline["t"] for inline in item["c"]] != ["Image"]:
            return [walked]
        return [raw_block("html", "<figure>"), walked, raw_block("html", "</figure>")]

    def on_image(self, item: Node) -> list[Node]:
        """Quarto's ``fig-alt`` is HTML's ``alt``."""
        (identifier, classes, pairs), description, target = item["c"]
        kept = [pair for pair in pairs if pair[0] != "fig-alt"]
        alternative = string(dict(pairs).get("fig-alt", plain_text(description)))
        return [node("Image", attributes(identifier, [*classes, "img-fluid"], kept), [alternative], target)]

    def on_codeblock(self, item: Node) -> list[Node]:
        """The code of a cell is folded unless it says otherwise."""
        (identifier, classes, pairs), code = item["c"]
        if "cell-code" not in classes:
            return [item]
        options = dict(pairs)
        block = node("CodeBlock", attributes(identifier, classes), code)
        if options.get("code-fold") == "false":
            return [block]
        title = options.get("code-summary", FOLD_WORD["zh" if self.language.startswith("zh") else "en"])
        is_open = " open" if options.get("code-fold") == "show" else ""
        start = f'<details class="code-fold"{is_open}>\n<summary>{html.escape(title)}</summary>'
        return [raw_block("html", start), block, raw_block("html", "</details>")]

    def _caption(self, kind: str, number: str, panel: bool, caption: list[Node]) -> list[Node]:
        if not number:
            return caption
        if panel:
            return [string(number), node("Space"), *caption]
        return [string(f"{label(kind, number, self.language)}:"), node("Space"), *caption]


class TypstForm(Form):
    """The tree for Typst, with the figure kinds that the shared template styles."""

    names = frozenset({"typst"})

    def float(self, identifier: str, pairs: dict[str, str], content: list[Node], caption: list[Node]) -> list[Node]:
        """A ``figure`` whose number is the one computed for both formats."""
        kind, number, columns = pairs["kind"], pairs["number"], int(pairs["columns"])
        inner = self.blocks(content)
        if pairs["panel"] == "true":
            return self._panel(identifier, number, inner, caption)
        if columns > 1:
            start = raw_block("typst", f"#grid(columns: {columns}, gutter: 2em, [")
            inner = [start, *_joined(inner, "], ["), raw_block("typst", "])")]
        numbering = f'numbering: _ => "{number}"' if number else "numbering: none"
        position = "top" if kind == "tbl" else "bottom"
        supplement = word(kind, self.language)
        return [
            raw_block("typst", "#figure(["),
            *inner,
            raw_block("typst", f"], caption: figure.caption(position: {position}, ["),
            node("Plain", caption),
            raw_block(
                "typst",
                f']), kind: "quarto-float-{kind}", supplement: [{supplement}], {numbering}){_label(identifier)}',
            ),
        ]

    def equation(self, identifier: str, number: str, tex: str) -> list[Node]:
        """A numbered formula with its alternative text."""
        start = f'#math.equation(alt: {_typst_string(tex)}, block: true, numbering: _ => "({number})", [ '
        end = f" ]){_label(identifier)}"
        return [raw_inline("typst", start), node("Math", node("DisplayMath"), tex), raw_inline("typst", end)]

    def on_math(self, item: Node) -> list[Node]:
        """PDF/UA-1 asks for an alternative text on every formula: its TeX source, as math-alt.lua does for Quarto."""
        start = raw_inline("typst", f"#[#set math.equation(alt: {_typst_string(item['c'][1])});")
        return [start, item, raw_inline("typst", "]")]

    def on_span(self, item: Node) -> list[Node]:
        """A PDF has no use for the rows of its numbers."""
        if dict(item["c"][0][2]).keys() <= {"data-ledger", "data-field"} and not any(item["c"][0][:2]):
            return self.blocks(item["c"][1])
        return super().on_span(item)

    def on_image(self, item: Node) -> list[Node]:
        """An image with its alternative text, which Pandoc's writer leaves out, never wider than the text."""
        (_, _, pairs), description, (path, _) = item["c"]
        values = dict(pairs)
        alternative = _typst_string(values.get("fig-alt", plain_text(description)))
        width = _fitted(values.get("width", ""))
        return [raw_inline("typst", f"#box(image({_typst_string(path)}, alt: {alternative}, width: {width}))")]

    def on_codeblock(self, item: Node) -> list[Node]:
        """The code of a cell is printed only where the cell asks for it."""
        (_, classes, pairs), code = item["c"]
        if "cell-code" in classes and dict(pairs).get("pdf") != "true":
            return []
        return [node("CodeBlock", attributes("", [name for name in classes if name == "python"]), code)]

    def _panel(self, identifier: str, number: str, inner: list[Node], caption: list[Node]) -> list[Node]:
        mark = f"#[#metadata(none)<{identifier}>]" if identifier else ""
        start, middle, end = (raw_block("typst", text) for text in (f"{mark}#panel([", "], [", "])"))
        text = node("Plain", [string(number), node("Space"), *caption])
        return [node("Div", attributes(), [start, *inner, middle, text, end])]


def _label(identifier: str) -> str:
    return f"<{identifier}>" if identifier else ""


def _typst_string(text: str) -> str:
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _fitted(width: str) -> str:
    """Return a width in Typst; beyond the text it is cut, as pictures.lua does for Quarto."""
    match = LENGTH.fullmatch(width)
    if not match:
        return "100%"
    if match["unit"] == "%":
        return width
    inches = float(match["number"]) / PER_INCH[match["unit"] or "px"]
    return "100%" if inches > TEXT_WIDTH_INCHES else f"{inches:.3f}in"


def _rows(panels: list[Node], columns: int) -> list[Node]:
    cells = [node("Div", attributes("", ["quarto-layout-cell"]), [panel]) for panel in panels]
    starts = range(0, len(cells), columns)
    return [node("Div", attributes("", ["quarto-layout-row"]), cells[start : start + columns]) for start in starts]


def _joined(blocks: list[Node], separator: str) -> list[Node]:
    out: list[Node] = []
    for block in blocks:
        out += [raw_block("typst", separator)] if out else []
        out.append(block)
    return out
