"""Atom feeds: every release and every withdrawal, the newest first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pilotbook.site.citation import permalink, title_of
from pilotbook.site.collection import Version
from pilotbook.site.effect_text import in_language, verdict_words
from pilotbook.site.language import TAGS, say
from pilotbook.site.settings import Settings

LONGEST = 50
BEGINNING = datetime.date(2000, 1, 1)
"""When a feed without entries was last changed: Atom wants a date, and today's would change the bytes."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a release."""

    date: datetime.date
    version: Version
    withdrawn: bool = False

    @property
    def order(self) -> tuple[datetime.date, bool, str, int]:
        """Return what events are sorted by."""
        return self.date, self.withdrawn, self.version.name, self.version.record.version


def events(versions: Sequence[Version]) -> list[Event]:
    """Return what happened, the last first."""
    found = [Event(version.record.released, version) for version in versions]
    for version in versions:
        if version.evidence.tombstone is not None:
            found.append(Event(datetime.date.fromisoformat(version.evidence.tombstone.date), version, True))
    return sorted(found, key=lambda event: event.order, reverse=True)


def atom(versions: Sequence[Version], language: str, settings: Settings, path: str, page: str, title: str) -> bytes:
    """Return a feed; the site must have an address, which names its entries.

    Parameters
    ----------
    versions
        The releases that it tells of.
    path, page
        Where it stands, and the page that it belongs to, from the root of the site.
    title
        Its title.
    """
    told = events(versions)[:LONGEST]
    updated = told[0].date if told else BEGINNING
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(TAGS[language])}>',
        f"<title>{escape(title)}</title>",
        f"<id>{escape(f'{settings.address}{path}')}</id>",
        f'<link rel="self" href={quoteattr(f"{settings.address}{path}")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{settings.address}{page}")}/>',
        f"<updated>{_moment(updated)}</updated>",
        f"<author><name>{escape(settings.title)}</name></author>",
        *(line for event in told for line in _entry(event, language, settings)),
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _entry(event: Event, language: str, settings: Settings) -> Iterator[str]:
    version, record = event.version, event.version.record
    link = permalink(version, language, settings)
    title = say(
        language,
        "{title}, {period}, version {version}",
        title=title_of(version, language),
        period=record.period,
        version=record.version,
    )
    yield "<entry>"
    yield f"<title>{escape(say(language, 'Withdrawn: {title}', title=title) if event.withdrawn else title)}</title>"
    yield f"<id>{escape(link)}{'#withdrawn' if event.withdrawn else ''}</id>"
    yield f'<link rel="alternate" type="text/html" href={quoteattr(link)}/>'
    yield f"<published>{_moment(event.date)}</published><updated>{_moment(event.date)}</updated>"
    yield f"<author><name>{escape(record.author)}</name></author>"
    yield f'<summary type="text">{escape(summary(event, language))}</summary>'
    yield "</entry>"


def summary(event: Event, language: str) -> str:
    """Say in a line what happened: the reason, what a version corrects, or what it found."""
    record, tombstone = event.version.record, event.version.evidence.tombstone
    if event.withdrawn and tombstone is not None:
        return tombstone.reason
    between = say(language, "{one}; {another}", one="", another="")
    parts = [
        say(
            language,
            "{outcome}: {verdict}",
            outcome=in_language(one.title, language),
            verdict=verdict_words(language, one.verdict),
        )
        for one in record.headline
    ]
    told = between.join(parts)
    return f"{record.note} — {told}" if record.note else told


def _moment(date: datetime.date) -> str:
    return f"{date.isoformat()}T00:00:00Z"
