"""How a release is cited: BibTeX, schema.org, and the tags that citation managers read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pilotbook.site.collection import Version
from pilotbook.site.effect_text import in_language
from pilotbook.site.language import TAGS, say
from pilotbook.site.settings import Settings

SPECIAL = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def title_of(version: Version, language: str) -> str:
    """Return the title of a release in a language, the English one where there is none."""
    return in_language(version.record.title, language)


def permalink(version: Version, language: str, settings: Settings) -> str:
    """Return the address of a release that never changes; from the root of the site, if that stands nowhere yet."""
    return f"{settings.address or ''}{version.name}/{language}/"


def sentence(version: Version, language: str, settings: Settings) -> str:
    """Return the citation as a sentence."""
    record = version.record
    return say(
        language,
        "{author} ({year}). {title}. Report on {period}, version {version}. {address}",
        author=record.author,
        year=record.released.year,
        title=title_of(version, language),
        period=record.period,
        version=record.version,
        address=permalink(version, language, settings),
    )


def bibtex(version: Version, language: str, settings: Settings) -> str:
    """Return the entry for BibTeX."""
    record = version.record
    facts = {
        "author": f"{{{_escaped(record.author)}}}",
        "title": f"{{{_escaped(title_of(version, language))}}}",
        "type": _escaped(say(language, "Evaluation report")),
        "number": _escaped(f"{record.plan}, {record.period}, v{record.version}"),
        "institution": _escaped(settings.title),
        "year": str(record.released.year),
        "month": MONTHS[record.released.month - 1],
        "note": _escaped(_note(version, language)),
        "url": permalink(version, language, settings) if settings.address else "",
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in facts.items() if value]
    key = re.sub(r"[^A-Za-z0-9-]+", "-", version.name)
    return "\n".join([f"@techreport{{{key}-{language},", *lines, "}", ""])


def _note(version: Version, language: str) -> str:
    notes = [say(language, "simulated data")] if version.record.simulated else []
    if version.evidence.tombstone is not None:
        notes.append(say(language, "withdrawn"))
    return "; ".join(notes)


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(c, c) for c in text)


def schema_org(version: Version, language: str, settings: Settings) -> dict[str, Any]:
    """Return what search engines read."""
    record = version.record
    base = f"{settings.address}{version.name}/" if settings.address else "../"
    return {
        "@context": "https://schema.org",
        "@type": "Report",
        **({"@id": permalink(version, language, settings)} if settings.address else {}),
        "name": title_of(version, language),
        "reportNumber": version.name,
        "version": str(record.version),
        "author": {"@type": "Organization", "name": record.author},
        "publisher": {"@type": "Organization", "name": settings.title},
        "datePublished": record.released.isoformat(),
        "temporalCoverage": record.period,
        "inLanguage": TAGS[language],
        "creativeWorkStatus": version.standing.value if version.standing == "withdrawn" else version.status,
        "isBasedOn": {
            "@type": "Dataset",
            "name": record.data.name,
            "version": record.data.vintage or record.data.sha256[:16],
        },
        "encoding": [
            {"@type": "MediaObject", "encodingFormat": kind, "contentUrl": f"{base}{path}"}
            for path, kind in _encodings(version, language)
        ],
    }


def _encodings(version: Version, language: str) -> Iterator[tuple[str, str]]:
    kinds = {"html": "text/html", "pdf": "application/pdf", "ipynb": "application/x-ipynb+json"}
    for form in version.record.formats:
        yield f"{language}/report.{form}", kinds.get(form, "application/octet-stream")
    yield "estimates.json", "application/json"


def citation_tags(version: Version, language: str, settings: Settings) -> dict[str, str]:
    """Return the tags of Highwire Press, which reference managers read from a page's head."""
    record = version.record
    tags = {
        "citation_title": title_of(version, language),
        "citation_author": record.author,
        "citation_publication_date": record.released.isoformat().replace("-", "/"),
        "citation_technical_report_institution": settings.title,
        "citation_technical_report_number": f"{record.plan}/{record.period}/v{record.version}",
        "citation_language": TAGS[language],
    }
    if "pdf" in record.formats and settings.address:
        tags["citation_pdf_url"] = f"{settings.address}{version.name}/{language}/report.pdf"
    return tags
