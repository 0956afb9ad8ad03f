"""What is known of a release besides itself: the certificate of a rerun, reviews, a withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pilotbook.release.layout import Release
from pilotbook.release.review import standing
from pilotbook.release.states import State


@dataclass(frozen=True, slots=True)
class Rerun:
    """A certificate in short: when, with which result, over how many numbers."""

    date: str
    verdict: str
    numbers: int
    largest_relative: float | None
    at_commit: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """A review in short."""

    reviewer: str
    role: str
    date: str
    approves: bool


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Why and when a release was withdrawn."""

    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What others found of a release; nothing here is claimed by the release itself.

    ``state`` is that of `pilotbook.release.states`, computed from what was signed.
    """

    state: str = State.RELEASED.value
    rerun: Rerun | None = None
    opinions: tuple[Opinion, ...] = ()
    tombstone: Tombstone | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Evidence:
        """Read what `as_json` wrote."""
        return cls(
            kept["state"],
            Rerun(**kept["rerun"]) if kept["rerun"] else None,
            tuple(Opinion(**opinion) for opinion in kept["opinions"]),
            Tombstone(**kept["tombstone"]) if kept["tombstone"] else None,
        )

    def as_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)


def read_evidence(release: Release, earlier: Sequence[Release] = ()) -> Evidence:
    """Read what stands beside a release.

    Parameters
    ----------
    release
        The release.
    earlier
        Versions of the same report before it: what was signed of an exhibit holds while the exhibit is the same.

    Raises
    ------
    WorkError
        If a file of it cannot be read, or a review was changed after it was signed.
    """
    if not any(one.about.is_dir() for one in (release, *earlier)):
        return Evidence()
    certificate, withdrawal = release.certificate, release.withdrawal
    rerun = (
        None
        if certificate is None
        else Rerun(
            certificate.date.isoformat(),
            certificate.verdict,
            certificate.numbers,
            certificate.largest_relative,
            certificate.at_commit,
        )
    )
    opinions = tuple(
        Opinion(review.reviewer, review.role, review.signed.date().isoformat(), _approves(review.verdicts))
        for review in release.reviews
    )
    tombstone = None if withdrawal is None else Tombstone(withdrawal.date.isoformat(), withdrawal.reason)
    state = standing(release, [*earlier, release]).state.value
    return Evidence(state, rerun, opinions, tombstone)


def _approves(verdicts: Mapping[str, str]) -> bool:
    return bool(verdicts) and all(verdict == "approved" for verdict in verdicts.values())
