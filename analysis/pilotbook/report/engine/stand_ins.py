"""One character stands in for each number of a table until a page is written; with the numbers all takes twice as long.

A number that names its row in the ledger is written ``[[3.31]{data-ledger="…" data-field="estimate"}](#row-…)``.
Pandoc tries several readings of each bracket, and makes seven nodes of it that every walk over the tree would visit.
What such a text becomes in Pandoc's tree is known beforehand, so it is put there at the end. While Pandoc reads, the
same is done for the data that a figure offers in the address of a link.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

ROW = re.compile(r"^(?P<fence>`{3,}|~{3,})(?:.|\n)*?^(?P=fence)[`~]*\s*$|^\|.*\|$", re.MULTILINE)
"""A row of a table; code is found too, so that what looks like a row in it is passed by."""
NUMBER = re.compile(
    r"(?P<link>\[)?\[(?P<text>[−+<>]?\d[\d,]*(?:\.\d+)?%?)\]"
    r'\{data-ledger="(?P<row>[^"\\{}\[\]|&]*)" data-field="(?P<field>\w+)"\}'
    r"(?(link)\]\((?P<target>#row-[0-9a-f]+)\))"
)
DATA = re.compile(r"(?<=\]\()data:text/csv[\w;,=%.~!*'-]+(?=\))")
WORD = re.compile(r'\{"t":"Str","c":"(?P<word>(?:[^"\\]|\\.)*[\U000F0000-\U000FFFFD](?:[^"\\]|\\.)*)"\}')
"""A word with such a character in it, in JSON without spaces."""
STAND_IN = re.compile("[\U000f0000-\U000ffffd]")
PARTS = re.compile(f"({STAND_IN.pattern})")
TOKEN = re.compile(f"{WORD.pattern}|{STAND_IN.pattern}")
FIRST, MOST = 0xF0000, 0xFFFD
LINE = 72
"""A table with a longer line than this takes the widths of its columns from the source, so a line stays so long."""


@dataclass
class StandIns:
    """What stands for what.

    Attributes
    ----------
    texts
        The Markdown that each character stands for, in the order of the characters.
    words
        What a reader sees of it.
    nodes
        The same as a node of Pandoc's tree in JSON; empty for an address, which is a text there too.
    """

    texts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)

    def put_in(self, markdown: str) -> str:
        """Return the Markdown with characters in place of numbers and addresses."""
        if STAND_IN.search(markdown):  # somebody uses these characters for something else
            return markdown
        return DATA.sub(lambda found: self._character(found[0]), ROW.sub(self._row, markdown))

    def keep_words(self, tree: str) -> str:
        """Return Pandoc's JSON with stand-ins among words alone; code and addresses are themselves again."""
        return TOKEN.sub(self._settled, tree) if self.texts else tree

    def take_out(self, tree: str, as_words: bool = False) -> str:
        """Return JSON with every number in its place: with its row, or as a word alone for a page without links."""
        return WORD.sub(lambda word: self._as_nodes(word["word"], as_words), tree) if self.texts else tree

    def without(self, text: str) -> str:
        """Return a text without its stand-ins."""
        return STAND_IN.sub("", text) if self.texts else text

    def _row(self, row: re.Match[str]) -> str:
        if row["fence"]:
            return row[0]
        short = NUMBER.sub(lambda found: self._character(found[0], found["text"], _node(found)), row[0])
        spaces = " " * min(LINE, len(row[0]) - len(short))
        return f"{short[:-1]}{spaces}|"

    def _character(self, text: str, word: str = "", node: str = "") -> str:
        if len(self.texts) == MOST:
            return text
        self.texts.append(text)
        self.words.append(word or text)
        self.nodes.append(node)
        return chr(FIRST + len(self.texts) - 1)

    def _settled(self, token: re.Match[str]) -> str:
        if not token["word"]:
            return self._as_text(token[0])
        return STAND_IN.sub(lambda it: it[0] if self.nodes[_place(it[0])] else self._as_text(it[0]), token[0])

    def _as_nodes(self, word: str, as_words: bool) -> str:
        if as_words:
            return _word(STAND_IN.sub(lambda character: self.words[_place(character[0])], word))
        parts = [part for part in PARTS.split(word) if part]
        return ",".join(self.nodes[_place(part)] if STAND_IN.match(part) else _word(part) for part in parts)

    def _as_text(self, character: str) -> str:
        return _quoted(self.texts[_place(character)])[1:-1]


def _place(character: str) -> int:
    return ord(character) - FIRST


def _word(text: str) -> str:
    return f'{{"t":"Str","c":"{text}"}}'


def _node(number: re.Match[str]) -> str:
    """The node that Pandoc makes of a number: a span of one word, in a link if there is one around it."""
    word = _word(number["text"])
    pairs = f'["data-ledger",{_quoted(number["row"])}],["data-field",{_quoted(number["field"])}]'
    span = f'{{"t":"Span","c":[["",[],[{pairs}]],[{word}]]}}'
    return span if not number["link"] else f'{{"t":"Link","c":[["",[],[]],[{span}],["{number["target"]}",""]]}}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
