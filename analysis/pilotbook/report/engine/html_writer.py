"""Write the tree as one self-contained HTML page."""

from __future__ import annotations

from pathlib import Path

from pilotbook.report.engine.document import Document, to_json
from pilotbook.report.engine.embedding import embed
from pilotbook.report.engine.forms import HtmlForm
from pilotbook.report.engine.pandoc import run_pandoc

CONTENTS_DEPTH = 2


def write_html(document: Document, extension: Path, directory: Path, metadata_file: Path) -> bytes:
    """Return the page.

    Parameters
    ----------
    directory
        Where the pictures are.
    metadata_file
        Values for the template.

    Raises
    ------
    RenderError
        If Pandoc stops or complains.
    """
    form = HtmlForm(document.source.place, document.cells, document.source.language)
    text = to_json(document, form.blocks(document.tree["blocks"]))
    result = run_pandoc(text, _arguments(extension, metadata_file), directory)
    for warning in result.warnings:
        raise document.source.place.error(f"Pandoc says: {warning}; the page would not be whole")
    return embed(document.stand_ins.in_page(result.text).encode(), directory)


def _arguments(extension: Path, metadata_file: Path) -> list[str]:
    filters = [f"--lua-filter={extension / name}" for name in ("words.lua", "blocks.lua", "tables.lua")]
    return [
        "--from=json",
        "--to=html5",
        "--standalone",
        f"--template={extension / 'report.html'}",
        f"--css={extension / 'report.css'}",
        f"--metadata-file={metadata_file}",
        *filters,
        "--toc",
        f"--toc-depth={CONTENTS_DEPTH}",
        "--number-sections",
        "--section-divs",
        "--mathml",
        "--syntax-highlighting=pygments",
        "--wrap=none",
    ]
