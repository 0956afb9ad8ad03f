"""The front matter: which names it may have, and what the templates of both engines get from it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pilotbook.report.engine.fonts import undrawable
from pilotbook.report.engine.source import Source

LANGUAGES = ("en", "zh-CN", "zh")
TEMPLATE_NAMES = ("title", "subtitle", "author", "lang", "date", "abstract", "report")
# The others are Quarto's own; they say how the page is made elsewhere and change nothing here.
KNOWN = (
    *TEMPLATE_NAMES,
    "bibliography",
    "csl",
    "jupyter",
    "format",
    "execute",
    "toc",
    "number-sections",
    "crossref",
    "code-fold",
)


def check_front_matter(source: Source) -> None:
    """Check names, language and date.

    Raises
    ------
    RenderError
        If a name is unknown, or the title, language or date cannot be used.
    """
    front = source.front
    place = source.cells[0].place if source.cells else source.place
    for name in front:
        if name not in KNOWN:
            near = get_close_matches(str(name), KNOWN, n=1)
            advice = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(KNOWN)}"
            raise place.error(f"the front matter has an unknown entry '{name}'; {advice}")
    if not str(front.get("title", "")).strip():
        raise place.error("the front matter has no title; add 'title: …'")
    if source.language not in LANGUAGES:
        raise place.error(f"the language '{source.language}' is not supported; use {' or '.join(LANGUAGES)}")
    if publication_date(front) is None:
        raise place.error(f"the date '{front.get('date')}' is not a date; write 'date: 2026-10-01'")
    if missing := undrawable(json.dumps(_as_text(front), ensure_ascii=False)):
        raise place.error(f"the report's fonts cannot draw '{missing[0]}' in the front matter; write it in another way")
    if not isinstance(front.get("report", {}), Mapping):
        raise place.error("'report' in the front matter must be a group of values")


def publication_date(front: Mapping[str, Any]) -> datetime.date | None:
    """The report's date; a PDF/A must have one and "today" would change its bytes."""
    value = front.get("date")
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def publication_moment(front: Mapping[str, Any]) -> datetime.datetime:
    """Return noon, UTC, of the report's date: the one moment that may show in its bytes."""
    date = publication_date(front)
    assert date is not None, "the front matter has been checked"
    return datetime.datetime(date.year, date.month, date.day, 12, tzinfo=datetime.UTC)


def parameters(front: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that the finished pages must carry."""
    report = front.get("report") or {}
    return {str(name): str(value) for name, value in (report.get("parameters") or {}).items()}


def template_metadata(front: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata for the templates: only text, so that no value is read as a number or a date."""
    chosen = {name: front[name] for name in TEMPLATE_NAMES if front.get(name) not in (None, "")}
    metadata = {name: _as_text(value) for name, value in chosen.items()}
    metadata["toc"] = True
    return metadata


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _as_text(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return value if isinstance(value, bool) else str(value)
