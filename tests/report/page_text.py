"""What a reader reads on a page: its text and the alternatives of its pictures, without code."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

NOT_PROSE = {"code", "pre", "script", "style", "math", "svg"}
READ_OUT = ("alt", "aria-label", "title")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within += tag in NOT_PROSE
        if not self._within:
            self.texts += [value for name, value in attrs if name in READ_OUT and value]

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in NOT_PROSE

    def handle_data(self, data: str) -> None:
        if not self._within and data.strip():
            self.texts.append(data)


def texts(page: Path) -> list[str]:
    """Return the texts of a page in its order, piece by piece as its tags divide them."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.texts
