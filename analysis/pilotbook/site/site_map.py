"""The site map, and the note for robots that names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from pilotbook.site.collection import Collection
from pilotbook.site.drawing import quote_path
from pilotbook.site.language import TAGS
from pilotbook.site.page import Page
from pilotbook.site.settings import Settings

POINTER = "pointer.html"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


def site_map(pages: Sequence[Page], collection: Collection, settings: Settings) -> bytes:
    """Return the site map of a site with an address: every page that has a place of its own, with its twin."""
    released = {version.name: version.record.released.isoformat() for version in collection.versions}
    return (HEAD + "".join(_entries(pages, released, settings)) + "</urlset>\n").encode()


def _entries(pages: Sequence[Page], released: dict[str, str], settings: Settings) -> Iterator[str]:
    for page in pages:
        if page.template == POINTER:
            continue
        date = released.get("/".join(page.path.split("/")[:3]))
        yield f"<url><loc>{_address(settings, page.path)}</loc>"
        yield f"<lastmod>{date}</lastmod>" if date else ""
        for language, path in page.twins.items():
            link = quoteattr(f"{settings.address}{quote_path(path)}")
            yield f'<xhtml:link rel="alternate" hreflang="{TAGS[language]}" href={link}/>'
        yield "</url>\n"


def _address(settings: Settings, path: str) -> str:
    return escape(f"{settings.address}{quote_path(path)}")


def robots(settings: Settings) -> bytes:
    """Return ``robots.txt``."""
    place = f"Sitemap: {settings.address}sitemap.xml\n" if settings.address else ""
    return f"User-agent: *\nAllow: /\n{place}".encode()
