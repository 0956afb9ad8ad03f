"""Every quote of the catalogue stands in its source, and every number in its quote.

The source texts are not part of the project. The check runs where the folder ``shared`` stands beside it and
is skipped by name elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pilotbook.panel.catalogue import Catalogue, read_catalogue

SOURCES = Path(__file__).parents[2] / ".." / "shared" / "catalogue" / "sources"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# the catalogue writes the punctuation of the sources in its plain form
PLAIN = str.maketrans(
    {
        "，": ",",
        "。": ".",
        "；": ";",
        "：": ":",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "（": "(",
        "）": ")",
        "％": "%",
        "～": "-",
        "—": "-",
        "–": "-",
        "−": "-",
    }
)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text.translate(PLAIN))


def quotes(catalogue: Catalogue) -> list[tuple[str, str, str, str | None]]:
    """Return place, source, quote and, where the catalogue takes a number from the quote, its value."""
    found: list[tuple[str, str, str, str | None]] = []
    for reform in catalogue.reforms.values():
        found += [(f"{reform.id}/{p.name}", p.seed, p.quote, p.value) for p in reform.parameters]
    for indicator in catalogue.indicators.values():
        found += [(indicator.id, b.seed, b.quote, b.value) for b in indicator.baseline]
    found += [(rule.id, rule.seed, rule.quote, None) for rule in catalogue.rules.values()]
    found += [(claim.claim_id, claim.seed_file, claim.quote, None) for claim in catalogue.claims.values()]
    found += [(fact.name, fact.seed, fact.quote, None) for fact in catalogue.facts]
    return found


def missing_numbers(value: str, quote: str) -> list[str]:
    """Return the numbers of a value that its quote lacks; Chinese numerals are left to the reader."""
    if re.search("[一二两三四五六七八九十]", value):
        return []
    numbers = NUMBER.findall(re.sub(r"\(.*?\)", "", value))
    return [n for n in numbers if not re.search(rf"(?<![\d.]){re.escape(n)}(?!\d|\.\d)", quote)]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts (shared/catalogue/sources) are not here")
def test_every_quote_stands_in_its_source() -> None:
    texts = {path.name: plain(path.read_text("utf-8")) for path in SOURCES.glob("*.txt")}
    entries = quotes(read_catalogue())
    assert len(entries) == 362
    assert [(place, quote) for place, source, quote, _ in entries if plain(quote) not in texts[source]] == []


def test_every_number_stands_in_its_quote() -> None:
    entries = [(place, value, quote) for place, _, quote, value in quotes(read_catalogue()) if value is not None]
    assert len(entries) == 197
    assert [(p, v, q) for p, v, q in entries if missing_numbers(v, q)] == []


def test_the_check_sees_a_wrong_number() -> None:
    assert missing_numbers("65", "从52%提升至6.5%") == ["65"]
    assert missing_numbers("52 (about)", "从52%提升") == []
