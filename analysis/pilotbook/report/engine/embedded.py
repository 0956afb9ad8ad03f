"""The embedded engine: Pandoc and Typst, the two programs that Quarto itself drives, from pinned packages."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pilotbook.report.engine.compact import compact
from pilotbook.report.engine.document import Document, build_document
from pilotbook.report.engine.extension import extension_fingerprint, extension_folder
from pilotbook.report.engine.fonts import font_fingerprint
from pilotbook.report.engine.html_writer import write_html
from pilotbook.report.engine.metadata import template_metadata
from pilotbook.report.engine.pandoc import pandoc_version
from pilotbook.report.engine.pdf_writer import STANDARDS, write_pdf
from pilotbook.report.engine.proofs import prove
from pilotbook.report.engine.publish import publish
from pilotbook.report.engine.source import read_source
from pilotbook.side_by_side import side_by_side

WRITERS = {"html": write_html, "pdf": write_pdf}
FORMATS = tuple(WRITERS)


class EmbeddedEngine:
    """Renders without any program on the machine."""

    name = "embedded"

    @cached_property
    def version(self) -> str:
        """Versions of the two programs."""
        return f"Pandoc {pandoc_version()}, Typst {version('typst')}"

    def fingerprint(self) -> str:
        """Hash of everything besides the notebook that shapes the bytes."""
        parts = (self.name, self.version, extension_fingerprint(), font_fingerprint(), _own_code())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def render(self, notebook: Path, out_dir: Path, formats: Sequence[str] = FORMATS) -> dict[str, Path]:
        """Render an executed notebook.

        Parameters
        ----------
        notebook
            An executed ``.ipynb``, or ``.qmd``; bibliography and pictures stand beside it.
        out_dir
            Where ``report.html`` and ``report.pdf`` are put, all of them or none.
        formats
            Any of ``html`` and ``pdf``.

        Raises
        ------
        RenderError
            If the notebook cannot be rendered; the message names the cell.
        ProofError
            If a finished page is not what it must be.
        """
        extension = extension_folder()
        document = build_document(read_source(Path(notebook)), extension)
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as name:
            directory = Path(name)
            metadata_file = lay_out(document, directory)

            def finished(form: str) -> bytes:
                page = WRITERS[form](document, extension, directory, metadata_file)
                small = compact({form: page})
                prove(document, small, STANDARDS)
                return small[form]

            # both spend their time waiting for Pandoc and Typst
            finished_pages = side_by_side([partial(finished, form) for form in formats], len(formats))
        return publish(dict(zip(formats, finished_pages, strict=True)), Path(out_dir))


def lay_out(document: Document, directory: Path) -> Path:
    """Put pictures and metadata into the private directory."""
    for name, content in document.media.items():
        (directory / name).write_bytes(content)
    for name in _pictures(document.tree["blocks"]):
        if name not in document.media:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(document.source.path.parent / name, directory / name)
    metadata_file = directory / "metadata.json"
    metadata_file.write_text(json.dumps(template_metadata(document.source.front), ensure_ascii=False), "utf-8")
    return metadata_file


def _pictures(value: Any) -> Iterator[str]:
    for item in value:
        if isinstance(item, list):
            yield from _pictures(item)
        elif isinstance(item, dict) and item.get("t") == "Image":
            yield item["c"][2][0]
        elif isinstance(item, dict) and isinstance(item.get("c"), list):
            yield from _pictures(item["c"])


@cache
def _own_code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
