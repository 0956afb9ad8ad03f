"""The page of an evaluation: its history, its verdicts over time, and how its headline effects moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from pilotbook.panel.catalogue import Catalogue
from pilotbook.release.record import Headline
from pilotbook.site.card import card
from pilotbook.site.collection import Collection, Evaluation, Version
from pilotbook.site.effect_text import in_language, verdict_words
from pilotbook.site.language import LANGUAGES, say
from pilotbook.site.page import Page, localised, twins
from pilotbook.site.revision_chart import Point, revision_chart
from pilotbook.site.settings import Settings
from pilotbook.site.versions_script import has_page


def evaluation_pages(collection: Collection, catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """Give the page of every evaluation in both languages."""
    for evaluation in collection.evaluations:
        for language in LANGUAGES:
            yield _page(evaluation, catalogue, language)


def _page(evaluation: Evaluation, catalogue: Catalogue, language: str) -> Page:
    latest = evaluation.latest
    path = f"{evaluation.plan}/index.html"

    def values() -> Mapping[str, Any]:
        report = f"{latest.name}/{language}/report.html" if has_page(latest, language) else None
        return {
            "evaluation": evaluation,
            "latest": latest,
            "latest_report": report,
            "reform": catalogue.reforms.get(latest.record.reform),
            "charts": [(outcome, chart(evaluation, outcome, language)) for outcome in evaluation.outcomes],
        }

    return Page(
        localised(path, language),
        language,
        "evaluation.html",
        in_language(latest.record.title, language),
        verdicts_in_a_line(latest, language),
        evaluation.fingerprint,
        twins(path),
        values,
        searchable=True,
        head={"card": card_path(evaluation, language), "type": "article"},
    )


def verdicts_in_a_line(version: Version, language: str) -> str:
    """Say which verdict each outcome has."""
    between = say(language, "{one}; {another}", one="", another="")
    return between.join(
        say(
            language,
            "{outcome}: {verdict}",
            outcome=in_language(one.title, language),
            verdict=verdict_words(language, one.verdict),
        )
        for one in version.record.headline
    )


def chart(evaluation: Evaluation, outcome: Headline, language: str) -> Markup:
    """Draw how the effect on an outcome moved from release to release."""
    points = [_point(version, version.headline(outcome.outcome)) for version in evaluation.versions]
    title = say(language, "{outcome}: headline effect by release", outcome=in_language(outcome.title, language))
    estimated = sum(point.estimate is not None for point in points)
    description = say(
        language,
        "{n} of {all} releases give an effect, in {unit}; the table below the charts has the numbers.",
        n=estimated,
        all=len(points),
        unit=in_language(outcome.unit, language),
    )
    return revision_chart(points, title, description, f"chart-{outcome.outcome}")


def _point(version: Version, one: Headline | None) -> Point:
    label = version.record.period, f"v{version.record.version}"
    if one is None:
        return Point(label, None, None, None, version.standing.value)
    return Point(label, one.estimate, one.ci_low, one.ci_high, version.standing.value)


def card_path(evaluation: Evaluation, language: str) -> str:
    """Return where the picture for links to an evaluation stands."""
    return f"{evaluation.plan}/card-{language}.png"


def draw_card(evaluation: Evaluation, language: str, settings: Settings) -> bytes:
    """Draw the picture for links to an evaluation."""
    record = evaluation.latest.record
    title = in_language(record.title, language)
    lines = [say(language, "Report on {period}, version {n}", period=record.period, n=record.version)]
    lines += [f"{in_language(one.title, language)}: {verdict_words(language, one.verdict)}" for one in record.headline]
    warning = say(language, "simulated data") if record.simulated else None
    chinese = any(ord(character) > 0x2E80 for character in "".join([title, *lines, warning or ""]))
    return card(title, lines, warning, chinese, settings.title)
