"""The words of a PDF, read by one thread at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pypdfium2

_ONE_AT_A_TIME = Lock()
"""pdfium ends the process when two threads are in it; languages of one report are proved side by side."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """Text of each page, and the values of the document's metadata."""

    pages: tuple[str, ...]
    metadata: tuple[str, ...]


def read_pdf(path: Path) -> PdfText:
    """Read text and metadata of a PDF; everything of it is closed before another thread may read."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(path)
        try:
            pages = tuple(_text(document[number]) for number in range(len(document)))
            return PdfText(pages, tuple(map(str, document.get_metadata_dict().values())))
        finally:
            document.close()


def _text(page: pypdfium2.PdfPage) -> str:
    words = page.get_textpage()
    try:
        text: str = words.get_text_bounded()
        return text
    finally:
        words.close()
        page.close()
