"""One character stands in for each number of a table while Pandoc reads; with the numbers it takes four times as long.

A number that names its row in the ledger is written ``[[3.31]{data-ledger="…" data-field="estimate"}](#row-…)``, and
Pandoc tries several readings of each bracket. What such a text becomes in Pandoc's tree is known beforehand, so it is
put there afterwards. The same is done for the data that a figure offers in the address of a link.
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
STAND_IN = re.compile("[\U000f0000-\U000ffffd]")
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
    nodes
        The same as a node of Pandoc's tree in JSON; empty for an address, which is a text there too.
    """

    texts: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)

    def put_in(self, markdown: str) -> str:
        """Return the Markdown with characters in place of numbers and addresses."""
        if STAND_IN.search(markdown):  # somebody uses these characters for something else
            return markdown
        return DATA.sub(lambda found: self._character(found[0], ""), ROW.sub(self._row, markdown))

    def take_out(self, tree: str) -> str:
        """Return Pandoc's JSON with the numbers and addresses in their places."""
        return STAND_IN.sub(self._as_text, WORD.sub(self._as_nodes, tree)) if self.texts else tree

    def _row(self, row: re.Match[str]) -> str:
        if row["fence"]:
            return row[0]
        short = NUMBER.sub(lambda found: self._character(found[0], _node(found)), row[0])
        spaces = " " * min(LINE, len(row[0]) - len(short))
        return f"{short[:-1]}{spaces}|"

    def _character(self, text: str, node: str) -> str:
        if len(self.texts) == MOST:
            return text
        self.texts.append(text)
        self.nodes.append(node)
        return chr(FIRST + len(self.texts) - 1)

    def _as_nodes(self, word: re.Match[str]) -> str:
        parts = re.split(f"({STAND_IN.pattern})", word["word"])
        return ",".join(self._part(part) for part in parts if part)

    def _part(self, part: str) -> str:
        node = self.nodes[ord(part) - FIRST] if STAND_IN.fullmatch(part) else ""
        return node or f'{{"t":"Str","c":"{part}"}}'

    def _as_text(self, character: re.Match[str]) -> str:
        return _quoted(self.texts[ord(character[0]) - FIRST])[1:-1]


def _node(number: re.Match[str]) -> str:
    """The node that Pandoc makes of a number: a span of one word, in a link if there is one around it."""
    word = f'{{"t":"Str","c":{_quoted(number["text"])}}}'
    pairs = f'["data-ledger",{_quoted(number["row"])}],["data-field",{_quoted(number["field"])}]'
    span = f'{{"t":"Span","c":[["",[],[{pairs}]],[{word}]]}}'
    return span if not number["link"] else f'{{"t":"Link","c":[["",[],[]],[{span}],["{number["target"]}",""]]}}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
