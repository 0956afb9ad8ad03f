"""Markup of a page that some reader could not use, or that would ask somebody else's machine for something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
FETCHED_LINKS = frozenset({"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest"})
LINKED = {"a": "href", "link": "href", "form": "action", **FETCHED}
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
NAMED_BY_LABEL = frozenset({"input", "select", "textarea"})
NAMED_BY_TEXT = frozenset({"a", "button", "h1", "h2", "h3", "h4", "h5", "h6"})
UNNAMED_INPUTS = frozenset({"hidden", "submit", "reset", "button"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
POLICY = "content-security-policy"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: the element it stands in, and where it leads."""

    element: str
    address: str


@dataclass
class Markup:
    """What was read of a page."""

    language: str = ""
    title: str = ""
    policy: bool = False
    ids: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    controls: list[tuple[str, str, bool]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_markup(page: str) -> Markup:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def markup_findings(markup: Markup) -> Iterator[str]:
    """Give everything that is wrong with a page, as sentences."""
    if not markup.language:
        yield "the page does not say its language"
    if not markup.title.strip():
        yield "the page has no title"
    if not markup.policy:
        yield "the page has no Content-Security-Policy"
    yield from _headings(markup.headings)
    known = set(markup.ids)
    yield from (f"two elements have the id '{name}'" for name, times in Counter(markup.ids).items() if times > 1)
    yield from (f"an attribute names '{name}', which is not there" for name in markup.references if name not in known)
    for element, identifier, has_name in markup.controls:
        if not has_name and identifier not in markup.named:
            yield f"a control <{element}> has no label"
    yield from markup.faults


def _headings(levels: list[int]) -> Iterator[str]:
    if levels.count(1) == 0:
        yield "the page has no heading of level 1"
    for before, level in pairwise(levels):
        if level > before + 1:
            yield f"a heading of level {level} follows one of level {before}"


class _Reader(HTMLParser):
    """Collects what the checks look at."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self._open: list[tuple[str, list[str], bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        found = self.found
        if "id" in values:
            found.ids.append(values["id"])
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            found.references += values.get(name, "").split()
        self._page(tag, values)
        self._link(tag, values)
        self._accessible(tag, values)
        found.faults += [f"<{tag}> has a script in its attribute {name}" for name in values if name.startswith("on")]
        if tag not in VOID:
            needs_no_text = values.get("aria-hidden") == "true" or "aria-label" in values or "aria-labelledby" in values
            self._open.append((tag, [], needs_no_text))

    def _page(self, tag: str, values: dict[str, str]) -> None:
        if tag == "html":
            self.found.language = values.get("lang", "")
        if tag == "meta" and values.get("http-equiv", "").lower() == POLICY:
            self.found.policy = True
        if re.fullmatch("h[1-6]", tag):
            self.found.headings.append(int(tag[1]))

    def _link(self, tag: str, values: dict[str, str]) -> None:
        address = values.get(LINKED.get(tag, ""), "")
        if not address:
            return
        self.found.links.append(Link(tag, address))
        fetched = tag in FETCHED or (tag == "link" and FETCHED_LINKS & set(values.get("rel", "").split()))
        if fetched and ELSEWHERE.match(address) and not address.startswith("data:"):
            self.found.faults.append(f"it would load '{address[:80]}' from elsewhere")
        if address.lower().lstrip().startswith(("javascript:", "vbscript:")):
            self.found.faults.append(f"a link runs a script: '{address[:80]}'")

    def _accessible(self, tag: str, values: dict[str, str]) -> None:
        if tag == "img" and "alt" not in values:
            self.found.faults.append(f"a picture has no alternative text ({values.get('src', '')[:60]})")
        if tag == "label" and "for" in values:
            self.found.named.add(values["for"])
        if tag in NAMED_BY_LABEL and values.get("type") not in UNNAMED_INPUTS:
            inside = any(name == "label" for name, _, _ in self._open)
            has_name = inside or "aria-label" in values or "aria-labelledby" in values
            self.found.controls.append((tag, values.get("id", ""), has_name))
        if values.get("tabindex", "0").lstrip("-").isdigit() and int(values.get("tabindex", "0")) > 0:
            self.found.faults.append(f"<{tag}> changes the order of the keyboard (tabindex {values['tabindex']})")

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _, _ in self._open}:
            return
        while self._open:
            name, text, needs_no_text = self._open.pop()
            if name in NAMED_BY_TEXT and not needs_no_text and not "".join(text).strip():
                self.found.faults.append(f"a <{name}> has no text")
            if self._open:
                self._open[-1][1].extend(text)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)
            if self._open[-1][0] == "title" and not self.found.title:
                self.found.title = data
