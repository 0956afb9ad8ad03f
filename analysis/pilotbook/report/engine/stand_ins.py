"""One character stands in for each number of a table until a page is written; with the numbers all takes twice as long.

A number that names its row in the ledger is written ``[[3.31]{data-ledger="…" data-field="estimate"}](#row-…)``.
Pandoc tries several readings of each bracket, and makes seven nodes of it that every walk over the tree would visit,
and every filter of Pandoc's own. What Pandoc writes for such a text is known beforehand, so it is put there at the end.
While Pandoc reads, the same is done for the data that a figure offers in the address of a link.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

ROWS = re.compile(r"^(?P<fence>`{3,}|~{3,})(?:.|\n)*?^(?P=fence)[`~]*\s*$|(?:^\|.*\|$\n?)+", re.MULTILINE)
"""The rows of a table; code is found too, so that what looks like a row in it is passed by."""
NUMBER = re.compile(
    r"(?P<link>\[)?\[(?P<text>(?:[−+<>]|&[lg]t;)?\d[\d,]*(?:\.\d+)?%?)\]"
    r"\{data-ledger=\"(?P<row>[^\"'\\{}\[\]|&<>]*)\" data-field=\"(?P<field>\w+)\"\}"
    r"(?(link)\]\((?P<target>#row-[0-9a-f]+)\))"
)
DATA = re.compile(r"(?<=\]\()data:text/csv[\w;,=%.~!*'-]+(?=\))")
WORD = re.compile(r'\{"t":"Str","c":"(?P<word>(?:[^"\\]|\\.)*[\U000F0000-\U000FFFFD](?:[^"\\]|\\.)*)"\}')
"""A word with such a character in it, in JSON without spaces."""
STAND_IN = re.compile("[\U000f0000-\U000ffffd]")
TOKEN = re.compile(f"{WORD.pattern}|{STAND_IN.pattern}")
ESCAPED = re.compile("%F3%B[0-9A-F](?:%[89AB][0-9A-F]){2}")
"""Such a character in the address of a link."""
IN_PAGE = re.compile(f"(?P<tag><[^<>]*(?:{STAND_IN.pattern}|{ESCAPED.pattern})[^<>]*>)|{STAND_IN.pattern}")
UNESCAPED = "-_.~"
FIRST, MOST = 0xF0000, 0xFFFD
LINE = 72
"""A table with a longer line than this takes the widths of its columns from the source, so it keeps a line so long."""


@dataclass
class StandIns:
    """What stands for what.

    Attributes
    ----------
    texts
        The Markdown that each character stands for, in the order of the characters.
    words
        What a reader sees of it.
    elements
        What Pandoc writes for it in HTML; empty for an address, which is a text there too.
    """

    texts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)

    def put_in(self, markdown: str) -> str:
        """Return the Markdown with characters in place of numbers and addresses."""
        if STAND_IN.search(markdown):  # somebody uses these characters for something else
            return markdown
        return DATA.sub(lambda found: self._character(found[0]), ROWS.sub(self._rows, markdown))

    def keep_words(self, tree: str) -> str:
        """Return Pandoc's JSON with stand-ins among words alone; code and addresses are themselves again."""
        return TOKEN.sub(self._settled, tree) if self.texts else tree

    def as_words(self, tree: str) -> str:
        """Return JSON with every number in its place as a word alone, for a page without links."""
        return STAND_IN.sub(lambda it: self.words[_place(it[0])], tree) if self.texts else tree

    def in_page(self, page: str) -> str:
        """Return HTML with every number in its place, with its row; in what a tag says of itself, as a word alone."""
        return IN_PAGE.sub(self._in_page, page) if self.texts else page

    def without(self, text: str) -> str:
        """Return a text without its stand-ins."""
        return STAND_IN.sub("", text) if self.texts else text

    def _rows(self, rows: re.Match[str]) -> str:
        if rows["fence"]:
            return rows[0]
        short = NUMBER.sub(lambda found: self._character(found[0], found), rows[0])
        lines, before = short.splitlines(keepends=True), rows[0].splitlines(keepends=True)
        missing = max(map(len, before)) - max(map(len, lines))
        return f"{short.removesuffix(chr(10))[:-1]}{' ' * min(LINE, missing)}|{chr(10) * short.endswith(chr(10))}"

    def _character(self, text: str, number: re.Match[str] | None = None) -> str:
        if len(self.texts) == MOST:
            return text
        self.texts.append(text)
        self.words.append(html.unescape(number["text"]) if number else text)
        self.elements.append(_element(number) if number else "")
        return chr(FIRST + len(self.texts) - 1)

    def _settled(self, token: re.Match[str]) -> str:
        if not token["word"]:
            return self._as_text(token[0])
        return STAND_IN.sub(lambda it: it[0] if self.elements[_place(it[0])] else self._as_text(it[0]), token[0])

    def _as_text(self, character: str) -> str:
        return json.dumps(self.texts[_place(character)], ensure_ascii=False)[1:-1]

    def _in_page(self, found: re.Match[str]) -> str:
        if not found["tag"]:
            return self.elements[_place(found[0])]
        tag = STAND_IN.sub(lambda it: html.escape(self.words[_place(it[0])]), found["tag"])
        return ESCAPED.sub(lambda it: quote(self.words[_place(unquote(it[0]))], safe=UNESCAPED), tag)


def _place(character: str) -> int:
    return ord(character) - FIRST


def _element(number: re.Match[str]) -> str:
    """What Pandoc writes for a number: a span of one word, in a link if there is one around it."""
    word = html.escape(html.unescape(number["text"]), quote=False)
    span = f'<span data-ledger="{number["row"]}" data-field="{number["field"]}">{word}</span>'
    return f'<a href="{number["target"]}">{span}</a>' if number["link"] else span
