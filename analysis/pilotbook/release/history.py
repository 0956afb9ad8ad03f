"""The revision history of headline effects over all releases of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pilotbook.release.layout import Release
from pilotbook.release.record import Headline


@dataclass(frozen=True, slots=True)
class Entry:
    """A headline effect in one release.

    Attributes
    ----------
    release, headline
        Which.
    covers_later
        Whether its interval covers the estimate of each later release, by the later one's name; None where it has no
        interval or the later one no estimate.
    """

    release: Release
    headline: Headline
    covers_later: dict[str, bool | None]


@dataclass(frozen=True, slots=True)
class History:
    """The releases of one outcome's effect, oldest first."""

    outcome: str
    entries: tuple[Entry, ...]

    @property
    def covered(self) -> tuple[int, int]:
        """Return how many later estimates earlier intervals covered, and of how many."""
        told = [covers for entry in self.entries for covers in entry.covers_later.values() if covers is not None]
        return sum(told), len(told)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for ``--json``."""
        return {
            "outcome": self.outcome,
            "covered": self.covered[0],
            "of": self.covered[1],
            "releases": [
                {
                    "release": entry.release.name,
                    "released": entry.release.record.released.isoformat(),
                    **entry.headline.model_dump(mode="json", exclude={"outcome", "title", "unit", "family"}),
                    "covers_later": entry.covers_later,
                }
                for entry in self.entries
            ],
        }


def histories(found: Iterable[Release]) -> list[History]:
    """Return the history of every headline effect of one plan's releases.

    Parameters
    ----------
    found
        Releases of one plan, in any order; withdrawn ones belong to the history.
    """
    releases = sorted(found, key=lambda r: (r.record.released, r.record.period, r.record.version))
    outcomes = dict.fromkeys(h.outcome for release in releases for h in release.record.headline)
    return [History(outcome, tuple(_entries(outcome, releases))) for outcome in outcomes]


def _entries(outcome: str, releases: list[Release]) -> list[Entry]:
    told = [(r, h) for r in releases for h in r.record.headline if h.outcome == outcome]
    return [
        Entry(
            release, headline, {later.name: covers(headline, after.estimate) for later, after in told[position + 1 :]}
        )
        for position, (release, headline) in enumerate(told)
    ]


def covers(headline: Headline, estimate: float | None) -> bool | None:
    """Tell whether the interval of a headline covers an estimate; None if there is no interval or no estimate."""
    if headline.ci_low is None or headline.ci_high is None or estimate is None:
        return None
    return headline.ci_low <= estimate <= headline.ci_high
