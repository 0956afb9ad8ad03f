"""An executed notebook as one Pandoc Markdown text that remembers which cell each block came from."""

from __future__ import annotations

from dataclasses import dataclass

from pilotbook.report.engine.inline import fill_inline_values
from pilotbook.report.engine.options import read_options
from pilotbook.report.engine.outputs import Media, fence, outputs_markdown
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.shortcodes import expand_shortcodes
from pilotbook.report.engine.source import Cell, Source
from pilotbook.report.engine.tree import CELL_FORMAT

HIDDEN_TAGS = {"parameters", "injected-parameters", "remove-cell"}


@dataclass(frozen=True)
class MarkdownDocument:
    """A whole document in Pandoc Markdown.

    Attributes
    ----------
    text
        The Markdown; a marker block stands before the text of each cell.
    media
        The pictures it names, by file name.
    cells
        Place of each cell by the number in its marker.
    first_lines
        For each cell, the line on which its marker begins, to find the cell of a line that Pandoc complains about.
    """

    text: str
    media: Media
    cells: dict[str, Place]
    first_lines: tuple[tuple[int, Place], ...]

    def place_of_line(self, line: int) -> Place:
        """The cell that a line of the text belongs to."""
        before = [place for first, place in self.first_lines if first <= line]
        return before[-1] if before else self.first_lines[0][1]


def to_markdown(source: Source) -> MarkdownDocument:
    """Write the cells of a source as one Markdown text.

    Raises
    ------
    RenderError
        If a cell holds something that cannot be rendered; the message names the cell.
    """
    media = Media()
    cells: dict[str, Place] = {}
    lines: list[tuple[int, Place]] = []
    text = ""
    for number, cell in enumerate(source.cells):
        body = _cell_markdown(cell, source, media)
        if not body.strip():
            continue
        key = str(number)
        cells[key] = cell.place
        lines.append((text.count("\n") + 1, cell.place))
        text += f"```{{={CELL_FORMAT}}}\n{key}\n```\n\n{body.strip(chr(10))}\n\n"
    return MarkdownDocument(text, media, cells, tuple(lines) or ((1, source.place),))


def _cell_markdown(cell: Cell, source: Source, media: Media) -> str:
    if cell.kind == "code":
        return _code_markdown(cell, media)
    text = fill_inline_values(cell) if cell.kind == "markdown" else cell.text
    return expand_shortcodes(text, source.front, source.path.parent, cell.place)


def _code_markdown(cell: Cell, media: Media) -> str:
    options = read_options(cell.text, cell.place)
    if options.get("include") is False or cell.tags & HIDDEN_TAGS:
        return ""
    parts = []
    if options.get("echo") is not False and options.code and "remove-input" not in cell.tags:
        parts.append(
            _code_block(
                options.code,
                options.get("echo") is True,
                options.get("code-fold"),
                options.get("code-summary"),
            )
        )
    parts.append(outputs_markdown(cell, options, media))
    return "\n\n".join(part for part in parts if part)


def _code_block(code: str, in_pdf: bool, fold: bool | str | None, summary: str | None) -> str:
    ticks = fence(code)
    pairs = f' pdf="{str(in_pdf).lower()}"'
    pairs += "" if fold is None else f' code-fold="{str(fold).lower()}"'
    pairs += f' code-summary="{summary}"' if summary else ""
    return f"{ticks} {{.python .cell-code{pairs}}}\n{code}\n{ticks}"
