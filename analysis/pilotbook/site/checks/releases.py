"""What must hold of a release before readers see it: its numbers, what it discloses, who signed it."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.errors import PilotbookError
from pilotbook.release.disclosure.scan import disclosures
from pilotbook.release.states import State
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html
from pilotbook.site.collection import Standing, Version
from pilotbook.site.publish.requirements import Requirements

SCANNED = frozenset({".html", ".pdf", ".ipynb", ".json", ".yml"})


def release_findings(version: Version, requirements: Requirements) -> Iterator[str]:
    """Give every reason not to publish a release, as sentences."""
    yield from _unsigned(version, requirements)
    yield from (f"{version.name}: the proof of its numbers failed: {reason}" for reason in _unproved(version))
    files = sorted(path for path in version.release.folder.rglob("*") if path.suffix in SCANNED)
    try:
        yield from (f"{version.name}: {finding}" for finding in disclosures(files, version.release.folder))
    except (OSError, ValueError, RuntimeError) as error:  # a damaged PDF is a RuntimeError of its reader
        yield f"{version.name}: cannot be read for what it discloses ({error})"


def _unproved(version: Version) -> Iterator[str]:
    try:
        ledger = version.release.ledger()
        for language in version.record.languages:
            page = version.release.page(language, "html")
            if page.is_file():
                prove_html(read_page(page), ledger, language)
    except (PilotbookError, ValueError, KeyError, OSError) as error:
        yield str(error)


def _unsigned(version: Version, requirements: Requirements) -> Iterator[str]:
    """A withdrawn or superseded version needs no signature: readers are sent on from it."""
    if version.standing is not Standing.CURRENT:
        return
    wanted, found = requirements.state_for(version.record.simulated), State(version.status)
    if not requirements.meets(found, wanted):
        kind = "simulated" if version.record.simulated else "real"
        yield (
            f"{version.name}: is '{found.value}'; reports on {kind} data must be '{wanted.value}' before they are "
            "published (reports/publishing.yml); have it reviewed with `pilotbook review`"
        )
