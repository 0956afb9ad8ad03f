"""What a report rests on, as far as the next report says what of it is another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilotbook import fingerprint
from pilotbook.errors import WorkError
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ingredients import CODE, LIBRARIES
from pilotbook.project import rerun_release
from pilotbook.release.layout import Release
from pilotbook.release.record import read_record
from pilotbook.report.manifest import read_manifest
from pilotbook.report.stages import ESTIMATES


@dataclass(frozen=True, slots=True)
class Basis:
    """What the estimates of a report rest on.

    Attributes
    ----------
    data, vintage
        SHA-256 of the data, and how they are called.
    period
        Up to when they are read.
    plan, code, libraries
        Hashes of the plan's content, of the program of the models, and of the versions of its libraries.
    """

    data: str
    vintage: str
    period: str
    plan: str
    code: str
    libraries: str


def basis_of(evaluation: Evaluation) -> Basis:
    """Return what a report that is being made rests on.

    The report of a release that is rerun says what the release said: it asks what was another then, not what has been
    changed since, which `pilotbook verify` tells.
    """
    ledger, again = evaluation.ledger, rerun_release()
    if again is not None:
        return recorded_basis(Release(again, read_record(again)))
    code = fingerprint.of_json(fingerprint.code(*CODE))
    libraries = fingerprint.of_json(fingerprint.libraries(*LIBRARIES))
    return _basis(ledger.data, ledger.period, ledger.registration["sha256"], code, libraries)


def recorded_basis(release: Release) -> Basis:
    """Return what a release recorded of what it rests on."""
    record, inputs = release.record, inputs_of(release)
    plan = release.ledger().registration["sha256"]
    return _basis(record.data.model_dump(), record.period, plan, inputs["code"], inputs["libraries"])


def _basis(data: Mapping[str, Any], period: str, plan: str, code: str, libraries: str) -> Basis:
    return Basis(data["sha256"], data["vintage"] or data["sha256"][:8], period, plan, code, libraries)


def inputs_of(release: Release) -> Mapping[str, str]:
    """Return the hashes of what a release's estimates rest on, by name, from its manifest.

    Raises
    ------
    WorkError
        If it cannot be read.
    """
    manifest = read_manifest(release.folder)
    if manifest is None or ESTIMATES not in manifest.stages:
        raise WorkError(f"{release.name}: its manifest.json cannot be read; run `pilotbook verify {release.name}`")
    return manifest.stages[ESTIMATES]
