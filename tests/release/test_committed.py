"""Every release in the repository: its seals hold, and a rerun of its estimates gives every number again."""

from __future__ import annotations

import pytest

from pilotbook.project import DATA, ROOT
from pilotbook.release.data import find_data
from pilotbook.release.disclosure.scan import disclosures
from pilotbook.release.inspection import inspect
from pilotbook.release.layout import Release, releases, root_of

RELEASES = releases(ROOT / "reports" / "releases")
KEPT = [pytest.param(release, id=release.name) for release in RELEASES]

LARGEST = 16_000_000
"""Bytes of one release, so that the repository stays small enough to clone: nine outcomes through two designs in one
language take 14 MB, of it 5 MB the ledger, which packs to a tenth."""


def test_the_repository_has_releases():
    if not RELEASES:
        pytest.skip("no release is committed yet")


@pytest.mark.parametrize("release", KEPT)
def test_its_seals_hold_and_its_pages_are_the_ledgers(release: Release):
    assert [finding.sentence for finding in inspect(release, RELEASES)] == []


@pytest.mark.parametrize("release", KEPT)
def test_its_data_are_here(release: Release):
    home = (root_of(release) / release.record.plan_path).resolve().parent
    assert find_data(release.record, home, DATA).changed is None


@pytest.mark.parametrize("release", KEPT)
def test_it_gives_nothing_away_and_is_small(release: Release):
    files = [path for path in release.folder.rglob("*") if path.is_file()]
    assert disclosures(files, release.folder) == []
    assert sum(path.stat().st_size for path in files) < LARGEST


@pytest.mark.parametrize("release", KEPT)
def test_it_was_verified(release: Release):
    assert release.certificate is not None
    assert release.certificate.verdict in {"identical", "within_tolerance"}
