"""The page of a release at its permanent address, and the pointers that follow the newest version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pilotbook.release.layout import CRATE, LEDGER, PLAN, SUMS
from pilotbook.release.record import NAME
from pilotbook.site.citation import bibtex, citation_tags, schema_org, sentence
from pilotbook.site.collection import Collection, Evaluation, Standing, Version
from pilotbook.site.effect_text import in_language
from pilotbook.site.estimate_files import CSV
from pilotbook.site.evaluation_pages import card_path, verdicts_in_a_line
from pilotbook.site.language import LANGUAGES, say
from pilotbook.site.page import Page
from pilotbook.site.settings import Settings

FORMS = {"html": "HTML", "pdf": "PDF", "ipynb": "Notebook", "json": "Ledger (JSON)", "csv": "Estimates (CSV)"}
KEPT = (NAME, PLAN, LEDGER, CSV, SUMS, CRATE)
REGISTRATIONS = {
    "unregistered": "The plan is not registered.",
    "as_registered": "The plan was registered on {date} and is unchanged.",
    "deviates": "The plan was registered on {date}, with {n} recorded deviations since then.",
    "changed": "The plan was registered on {date} and was changed since then without a record.",
}


def release_pages(collection: Collection, settings: Settings) -> Iterator[Page]:
    """Give the page of every release and the pointers, in both languages."""
    places = {(v.record.plan, v.record.period, v.record.version): v for v in collection.versions}
    for evaluation in collection.evaluations:
        for version in evaluation.versions:
            before = version.record.previous
            previous = places.get((version.record.plan, before.period, before.version)) if before else None
            for language in LANGUAGES:
                yield _page(evaluation, version, previous, language, settings)
        yield from _pointers(evaluation)


def address(version: Version, language: str) -> str:
    """Return where the page of a release stands."""
    return f"{version.name}/{language}/index.html"


def _page(
    evaluation: Evaluation, version: Version, previous: Version | None, language: str, settings: Settings
) -> Page:
    record = version.record
    beside = evaluation.beside(version)
    title = say(
        language,
        "{title}, {period}, version {version}",
        title=in_language(record.title, language),
        period=record.period,
        version=record.version,
    )

    def values() -> Mapping[str, Any]:
        return {
            "version": version,
            "record": record,
            "beside": beside,
            "successor": _successor(version, beside),
            "previous": previous,
            "downloads": list(_downloads(version, language)),
            "form_names": {form: say(language, name) for form, name in FORMS.items()},
            "in_this_language": language in record.languages,
            "files": [name for name in KEPT if name == CSV or (version.release.folder / name).is_file()],
            "registration": _registration(version, language),
            "withdrawn_on": version.evidence.tombstone.date if version.evidence.tombstone else None,
            "rerun_on": version.evidence.rerun.date if version.evidence.rerun else None,
            "citation": sentence(version, language, settings),
            "bibtex": bibtex(version, language, settings),
        }

    head = {
        "type": "article",
        "card": card_path(evaluation, language),
        "data": schema_org(version, language, settings),
        "tags": citation_tags(version, language, settings),
    }
    standings = [(other.name, other.standing.value) for other in beside]
    key = f"{version.fingerprint} {standings} {previous and previous.name}"
    places = {other: address(version, other) for other in LANGUAGES}
    return Page(
        places[language],
        language,
        "release.html",
        title,
        verdicts_in_a_line(version, language),
        key,
        places,
        values,
        head=head,
    )


def _successor(version: Version, beside: tuple[Version, ...]) -> Version | None:
    """Return the version in force that a reader of another one should turn to."""
    return next((other for other in beside if other.standing is Standing.CURRENT and other is not version), None)


def _downloads(version: Version, language: str) -> Iterator[tuple[str | None, str, str, str]]:
    """Give language, form, path and size of what can be read, in the page's own language first."""
    record = version.record
    for tongue in sorted(record.languages, key=lambda other: other != language):
        for form in record.formats:
            file = version.release.page(tongue, form)
            if file.is_file():
                yield tongue, form, f"{version.name}/{tongue}/report.{form}", _size(file.stat().st_size)
        if tongue == language:
            ledger = (version.release.folder / LEDGER).stat().st_size
            yield None, "json", f"{version.name}/{LEDGER}", _size(ledger)
            yield None, "csv", f"{version.name}/{CSV}", _size(version.extract.files[CSV].stat().st_size)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count // 1000, 1)} kB"


def _registration(version: Version, language: str) -> str:
    registered = version.record.registration
    text = REGISTRATIONS.get(registered.standing, REGISTRATIONS["unregistered"])
    return say(language, text, date=registered.date.isoformat(), n=registered.deviations)


def _pointers(evaluation: Evaluation) -> Iterator[Page]:
    """Give the pages ``latest`` of the evaluation and of each period; they lead on at once."""
    targets = {f"{evaluation.plan}/latest": evaluation.latest}
    targets |= {f"{evaluation.plan}/{period}/latest": v for period, v in evaluation.last_of_period.items()}
    for folder, version in targets.items():
        places = {language: f"{folder}/{language}/index.html" for language in LANGUAGES}
        for language in LANGUAGES:
            yield _pointer(version, language, places)


def _pointer(version: Version, language: str, places: Mapping[str, str]) -> Page:
    record = version.record
    name = f"{in_language(record.title, language)}, {record.period}, v{record.version}"
    target = address(version, language)
    return Page(
        places[language],
        language,
        "pointer.html",
        say(language, "The latest version"),
        name,
        f"{target} {name}",
        places,
        lambda: {"target": target, "name": name},
    )
