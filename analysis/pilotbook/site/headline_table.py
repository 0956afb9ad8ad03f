"""What every report leads with, as one table: the script file of the filterable table, and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pilotbook.panel.catalogue import Catalogue
from pilotbook.site.collection import Collection, Version
from pilotbook.site.effect_text import in_language
from pilotbook.site.estimate_files import EVERYWHERE, write_csv
from pilotbook.site.language import LANGUAGES
from pilotbook.site.script_data import call

SCRIPT, CSV = "data/headlines.js", "data/headlines.csv"
COLUMNS = (
    "plan",
    "reform",
    "region",
    "period",
    "version",
    "standing",
    "simulated",
    "outcome",
    "estimate",
    "ci_low",
    "ci_high",
    "p",
    "unit",
    "verdict",
    "grade",
    "role",
    "id",
)
CSV_COLUMNS = (*COLUMNS[:8], "title", "title_zh", *COLUMNS[8:])


def files(collection: Collection, catalogue: Catalogue) -> Iterator[tuple[str, bytes]]:
    """Give both files: one row for each outcome of each version, the newest release first."""
    rows = [row for version in collection.newest_first for row in _rows(version)]
    names = _names(collection, catalogue)
    yield SCRIPT, call("headlines", COLUMNS, [[row[name] for name in COLUMNS] for row in rows], names)
    yield CSV, write_csv(CSV_COLUMNS, rows)


def _rows(version: Version) -> Iterator[dict[str, Any]]:
    record = version.record
    for one in record.headline:
        yield {
            "plan": record.plan,
            "reform": record.reform,
            "region": EVERYWHERE,
            "period": record.period,
            "version": record.version,
            "standing": version.standing.value,
            "simulated": record.simulated,
            "outcome": one.outcome,
            "title": one.title.en,
            "title_zh": one.title.zh,
            "estimate": one.estimate,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "p": one.p,
            "unit": one.unit.en,
            "verdict": one.verdict,
            "grade": one.grade,
            "role": "headline",
            "id": one.row,
        }


def _names(collection: Collection, catalogue: Catalogue) -> dict[str, Any]:
    """Return what ids are called, in both languages, and the regions that estimates are given for."""
    outcomes, plans, units, reforms = {}, {}, {}, {}
    for evaluation in collection.evaluations:
        plans[evaluation.plan] = _both(evaluation.latest.record.title)
        reform = catalogue.reforms.get(evaluation.latest.record.reform)
        if reform is not None:
            reforms[reform.id] = {language: reform.label(language) for language in LANGUAGES}
        for one in evaluation.outcomes:
            outcomes[one.outcome] = _both(one.title)
            units[one.unit.en] = _both(one.unit)
    regions = sorted({region for version in collection.versions for region in version.extract.regions})
    return {"outcome": outcomes, "plan": plans, "unit": units, "reform": reforms, "regions": regions}


def _both(title: Any) -> dict[str, str]:
    return {language: in_language(title, language) for language in LANGUAGES}
