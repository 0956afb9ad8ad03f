"""The words in front of numbers, in the wording of Quarto's own translations, so that both engines say the same."""

from __future__ import annotations

WORDS = {
    "en": {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section"},
    "zh": {"fig": "图", "tbl": "表", "eq": "式", "sec": "小节"},
}
REFERENCE_KINDS = ("fig", "tbl", "eq", "sec")
NO_BREAK = "\u00a0"


def word(kind: str, language: str) -> str:
    """The word for a figure, table, equation or section."""
    return WORDS["zh" if language.startswith("zh") else "en"][kind]


def label(kind: str, number: str, language: str) -> str:
    """A number with its word, as captions and references print it."""
    return f"{word(kind, language)}{NO_BREAK}{number}"


def kind_of(identifier: str) -> str | None:
    """``fig``, ``tbl``, ``eq`` or ``sec`` if the identifier names something that is numbered."""
    kind, dash, rest = identifier.partition("-")
    return kind if dash and rest and kind in REFERENCE_KINDS else None
