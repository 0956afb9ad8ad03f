"""What the reform is: the facts of the catalogue, with the source's own words where it gives a number."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import Reform, read_catalogue
from pilotbook.report.amounts import in_english
from pilotbook.report.language import say

KINDS = {
    "price": "prices",
    "payment": "payment",
    "delivery": "delivery of care",
    "supervision": "supervision",
    "procurement": "procurement",
    "prevention": "prevention",
}
ROLLOUTS = {
    "staggered": "place after place",
    "national": "everywhere in the country at once",
    "region_wide": "a whole region at once",
    "simultaneous": "several places at once",
    "pilot_group": "a group of pilots",
    "single_site": "a single place",
    "facility_or_event": "by facility or event",
    "programme_wide": "the programme as a whole",
    "proposal": "proposed, not begun",
    "not_stated": "not stated",
}
EXPECTED = {
    "increase": "should rise",
    "decrease": "should fall",
    "no_increase": "must not rise",
    "monitor": "watched",
}


def catalogued(evaluation: Evaluation) -> Reform | None:
    """Return the catalogue's entry of the plan's reform, None for a reform that it does not have."""
    return read_catalogue().reforms.get(evaluation.plan.reform)


def facts(evaluation: Evaluation, language: str) -> list[tuple[str, str]]:
    """Return what the catalogue knows of the reform, as names and values."""
    reform = catalogued(evaluation)
    if reform is None:
        return []
    return [(say(language, name), text) for name, text in _facts(reform, language) if text]


def _facts(reform: Reform, language: str) -> Iterator[tuple[str, str]]:
    between = say(language, "; ")
    yield "Reform", f"{reform.label(language)} (`{reform.id}`)"
    yield "Kind", say(language, KINDS[reform.kind])
    yield "What it does", say(language, reform.mechanism)
    yield "Parameters", between.join(_parameters(reform, language))
    yield "Roll-out", say(language, ROLLOUTS[reform.rollout.kind])
    yield "Expected", between.join(_expected(reform, language))
    texts = {source.file: source for source in read_catalogue().sources.values()}
    found = [texts[file] for file in reform.seeds]
    yield "Source", between.join(text.title_zh if language == "zh" else text.title_en for text in found)


def _parameters(reform: Reform, language: str) -> list[str]:
    """Return the parameters: in Chinese in the words of the source, which they were taken from."""
    if language == "zh":
        return list(dict.fromkeys(f"“{parameter.quote}”" for parameter in reform.parameters))
    return [f"{p.name}: {' '.join(in_english(p.value, p.unit))}".strip() for p in reform.parameters]


def _expected(reform: Reform, language: str) -> list[str]:
    known = read_catalogue().indicators
    return [
        say(
            language,
            "{name} {expected}",
            name=known[a.id].label(language),
            expected=say(language, EXPECTED[a.expected]),
        )
        for a in reform.affected_indicators
    ]
