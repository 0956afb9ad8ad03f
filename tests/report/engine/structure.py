"""What a reader can point at in a finished page, without its layout."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag


def structure(path: Path) -> dict[str, list[object]]:
    """Headings, captions, references, cells, notes, citations, formulas and marked numbers of an HTML page."""
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    main = page.find("main")
    assert isinstance(main, Tag)
    return {
        "headings": [(item.name, _words(item)) for item in main.find_all(re.compile("^h[1-6]$"))],
        "contents": [(_words(item), item["href"]) for item in page.select("#TOC a")],
        "captions": [_words(item) for item in main.find_all("figcaption")],
        "references": [(_words(item), item["href"]) for item in main.select("a.quarto-xref")],
        "tables": [
            [[_words(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
            for table in main.find_all("table")
        ],
        "alternatives": [item["alt"] for item in main.find_all("img")],
        "footnotes": [_words(item) for item in main.select(".footnotes li")],
        "citations": [_words(item) for item in main.select(".citation")],
        "bibliography": [_words(item) for item in main.select(".csl-entry")],
        "formulas": [_words(item) for item in main.find_all("annotation")],
        "ledger": [(item["data-ledger"], _words(item)) for item in main.select("[data-ledger]")],
        "callouts": [_words(item) for item in main.select(".callout .callout-title-container")],
        "tabs": [_words(item) for item in main.select("[role=tab]")],
        "code": [_words(item) for item in main.find_all("pre")],
        "folds": [_words(item) for item in main.select("details.code-fold > summary")],
        "text": [_words(item) for item in main.find_all("p")],
    }


def differences(one: Path, other: Path) -> dict[str, list[tuple[object, object]]]:
    """Pairs that differ, by kind of thing; a missing partner is None."""
    left, right = structure(one), structure(other)
    found: dict[str, list[tuple[object, object]]] = {}
    for kind in left:
        length = max(len(left[kind]), len(right[kind]))
        pairs = zip(_padded(left[kind], length), _padded(right[kind], length), strict=True)
        if unlike := [(a, b) for a, b in pairs if a != b]:
            found[kind] = unlike
    return found


def _padded(items: list[object], length: int) -> list[object]:
    return [*items, *[None] * (length - len(items))]


def _words(item: Tag) -> str:
    return " ".join(item.get_text().split())
