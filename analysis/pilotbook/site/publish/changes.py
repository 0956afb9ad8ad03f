"""What a publication would change, and why it may not be made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotbook.site.checks.links import Links
from pilotbook.site.checks.markup import Markup, markup_findings, read_markup
from pilotbook.site.checks.releases import release_findings
from pilotbook.site.collection import Collection
from pilotbook.site.publish.requirements import Requirements
from pilotbook.site.settings import Settings

PERMANENT = re.compile(
    r"^(?P<version>[^/]+/[^/]+/v[1-9]\d*)/(?!.*(?:index\.html|cite\.bib|text\.js|estimates\.(?:js|csv))$)"
)
"""Files of a release itself; what the site adds to its folder may change with the site."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths that a publication adds, changes and takes away."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.added or self.changed or self.removed)


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> Changes:
    """Compare two lists of files, path to hash."""
    return Changes(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(path for path in new.keys() & old.keys() if new[path] != old[path])),
        tuple(sorted(old.keys() - new.keys())),
    )


def lost_versions(found: Changes) -> Iterator[str]:
    """Give every published version that a publication would take away or change."""
    for paths, what in (
        (found.removed, "is published, and is not in this site"),
        (found.changed, "is published with other bytes"),
    ):
        versions = {match["version"]: path for path in reversed(paths) if (match := PERMANENT.match(path))}
        for version, path in sorted(versions.items()):
            remedy = "a published version never changes: bring its release back from version control"
            yield f"{version}: {what} ({path}); {remedy}"


def site_findings(
    site: Path, collection: Collection, found: Changes, settings: Settings, requirements: Requirements, paths: set[str]
) -> Iterator[str]:
    """Give every fault of the pages and releases that a publication would bring; those that stay were checked before.

    If anything is taken away, the links of all pages are looked at again.
    """
    new = {*found.added, *found.changed}
    looked_at = sorted(path for path in (paths if found.removed else new) if path.endswith(".html"))

    def read(path: str) -> Markup:
        return read_markup((site / path).read_text(encoding="utf-8"))

    links = Links(paths, settings.address, read)
    for path in looked_at:
        markup = read(path)
        yield from (f"{path}: {finding}" for finding in markup_findings(markup))
        yield from (f"{path}: {finding}" for finding in links.findings(path, markup))
    for version in collection.versions:
        if any(path.startswith(f"{version.name}/") and PERMANENT.match(path) for path in found.added):
            yield from release_findings(version, requirements)
