"""The script by which a report, whose bytes never change, learns whether it is still the newest.

Every report asks for ``pilotbook-versions.js`` at the root of the site, four folders up, if it lies in a release's
place there. The script holds the versions of all reports, and the code that shows switcher and banner.
"""

from __future__ import annotations

from typing import Any

from pilotbook.site.collection import Collection, Standing, Version
from pilotbook.site.language import LANGUAGES
from pilotbook.site.script_data import literal

NAME = "pilotbook-versions.js"
MARK = "/*VERSIONS*/{}"
"""Where the code expects the data."""

LETTER = {Standing.CURRENT: "c", Standing.SUPERSEDED: "s", Standing.WITHDRAWN: "w"}
GAP = "-"


def versions_script(collection: Collection, code: str) -> bytes:
    """Return the script.

    Parameters
    ----------
    collection
        All releases.
    code
        ``assets/versions.js``, in which the data take the place of a mark.
    """
    return code.replace(MARK, literal(versions_data(collection))).encode()


def versions_data(collection: Collection) -> dict[str, Any]:
    """Return how all versions stand: a letter for each version of a period, and what is not as usual."""
    standings: dict[str, dict[str, str]] = {}
    for evaluation in collection.evaluations:
        periods = standings.setdefault(evaluation.plan, {})
        for version in evaluation.versions:
            before = periods.get(version.record.period, "")
            gap = GAP * (version.record.version - 1 - len(before))
            periods[version.record.period] = before + gap + LETTER[version.standing]
    withdrawn = {v.name: v.evidence.tombstone.reason for v in collection.versions if v.evidence.tombstone is not None}
    return {"standings": standings, "withdrawn": withdrawn, "pages": dict(_without_all_pages(collection.versions))}


def _without_all_pages(versions: tuple[Version, ...]) -> list[tuple[str, list[str]]]:
    """Return the versions that do not have an HTML report in every language, with those that they have."""
    found = []
    for version in versions:
        pages = [language for language in LANGUAGES if has_page(version, language)]
        if pages != list(LANGUAGES):
            found.append((version.name, pages))
    return found


def has_page(version: Version, language: str) -> bool:
    """Tell whether a version has an HTML report in a language."""
    return "html" in version.record.formats and language in version.record.languages
