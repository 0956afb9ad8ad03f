"""What neither format may lose: everything that would vanish, or stay behind as markup, is refused with its cell."""

from __future__ import annotations

import re
from pathlib import Path

from pilotbook.report.engine.floats import Float
from pilotbook.report.engine.fonts import undrawable
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.stand_ins import StandIns
from pilotbook.report.engine.tree import CELL_FORMAT, Node, Walk, plain_text

LEFTOVERS = {
    re.compile(
        r"@(?:fig|tbl|eq|sec)-[A-Za-z0-9_-]+"
    ): "'{0}' was not read as a reference because other letters touch it; write '[{0}]'",
    re.compile(
        r"\{#(?:fig|tbl|sec)-[\w-]+[^}\s]*\}?"
    ): "'{0}' labels nothing here; put it at the end of a heading, picture or table caption",
    re.compile(r"\[\^[^\]\s]+\]"): "the footnote '{0}' has no text; add '{0}: …' on a line of its own",
    re.compile(
        r"\{python\}|\{r\}|\{julia\}"
    ): "'{0}' stands in the text; write inline values as `{{python}} name` in a Markdown cell",
    re.compile(r"\{\{<|>\}\}"): "a shortcode is not closed; write {{{{< name >}}}}",
    re.compile(r":{3,}"): "'{0}' opens or closes a block that has no partner; count the fences",
    re.compile(r"\?@"): "'{0}' is what an unresolved reference prints; write the reference itself",
}
EXECUTABLE = re.compile(r"\{\{?[a-z]+\}?\}")
SIGN = re.compile(r"[@{}\[:]")
"""Each of them holds one of these."""
UNSUPPORTED_CLASSES = {
    "column-margin": "text in the margin",
    "aside": "text in the margin",
    "column-page": "wide columns",
    "column-screen": "wide columns",
    "column-body-outset": "wide columns",
    "panel-sidebar": "panels",
    "panel-input": "panels",
    "panel-fill": "panels",
    "mermaid": "diagrams",
    "dot": "diagrams",
    "ojs": "Observable cells",
    "incremental": "slides",
    "fragment": "slides",
    "columns": "columns",
    "grid": "grids",
    "hidden": "hidden text",
    "cell-code-annotation": "code annotations",
}
UNSUPPORTED_LABELS = (
    "lst-",
    "thm-",
    "lem-",
    "cor-",
    "prp-",
    "cnj-",
    "def-",
    "exm-",
    "exr-",
    "nte-",
    "tip-",
    "wrn-",
    "imp-",
    "cau-",
    "vid-",
)
CALLOUTS = {"callout-note", "callout-tip", "callout-warning", "callout-important", "callout-caution"}
# Quarto reads "pdf" as LaTeX and would drop the text from a PDF made with Typst
FORMATS = {"html", "typst"}


