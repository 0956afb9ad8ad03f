"""The text of a finished HTML page, section by section: what the search looks through."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

# Pictures and scripts are most of a page's bytes and none of its text; taken out first, parsing takes a tenth.
NOT_TEXT = re.compile(r"<(script|style|svg|annotation)\b.*?</\1\s*>|<!--.*?-->|\bsrc=\"data:[^\"]*\"", re.DOTALL)
SKIPPED = frozenset({"nav", "pre", "head", "form"})
HEADINGS = frozenset({"h1", "h2", "h3"})
BLOCKS = frozenset({"p", "li", "td", "th", "tr", "div", "section", "dt", "dd", "figcaption", "table", "br"})
VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "col", "wbr", "source"})


class Section(NamedTuple):
    """A part of a page: where a link to it leads, its heading, and its text in one line."""

    anchor: str
    heading: str
    text: str


def page_sections(page: str) -> list[Section]:
    """Return the sections of a page that have any text, in order; the first is what stands above the first heading.

    Only the content of ``main`` counts; menus and footers are the same everywhere.
    """
    reader = _Reader()
    reader.feed(NOT_TEXT.sub(" ", page))
    reader.close()
    reader.end_section()
    return reader.sections


class _Reader(HTMLParser):
    """Collects headings and what stands below them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[Section] = []
        self._anchor, self._section_id = "", ""
        self._heading: list[str] = []
        self._text: list[str] = []
        self._in_main = False
        self._skipped = 0
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID and tag != "br":
            return
        if tag in SKIPPED or self._skipped:
            self._skipped += tag not in VOID
            return
        self._in_main = self._in_main or tag == "main"
        identifier = dict(attrs).get("id") or ""
        if tag in {"section", "article"} and identifier:
            self._section_id = identifier
        if tag in HEADINGS:
            self.end_section()
            self._anchor, self._section_id = identifier or self._section_id, ""
            self._in_heading = True
        if tag in BLOCKS:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= tag not in VOID
            return
        if tag == "main":
            self._in_main = False
        if tag in HEADINGS:
            self._in_heading = False
        if tag in BLOCKS:
            self._text.append(" ")

    def handle_data(self, data: str) -> None:
        if self._in_main and not self._skipped:
            (self._heading if self._in_heading else self._text).append(data)

    def end_section(self) -> None:
        """Keep what was read since the last heading."""
        heading, text = _line(self._heading), _line(self._text)
        if heading or text:
            self.sections.append(Section(self._anchor, heading, text))
        self._heading, self._text = [], []


def _line(parts: list[str]) -> str:
    return " ".join("".join(parts).split())
