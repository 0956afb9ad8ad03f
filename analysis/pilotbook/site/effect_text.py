"""Effects as text: as many decimals as their error supports, a true minus sign."""

from __future__ import annotations

import math

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from pilotbook.release.record import Headline, Title
from pilotbook.report.language import LOCALE
from pilotbook.site.language import say

VERDICTS = {
    "improved": ("▲", "improved"),
    "improved_fragile": ("△", "improved, fragile"),
    "worsened": ("▼", "worsened"),
    "worsened_fragile": ("▽", "worsened, fragile"),
    "too_small_to_matter": ("◆", "too small to matter"),
    "no_detectable_effect": ("○", "no detectable effect"),
    "not_attributable": ("✕", "not attributable"),
    "not_estimable": ("–", "not estimable"),
}
"""Verdict to its sign and its words; colour never stands alone."""


CODES = {
    "released": "not reviewed",
    "higher_better": "higher",
    "lower_better": "lower",
    "context": "neither",
    "no_increase": "no increase (safety)",
    "not_stated": "not stated",
    "facility_or_event": "by facility or event",
    "pilot_group": "a group of pilots",
    "region_wide": "a whole region at once",
    "programme_wide": "the whole programme",
    "national": "everywhere at once",
    "single_site": "a single site",
}
"""Codes of catalogue and certificates that are not their own words."""


def coded_words(language: str, code: str) -> str:
    """Return the words for a code of the catalogue or of a certificate."""
    return say(language, CODES.get(code, code.replace("_", " ")))


def verdict_words(language: str, verdict: str) -> str:
    """Return a verdict in words; one of a later version of the program as it is written."""
    known = VERDICTS.get(verdict)
    return say(language, known[1]) if known else verdict.replace("_", " ")


def in_language(title: Title, language: str) -> str:
    """Return a title in a language, the English one where there is none."""
    return (title.zh if language == "zh" else None) or title.en


def verdict_sign(verdict: str) -> str:
    """Return the sign of a verdict."""
    return VERDICTS.get(verdict, ("?", ""))[0]


def decimals(headline: Headline) -> int:
    """Return the decimals of an effect: three significant digits of its error, as in the report."""
    scale = headline.se or headline.estimate
    if headline.se is None and headline.ci_low is not None and headline.ci_high is not None:
        scale = (headline.ci_high - headline.ci_low) / 4
    if not scale:
        return 2
    return min(max(2 - math.floor(math.log10(abs(scale))), 0), 6)


def number(language: str, value: float, digits: int) -> str:
    """Write a number with a fixed count of decimals."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = str(format_decimal(value, format=pattern, locale=LOCALE[language]))
    return text.removeprefix("-") if not any(d in text for d in "123456789") else text.replace("-", "−")


def effect(language: str, headline: Headline) -> Markup:
    """Return the estimate with its interval; each number carries the id of its row, as in the report."""
    if headline.estimate is None:
        return escape(say(language, "n/a"))
    estimate = _tagged(language, headline, "estimate")
    if headline.ci_low is None or headline.ci_high is None:
        return estimate
    between = escape(say(language, "{low} to {high}"))
    ends = {"low": _tagged(language, headline, "ci_low"), "high": _tagged(language, headline, "ci_high")}
    return Markup("{} <span class='interval'>({})</span>").format(estimate, between.format(**ends))


def _tagged(language: str, headline: Headline, field: str) -> Markup:
    text = number(language, getattr(headline, field), decimals(headline))
    return Markup("<span data-ledger='{}' data-field='{}'>{}</span>").format(headline.row, field, text)
