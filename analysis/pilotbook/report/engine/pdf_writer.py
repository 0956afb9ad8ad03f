"""Write the tree as Typst, and compile it into an accessible, archivable PDF."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import typst

from pilotbook.report.engine.document import Document, to_json
from pilotbook.report.engine.fonts import typst_fonts
from pilotbook.report.engine.forms import TypstForm
from pilotbook.report.engine.metadata import publication_moment
from pilotbook.report.engine.pandoc import run_pandoc

FILTERS = ("words.lua", "blocks.lua", "columns.lua", "tables.lua")
STANDARDS: tuple[Literal["ua-1"], Literal["a-2a"]] = ("ua-1", "a-2a")


def write_pdf(document: Document, extension: Path, directory: Path, metadata_file: Path) -> bytes:
    """Return the PDF.

    Parameters
    ----------
    directory
        Where the pictures are.
    metadata_file
        Values for the template.

    Raises
    ------
    RenderError
        If Pandoc or Typst stops or complains.
    """
    return compile_typst(write_typst(document, extension, directory, metadata_file), document, directory)


def write_typst(document: Document, extension: Path, directory: Path, metadata_file: Path) -> str:
    """Return the Typst source of the report.

    Raises
    ------
    RenderError
        If Pandoc stops or complains.
    """
    form = TypstForm(document.source.place, document.cells, document.source.language)
    text = document.stand_ins.as_words(to_json(document, form.blocks(document.tree["blocks"])))
    filters = [f"--lua-filter={extension / name}" for name in FILTERS]
    arguments = [
        "--from=json",
        "--to=typst-citations",
        "--standalone",
        f"--template={extension / 'embedded.typst'}",
        f"--metadata-file={metadata_file}",
        *filters,
        "--syntax-highlighting=none",
        "--wrap=none",
    ]
    result = run_pandoc(text, arguments, directory)
    for warning in result.warnings:
        raise document.source.place.error(f"Pandoc says: {warning}; the PDF would not be whole")
    return result.text


def compile_typst(text: str, document: Document, directory: Path) -> bytes:
    """Compile Typst source; the bytes depend on nothing but the source, the pictures and the fonts.

    Raises
    ------
    RenderError
        If Typst refuses the source, with Typst's own reason.
    """
    noon = publication_moment(document.source.front)
    try:
        with _compiler() as compiler:
            pdf = compiler.compile(
                text.encode(), root=directory, format="pdf", pdf_standards=list(STANDARDS), timestamp=noon
            )
    except typst.TypstError as error:
        hints = "; ".join(error.hints)
        line = re.search(r"^ *\d+ │ (.*)$", error.diagnostic, re.MULTILINE)
        near = f", near: {line[1].strip()[:120]}" if line else ""
        raise document.source.place.error(f"the PDF cannot be made: {error.message}{near} ({hints})") from error
    assert isinstance(pdf, bytes)
    return pdf


_IDLE: deque[typst.Compiler] = deque()
"""Compilers that were started and serve nobody now; each works on one core, for one report at a time."""


@contextmanager
def _compiler() -> Iterator[typst.Compiler]:
    """Lend a compiler that has the fonts loaded and remembers the layout of what reports share."""
    try:
        compiler = _IDLE.pop()
    except IndexError:
        compiler = typst.Compiler(font_paths=typst_fonts())
    try:
        yield compiler
    finally:
        _IDLE.append(compiler)
