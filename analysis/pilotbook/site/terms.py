"""What a text is found by: words of Latin letters, and pairs of neighbouring Chinese characters.

Chinese is written without spaces; pairs (bigrams) need no dictionary and find any word of two characters or more.
``assets/search.js`` cuts a query in the same way; ``tests/site/test_search.py`` holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

LATIN = re.compile(r"[a-z0-9]+")
CHINESE = re.compile(r"[㐀-鿿豈-﫿]+")
NUMBER = re.compile(r"\d+")
YEARS = range(1900, 2200)
LONGEST = 24

# Words that stand on every page tell no page from another.
STOP = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "it",
        "its",
        "no",
        "not",
    }
    | {"of", "on", "or", "that", "the", "this", "to", "was", "were", "which", "with"}
)


def terms(text: str) -> list[str]:
    """Return the terms of a text in its order, as often as they occur."""
    plain = fold(text)
    latin = [w[:LONGEST] for w in LATIN.findall(plain) if _worth_keeping(w)]
    return latin + [pair for run in CHINESE.findall(plain) for pair in bigrams(run)]


def count_terms(texts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Count the terms of several texts, each with its weight."""
    counted: Counter[str] = Counter()
    for text, weight in texts:
        for term, times in Counter(terms(text)).items():
            counted[term] += times * weight
    return counted


def fold(text: str) -> str:
    """Return a text in small letters, full-width forms and accents taken away."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def bigrams(run: str) -> list[str]:
    """Return the pairs of a run of Chinese characters; a lone one stands for itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def shard_of(term: str) -> str:
    """Name the part of the index that holds a term: all terms with the same beginning stand together."""
    if LATIN.fullmatch(term):
        return term[:2]
    return f"u{ord(term[0]) % 128}"


def _worth_keeping(word: str) -> bool:
    """Tell whether a word can be looked for: single letters, and numbers that are no year, cannot."""
    if NUMBER.fullmatch(word):
        return len(word) == 4 and int(word) in YEARS
    return len(word) > 1 and word not in STOP
