"""Proofs on a finished HTML page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

PARAMETER = "pilotbook:"
LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
}
NOT_TEXT = {"script", "style", "annotation", "code", "pre"}
CSS_REQUEST = re.compile(r"url\(\s*['\"]?(?!data:|#)[^)]+|@import", re.IGNORECASE)
SCRIPT_REQUEST = re.compile(r"\bfetch\(|XMLHttpRequest|\bimport\(|https?://")
LEFTOVER = re.compile(r"\?@[\w-]+|\{\{<|\{#(?:fig|tbl|eq|sec)-|^:{3,}|\{python\}", re.MULTILINE)


def html_findings(page: str, language: str, parameters: dict[str, str]) -> list[str]:
    """Everything that is wrong with a page, as sentences; nothing if it is fine."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [
        *_parameters(reader.parameters, parameters),
        *([] if reader.language == language else [f"its language is '{reader.language}', not '{language}'"]),
        *([] if reader.title.strip() else ["it has no title"]),
        *[f"it would load '{address[:80]}'" for address in reader.requests],
        *[f"a picture has no alternative text ({source[:60]})" for source in reader.without_alternative],
        *[f"the text holds '{match[0]}'" for match in LEFTOVER.finditer("\n".join(reader.text))],
        *_headings(reader.headings),
        *[
            f"two elements have the id '{name}'"
            for name in sorted({name for name in reader.ids if reader.ids.count(name) > 1})
        ],
        *[f"the link '#{name}' leads nowhere" for name in sorted(reader.links - set(reader.ids) - {""})],
    ]


@dataclass
class _Reader(HTMLParser):
    """Collects what the proofs look at."""

    language: str | None = None
    title: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    without_alternative: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in NOT_TEXT or tag == "title":
            self._open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.language = values.get("lang")
        if tag == "meta" and values.get("name", "").startswith(PARAMETER):
            self.parameters[values["name"].removeprefix(PARAMETER)] = values.get("content", "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a" and values.get("href", "").startswith("#"):
            self.links.add(values["href"][1:])
        if tag == "img" and not values.get("alt", "").strip():
            self.without_alternative.append(values.get("src", ""))
        self._look_for_requests(tag, values)

    def _look_for_requests(self, tag: str, values: dict[str, str]) -> None:
        address = values.get(LOADING.get(tag, ""), "")
        if address and not address.startswith(("data:", "#")):
            self.requests.append(address)
        if "srcset" in values:
            self.requests.append(values["srcset"])
        self.requests += CSS_REQUEST.findall(values.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "title":
            self.title += data
        elif inside == "style":
            self.requests += CSS_REQUEST.findall(data)
        elif inside == "script":
            self.requests += SCRIPT_REQUEST.findall(data)
        elif inside not in NOT_TEXT:
            self.text.append(data)


def _parameters(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    return [
        f"it says {name}={found.get(name)!r}, the report was made with {value!r}"
        for name, value in expected.items()
        if found.get(name) != value
    ]


def _headings(levels: list[int]) -> list[str]:
    findings, before = [], 1
    for level in levels:
        if level > before + 1:
            findings.append(f"a heading of level {level} follows one of level {before}")
        before = level
    return findings