class CheckContent(Walk):
    """Looks at every node once; changes nothing."""

    def __init__(self, place: Place, cells: dict[str, Place], directory: Path, drawn: set[str], stand_ins: StandIns):
        super().__init__(place, cells)
        self._stand_ins = stand_ins
        self._directory = directory
        self._drawn = drawn
        self._condition: str | None = None

    def on_str(self, item: Node) -> list[Node]:
        """Words that are markup which Pandoc did not take as such."""
        text = self._stand_ins.without(item["c"])
        if SIGN.search(text):
            for pattern, message in LEFTOVERS.items():
                match = pattern.search(text)
                if match:
                    raise self.place.error(message.format(match[0]))
        self._check_characters(text)
        return [item]

    def on_code(self, item: Node) -> list[Node]:
        """Code within a line is set in the same faces."""
        text = item["c"][1]
        self._check_characters(text)
        if match := EXECUTABLE.match(text):
            raise self.place.error(
                f"'{match[0]}' in the text is not executed; put code into a code cell, "
                "and write inline values as `{python} name`"
            )
        return [item]

    def on_cite(self, item: Node) -> list[Node]:
        """References to kinds of things that are not numbered; the words of a citation are not looked at."""
        for citation in item["c"][0]:
            if citation["citationId"].startswith(UNSUPPORTED_LABELS):
                raise self.place.error(
                    f"the reference '@{citation['citationId']}' is of a kind that is not supported; "
                    "use fig, tbl, eq or sec"
                )
        return [item]

    def on_div(self, item: Node) -> list[Node]:
        """Blocks with a class or label that would change the text, but that we do not know."""
        identifier, classes, pairs = item["c"][0]
        self._check_names(identifier, classes)
        if "content-visible" in classes or "content-hidden" in classes:
            return self._conditional(item, dict(pairs))
        return [self.descend(item)]

    def on_span(self, item: Node) -> list[Node]:
        """The same for spans."""
        identifier, classes, pairs = item["c"][0]
        self._check_names(identifier, classes)
        if "content-visible" in classes or "content-hidden" in classes:
            return self._conditional(item, dict(pairs))
        return [self.descend(item)]

    def on_codeblock(self, item: Node) -> list[Node]:
        """Code that Quarto would run; nothing is run here."""
        (identifier, classes, _), text = item["c"]
        self._check_names(identifier, classes)
        self._check_characters(text)
        if "cell-code" in classes and re.search(r"#\s*<\d+>\s*$", text, re.MULTILINE):
            raise self.place.error("code annotations ('# <1>') are not supported; write a comment instead")
        return [item]

    def on_rawblock(self, item: Node) -> list[Node]:
        """Raw text would be lost in the other format, unless it stands in content for one format."""
        target, text = item["c"]
        if target != CELL_FORMAT:
            self._check_raw(target, text)
        return [item]

    def on_rawinline(self, item: Node) -> list[Node]:
        """The same within a line."""
        self._check_raw(*item["c"])
        return [item]

    def on_image(self, item: Node) -> list[Node]:
        """Pictures: in the file, with an alternative text."""
        (_, _, pairs), description, (path, _) = item["c"]
        if re.match(r"[a-z]+:", path) and not path.startswith("data:"):
            raise self.place.error(
                f"the picture '{path}' lies outside; store it beside the notebook, so that no request leaves the page"
            )
        if path not in self._drawn and not (self._directory / path).is_file():
            raise self.place.error(f"the picture '{path}' is not there; put it beside the notebook or mend the path")
        if not dict(pairs).get("fig-alt", plain_text(description)).strip():
            raise self.place.error(
                f"the picture '{path}' has no alternative text; add {{fig-alt=\"…\"}} that says what a reader sees"
            )
        return [self.descend(item)]

    def on_float(self, item: Node) -> list[Node]:
        """Content for one format alone cannot be numbered for both."""
        part: Float = item["c"]
        if self._condition and part.identifier:
            raise self.place.error(
                f"'{part.identifier}' stands in content for one format only; numbers are shared, so move it out"
            )
        if part.panel_of and part.kind == "tbl":
            raise self.place.error("panels of tables are not supported; give each table its own number")
        part.content, part.caption = self.blocks(part.content), self.blocks(part.caption)
        return [item]

    def _check_characters(self, text: str) -> None:
        if missing := undrawable(text):
            names = ", ".join(f"'{character}' (U+{ord(character):04X})" for character in missing)
            raise self.place.error(f"the report's fonts cannot draw {names}; write it in another way")

    def _check_names(self, identifier: str, classes: list[str]) -> None:
        for name in classes:
            if name in UNSUPPORTED_CLASSES:
                raise self.place.error(
                    f"the class '.{name}' ({UNSUPPORTED_CLASSES[name]}) is not supported; write it as plain text"
                )
            if name.startswith("callout-") and name not in CALLOUTS:
                raise self.place.error(f"there is no '{name}'; known are {', '.join(sorted(CALLOUTS))}")
        if identifier.startswith(UNSUPPORTED_LABELS):
            raise self.place.error(
                f"the label '#{identifier}' is of a kind that is not supported; use fig, tbl, eq or sec"
            )

    def _conditional(self, item: Node, pairs: dict[str, str]) -> list[Node]:
        condition = pairs.get("when-format") or pairs.get("unless-format")
        if condition not in FORMATS:
            raise self.place.error(
                "conditional content needs when-format or unless-format with html or typst (the PDF)"
            )
        outer, self._condition = self._condition, condition
        walked = self.descend(item)
        self._condition = outer
        return [walked]

    def _check_raw(self, target: str, text: str) -> None:
        if text.strip().startswith("<!--"):
            return
        if self._condition is None:
            raise self.place.error(
                f"raw {target} would be lost in the other format; write Markdown, "
                "or put it into ::: {.content-visible when-format=…}"
            )
        if target not in ("html", "typst"):
            raise self.place.error(f"raw {target} is lost in both formats; write Markdown")
