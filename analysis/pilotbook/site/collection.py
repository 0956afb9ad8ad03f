"""All releases as evaluations with their histories, and how each version stands to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from pathlib import Path

from pilotbook.errors import WorkError
from pilotbook.release.layout import Release, releases
from pilotbook.release.record import Headline, Record
from pilotbook.site.evidence import Evidence
from pilotbook.site.extract import Extract, extract_all

RESERVED = frozenset({"assets", "data", "dictionary", "docs", "latest", "search", "zh"})
"""Folders at the root of the site; a plan of this name would have no place."""


class Standing(StrEnum):
    """How a version stands to the others of its period."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Version:
    """One release as the site shows it."""

    release: Release
    extract: Extract
    standing: Standing
    newest: int

    @property
    def record(self) -> Record:
        """What the release says of itself."""
        return self.release.record

    @property
    def name(self) -> str:
        """Its place on the site: ``<plan>/<period>/v<n>``."""
        return self.release.name

    @property
    def evidence(self) -> Evidence:
        """What is known of it besides itself."""
        return self.extract.evidence

    @property
    def status(self) -> str:
        """How far its review has come, as `pilotbook.release.states` calls it."""
        return self.evidence.state

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that its pages show of it alone."""
        return f"{self.extract.key} {self.standing} {self.newest}"

    def headline(self, outcome: str) -> Headline | None:
        """Return what leads for an outcome, None if it has no such outcome."""
        return next((one for one in self.record.headline if one.outcome == outcome), None)


@dataclass(frozen=True)
class Evaluation:
    """All versions of one plan, by period and version."""

    plan: str
    versions: tuple[Version, ...]

    @cached_property
    def latest(self) -> Version:
        """The newest version of the last period that has one in force; of the last period if none has."""
        standing = [version for version in self.versions if version.standing is Standing.CURRENT]
        return (standing or list(self.versions))[-1]

    @cached_property
    def last_of_period(self) -> dict[str, Version]:
        """Period to its newest version."""
        return {version.record.period: version for version in self.versions}

    @cached_property
    def outcomes(self) -> tuple[Headline, ...]:
        """Every outcome that any version led with, as the newest that has it calls it."""
        newest = {one.outcome: one for version in self.versions for one in version.record.headline}
        return tuple(newest.values())

    def beside(self, version: Version) -> tuple[Version, ...]:
        """Return the versions of the same period, the newest first."""
        return tuple(v for v in reversed(self.versions) if v.record.period == version.record.period)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that its pages show."""
        return " ".join(version.fingerprint for version in self.versions)


@dataclass(frozen=True)
class Collection:
    """Everything that was ever released."""

    evaluations: tuple[Evaluation, ...] = ()

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """All versions, by plan, period and number."""
        return tuple(version for evaluation in self.evaluations for version in evaluation.versions)

    @cached_property
    def newest_first(self) -> tuple[Version, ...]:
        """All versions, the last released first."""
        return tuple(sorted(self.versions, key=lambda v: (v.record.released, v.record.version, v.name), reverse=True))


def read_collection(root: Path, jobs: int = 1) -> Collection:
    """Read all releases below a folder.

    Raises
    ------
    WorkError
        If a release cannot be read, or its plan has a name that the site needs itself.
    """
    found = releases(root)
    for release in found:
        if release.record.plan in RESERVED:
            raise WorkError(
                f"{release.name}: the website has a folder '{release.record.plan}' of its own; rename the plan"
            )
    versions = _versions(found, list(extract_all(found, jobs)))
    by_plan = groupby(versions, key=lambda version: version.record.plan)
    return Collection(tuple(Evaluation(plan, tuple(group)) for plan, group in by_plan))


def _versions(found: Sequence[Release], extracts: Sequence[Extract]) -> list[Version]:
    newest = {(release.record.plan, release.record.period): release.record.version for release in found}
    return [
        Version(release, extract, _standing(release, extract, last), last)
        for release, extract in zip(found, extracts, strict=True)
        for last in (newest[release.record.plan, release.record.period],)
    ]


def _standing(release: Release, extract: Extract, newest: int) -> Standing:
    """Withdrawn counts most; a version that a withdrawn one had replaced does not come back by itself."""
    if extract.evidence.tombstone is not None:
        return Standing.WITHDRAWN
    return Standing.SUPERSEDED if release.record.version < newest else Standing.CURRENT
