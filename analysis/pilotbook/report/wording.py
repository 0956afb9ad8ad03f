"""The lint of words: what a report never says, and numbers that nobody computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

FORBIDDEN = {
    "en": (
        r"\bsignifican(?:t|tly|ce)\b",
        r"\bprove[ns]\b",
        r"\b(?:credible|plausible)\b",
        r"\b(?:dramatic|dramatically|huge|enormous)\b",
        r"\b(?:had|has|have) no effect\b",
        r"\bthere (?:is|was) no (?:effect(?! to estimate)|difference)\b",
        r"\bparallel trends hold\b",
        r"\b(?:marginally|almost|nearly|borderline)\b(?! all\b)",
        r"\btrends? towards\b",
    ),
    "zh": (
        r"显著",
        r"(?<!不能)(?<!无法)(?<!无法用检验)(?<!不足以)证明",
        r"大幅",
        r"导致",
        r"没有效果",
        r"无效应",
        r"无差异",
        r"平行趋势成立",
    ),
}
"""Words that claim more than an estimate can bear, by language (blueprint of the report, section C)."""

NOT_PROSE = re.compile(
    r"`[^`]*`|\$[^$]*\$|\{[^}]*\}|\[?-?@[\w:-]+[^\]\s]*\]?|\]\([^)]*\)|<!--.*?-->|^#\|.*$", re.MULTILINE | re.DOTALL
)
"""What of a Markdown text is code, formula, attribute, reference or address."""

QUOTED = re.compile(r"“[^“”]{1,12}”")
"""A word or two of a source in quotation marks: named, not used."""

TYPED = re.compile(r"(?<![\w×])[−-]?\d[\d,.]*(?![\w×])")
"""A number in prose; CR2, 2×2 and AR(1)'s like are names, their digit stands beside a letter or a sign."""

NAMES = re.compile(r"AR\(\d\)|MA\(\d\)|\b(?:19|20)\d\d\b")
"""Names with a lone digit, and years."""


def forbidden_words(text: str, language: str) -> Iterator[str]:
    """Give every forbidden word of a text with what stands around it.

    Parameters
    ----------
    text
        Markdown or plain text; code in it is passed over.
    language
        ``en`` or ``zh``.
    """
    prose = NOT_PROSE.sub(" ", QUOTED.sub(" ", text))
    for pattern in FORBIDDEN[language]:
        for match in re.finditer(pattern, prose, re.IGNORECASE):
            around = prose[max(match.start() - 30, 0) : match.end() + 30].replace("\n", " ").strip()
            yield f"'{match[0]}' in “{around}”: say what was estimated, with its interval, instead"


def typed_numbers(text: str) -> Iterator[str]:
    """Give every number that is typed into prose instead of taken from the ledger.

    Parameters
    ----------
    text
        Markdown; inline expressions, code, formulas and references are passed over.
    """
    prose = NAMES.sub(" ", NOT_PROSE.sub(" ", text))
    for match in TYPED.finditer(prose):
        around = prose[max(match.start() - 30, 0) : match.end() + 30].replace("\n", " ").strip()
        yield f"'{match[0]}' in “{around}”: take it from the ledger, or write it as a word"


def soberly_written(notebook: Mapping[str, Any]) -> bool:
    """Tell whether the English prose of a chapter has no forbidden word and no number that was typed in."""
    prose = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return not any(found for text in prose for found in (*forbidden_words(text, "en"), *typed_numbers(text)))
