"""A page of the site: where it stands, what it shows, and how it links to others."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilotbook.site.language import LANGUAGES


@dataclass(frozen=True)
class Page:
    """A page in one language.

    Attributes
    ----------
    path
        From the root of the site.
    language
        ``en`` or ``zh``.
    template
        Name of its template.
    title, description
        For the browser, search engines and links in messengers.
    key
        Hash of all it shows; a page whose key and template are the same is not drawn again.
    twins
        Language to the path of the same page in it.
    values
        Gives what the template shows; called only when the page is drawn.
    searchable
        Whether its text is found by the search.
    head
        Further values of the page's head: ``data`` for schema.org, ``tags`` for citation managers, ``card``.
    """

    path: str
    language: str
    template: str
    title: str
    description: str
    key: str
    twins: Mapping[str, str]
    values: Callable[[], Mapping[str, Any]]
    searchable: bool = False
    head: Mapping[str, Any] = field(default_factory=dict)

    @property
    def section(self) -> str:
        """Return the entry of the navigation that it belongs to."""
        return _without_language(self.path).split("/")[0]

    def to(self, path: str) -> str:
        """Return the address of a path from this page; it names the file, since a folder on disk has no index."""
        return relative(self.path, path)

    def own(self, path: str) -> str:
        """Return the address of a page of the site in this page's language."""
        return self.to(localised(path, self.language))


def relative(start: str, path: str) -> str:
    """Return the address of a path as seen from a page; both stand from the root of the site."""
    return posixpath.relpath(path, posixpath.dirname(start) or ".")


def localised(path: str, language: str) -> str:
    """Return where a page stands in a language: English at the root, the others in a folder of their own."""
    return path if language == LANGUAGES[0] else f"{language}/{path}"


def twins(path: str) -> dict[str, str]:
    """Return where a page stands in every language."""
    return {language: localised(path, language) for language in LANGUAGES}


def _without_language(path: str) -> str:
    first, _, rest = path.partition("/")
    return rest if first in LANGUAGES[1:] else path
