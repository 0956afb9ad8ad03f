"""Links that lead nowhere: to a file that the site does not have, or to a place that is not on the page."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator
from urllib.parse import unquote, urlsplit

from pilotbook.site.checks.markup import ELSEWHERE, Link, Markup

INDEX = "index.html"


class Links:
    """Follows links within one site.

    Parameters
    ----------
    paths
        All files of the site.
    address
        Where the site stands, if anywhere; links to it are followed as well.
    read
        Gives the markup of a page of the site.
    """

    def __init__(self, paths: Collection[str], address: str | None, read: Callable[[str], Markup]) -> None:
        self._paths = frozenset(paths)
        self._address = address
        self._read = read
        self._ids: dict[str, frozenset[str]] = {}

    def findings(self, page: str, markup: Markup) -> Iterator[str]:
        """Give every link of a page that leads nowhere."""
        self._ids[page] = frozenset(markup.ids)
        for link in dict.fromkeys(markup.links):
            reason = self._broken(page, link)
            if reason:
                yield f"the link '{link.address}' {reason}"

    def _broken(self, page: str, link: Link) -> str | None:
        if self._address and link.address.startswith(self._address):
            path = unquote(urlsplit(link.address.removeprefix(self._address)).path)
            path = path if path and not path.endswith("/") else f"{path}{INDEX}"
            return None if path in self._paths else "leads to a page that is not there"
        if ELSEWHERE.match(link.address):
            return None
        parts = urlsplit(link.address)
        target = (
            posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path))) if parts.path else page
        )
        if target not in self._paths:
            return "leads to a file that is not there"
        fragment = unquote(parts.fragment)
        if fragment and target.endswith(".html") and fragment not in self._ids_of(target):
            return f"leads to a place that is not on {target}"
        return None

    def _ids_of(self, path: str) -> frozenset[str]:
        if path not in self._ids:
            self._ids[path] = frozenset(self._read(path).ids)
        return self._ids[path]
