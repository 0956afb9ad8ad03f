"""Home, programme overview, how to cite, search, and the table of all estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import yaml

from pilotbook import fingerprint
from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.catalogue.reforms import Reform
from pilotbook.project import ROOT
from pilotbook.site.citation import sentence
from pilotbook.site.collection import Collection, Evaluation
from pilotbook.site.effect_text import VERDICTS
from pilotbook.site.feed import events
from pilotbook.site.language import LANGUAGES, say
from pilotbook.site.page import Page, localised, twins
from pilotbook.site.settings import Settings

LATEST, NEWS, SIMULATED = 8, 12, 12
"""How many evaluations and events the home page names; the programme overview and the feed have all of them."""

REGION = "region"
"""What is shown only if some report has estimates of one region alone."""

FILTERS = {
    "outcome": "Outcome",
    "reform": "Reform",
    "plan": "Evaluation",
    REGION: "Region",
    "period": "Period",
    "verdict": "Verdict",
    "sign": "Sign",
}
COLUMNS = {
    "outcome": "Outcome",
    "plan": "Evaluation",
    "reform": "Reform",
    REGION: "Region",
    "period": "Period",
    "estimate": "Effect",
    "ci_low": "Interval",
    "unit": "Unit",
    "verdict": "Verdict",
    "grade": "Design grade",
}
SIGNS = {"positive": "above zero", "negative": "below zero", "zero": "zero", "none": "not estimated"}
KINDS = {
    "report": "Report",
    "evaluation": "Evaluation",
    "indicator": "Indicator",
    "reform": "Reform",
    "rule": "Rule",
    "docs": "Documentation",
    "page": "Page",
}


def overview_pages(collection: Collection, catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """Give the pages that show all evaluations at once, in both languages."""
    everything = fingerprint.of_json([evaluation.fingerprint for evaluation in collection.evaluations])
    for language in LANGUAGES:
        yield _home(collection, language, everything, settings)
        yield _programme(collection, catalogue, language, everything)
        yield _estimates(collection, language)
        yield _search(language)
        yield _cite(collection, settings, language, everything)


def _page(path: str, language: str, template: str, title: str, description: str, key: str, **more: Any) -> Page:
    title, description = say(language, title), say(language, description)
    return Page(localised(path, language), language, template, title, description, key, twins(path), **more)


def _home(collection: Collection, language: str, key: str, settings: Settings) -> Page:
    def values() -> Mapping[str, Any]:
        found = sorted(collection.evaluations, key=_last_release, reverse=True)
        simulated = [evaluation for evaluation in found if evaluation.latest.record.simulated]
        counts = {"evaluations": len(found), "releases": len(collection.versions), "simulated": len(simulated)}
        return {
            "counts": counts,
            "latest": found[:LATEST],
            "more": len(found) > LATEST,
            "news": events(collection.versions)[:NEWS],
            "simulated": simulated[:SIMULATED],
            "more_simulated": max(len(simulated) - SIMULATED, 0),
        }

    description = "Evaluation reports on health reforms in pilot counties, every version of them."
    title = settings.title
    page = twins("index.html")
    return Page(page[language], language, "home.html", title, say(language, description), key, page, values)


def _last_release(evaluation: Evaluation) -> tuple[str, str]:
    return max(version.record.released for version in evaluation.versions).isoformat(), evaluation.plan


def _programme(collection: Collection, catalogue: Catalogue, language: str, key: str) -> Page:
    def values() -> Mapping[str, Any]:
        kinds = list(_kinds(collection, catalogue))
        return {"evaluations": collection.evaluations, "reforms": catalogue.reforms, "kinds": kinds}

    description = "All evaluations with their last period, their standing and their verdicts."
    return _page("programme.html", language, "programme.html", "Programme", description, key, values=values)


def _kinds(collection: Collection, catalogue: Catalogue) -> Iterator[tuple[str, int, int, int]]:
    """Give each kind of reform with how many there are, how many were evaluated, and how many of these on real data."""
    evaluated, real = defaultdict(set), defaultdict(set)
    for evaluation in collection.evaluations:
        reform = catalogue.reforms.get(evaluation.latest.record.reform)
        if reform is not None:
            evaluated[reform.kind].add(reform.id)
            if not evaluation.latest.record.simulated:
                real[reform.kind].add(reform.id)
    for kind in get_args(Reform.model_fields["kind"].annotation):
        all_of_kind = sum(reform.kind == kind for reform in catalogue.reforms.values())
        yield kind, all_of_kind, len(evaluated[kind]), len(real[kind])


def _search(language: str) -> Page:
    kinds = {kind: say(language, name) for kind, name in KINDS.items()}
    description = "Search reports, indicators, reforms, rules and documentation, in English and Chinese."
    return _page(
        "search.html", language, "search.html", "Search", description, "search", values=lambda: {"kinds": kinds}
    )


def _estimates(collection: Collection, language: str) -> Page:
    absent = set() if any(version.extract.regions for version in collection.versions) else {REGION}

    def values() -> Mapping[str, Any]:
        return {
            "filters": [(name, say(language, label)) for name, label in FILTERS.items() if name not in absent],
            "columns": [(name, say(language, label)) for name, label in COLUMNS.items() if name not in absent],
            "words": _words(language),
        }

    description = "What every report leads with, and on request every other estimate; filtered, sorted and as CSV."
    key = f"estimates without {sorted(absent)}"
    return _page("estimates.html", language, "estimates.html", "All estimates", description, key, values=values)


def _words(language: str) -> dict[str, Any]:
    standings = ("current", "superseded", "withdrawn")
    return {
        "everywhere": say(language, "all regions"),
        "missing": say(language, "n/a"),
        "simulated": say(language, "simulated data"),
        "count": say(language, "Estimates: {n}"),
        "narrow": say(
            language,
            "Every estimate can be loaded of {most} reports at a time; the filters leave {n}. Choose further ones.",
        ),
        "standing": {name: say(language, name) for name in standings},
        "verdict": {name: say(language, words) for name, (_, words) in VERDICTS.items()},
        "signs": {name: sign for name, (sign, _) in VERDICTS.items()},
        "sign": {name: say(language, words) for name, words in SIGNS.items()},
    }


def _cite(collection: Collection, settings: Settings, language: str, key: str) -> Page:
    def values() -> Mapping[str, Any]:
        newest = collection.newest_first
        example = sentence(newest[0], language, settings) if newest else None
        return {"example": example, "program": _program_citation()}

    description = "Every version of a report has a permanent address; cite that."
    return _page("cite.html", language, "cite.html", "How to cite", description, key, values=values, searchable=True)


def _program_citation() -> str:
    facts = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = " and ".join(f"{{{author.get('name') or author['family-names']}}}" for author in facts["authors"])
    date = str(facts["date-released"])
    lines = {"author": authors, "title": f"{{{facts['title']}}}", "version": str(facts["version"]), "year": date[:4]}
    body = "\n".join(f"  {name} = {{{value}}}," for name, value in lines.items())
    return f"@software{{pilotbook,\n{body}\n}}"
