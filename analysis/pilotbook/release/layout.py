"""Where releases are kept, and reading them.

::

    reports/releases/<plan>/<period>/v<n>/          the release; never written again
        release.json  SHA256SUMS  ro-crate-metadata.json
        plan.yml  registration.yml                  what was asked, exactly
        estimates.json  manifest.json               what was found
        <lang>/report.{html,pdf,ipynb}              what was shown
    reports/releases/<plan>/<period>/v<n>.about/    what is said of it later
        reviews/<hash>.yml  certificate.json  withdrawn.yml
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.errors import UnknownNameError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.release.about import (
    Certificate,
    Review,
    Withdrawal,
    about_folder,
    read_certificate,
    read_reviews,
    read_withdrawal,
)
from pilotbook.release.record import NAME, Record, read_record

PLAN, REGISTRATION = "plan.yml", "registration.yml"
LEDGER, MANIFEST = "estimates.json", "manifest.json"
SUMS, CRATE = "SHA256SUMS", "ro-crate-metadata.json"

VERSION = re.compile(r"v([1-9]\d*)")


@dataclass(frozen=True)
class Release:
    """A release on disk.

    Attributes
    ----------
    folder
        ``…/<plan>/<period>/v<n>``.
    record
        What it says of itself.
    """

    folder: Path
    record: Record

    @property
    def name(self) -> str:
        """Return ``<plan>/<period>/v<n>``."""
        return f"{self.record.plan}/{self.record.period}/v{self.record.version}"

    @cached_property
    def sha256(self) -> str:
        """Hash of its ``release.json``, which holds the hashes of all its files."""
        return fingerprint.sha256((self.folder / NAME).read_bytes())

    @property
    def about(self) -> Path:
        """Folder of what is said of it."""
        return about_folder(self.folder)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the last rerun of exactly these bytes; None if there is none."""
        found = read_certificate(self.about)
        return found if found is not None and found.sha256 == self.sha256 else None

    @property
    def reviews(self) -> tuple[Review, ...]:
        """What reviewers said of it, oldest first."""
        return read_reviews(self.about)

    @property
    def withdrawal(self) -> Withdrawal | None:
        """The tombstone, None if it stands."""
        return read_withdrawal(self.about)

    def page(self, language: str, form: str) -> Path:
        """Return the path of a page; ``form`` is ``html``, ``pdf`` or ``ipynb``."""
        return self.folder / language / f"report.{form}"

    def ledger(self) -> Ledger:
        """Read its estimates."""
        return Ledger.loads((self.folder / LEDGER).read_text(encoding="utf-8"))


def releases(root: Path, plan: str | None = None) -> list[Release]:
    """Read the releases below a folder, by plan, period and version.

    Parameters
    ----------
    root
        Such as ``reports/releases``; it need not exist.
    plan
        Only those of this plan.

    Raises
    ------
    WorkError
        If the record of one cannot be read.
    """
    folders = (path.parent for path in root.glob(f"{plan or '*'}/*/v*/{NAME}"))
    found = [Release(folder, read_record(folder)) for folder in folders if VERSION.fullmatch(folder.name)]
    return sorted(found, key=_order)


def _order(release: Release) -> tuple[str, str, int]:
    return release.record.plan, release.record.period, release.record.version


def newest_versions(found: Iterable[Release]) -> list[Release]:
    """Return of each plan and period the newest version, in the same order."""
    newest = {(release.record.plan, release.record.period): release for release in sorted(found, key=_order)}
    return list(newest.values())


def find_release(name: str, root: Path) -> Release:
    """Find a release by its folder's path or by ``<plan>[/<period>[/v<n>]]``; the newest where parts are left out.

    Raises
    ------
    UnknownNameError
        If there is none; the nearest name is given.
    WorkError
        If its record cannot be read.
    """
    path = Path(name)
    if (path / NAME).is_file():
        return Release(path.resolve(), read_record(path))
    known = releases(root)
    wanted = name.strip("/")
    matching = [release for release in known if f"{release.name}/".startswith(f"{wanted}/")]
    if not matching:
        raise UnknownNameError("release", name, [release.name for release in known])
    return newest_versions(matching)[-1]


def root_of(release: Release) -> Path:
    """Return the folder of releases that a release lies in."""
    return release.folder.parents[2]


def predecessor(found: Iterable[Release], plan: str, period: str) -> Release | None:
    """Return the release that the next one of a plan and period follows and is compared with.

    It is the last version of the same period, else the newest version of the latest period before it.
    """
    earlier = [r for r in newest_versions(found) if r.record.plan == plan and r.record.period <= period]
    return earlier[-1] if earlier else None


def chain(release: Release, found: Iterable[Release]) -> list[Release]:
    """Return the releases that a release follows, newest first, as far as each is the one that was recorded."""
    by_place = {(r.record.plan, r.record.period, r.record.version): r for r in found}
    links = []
    link = release.record.previous
    while link is not None:
        earlier = by_place.get((release.record.plan, link.period, link.version))
        if earlier is None or earlier.sha256 != link.sha256:
            break
        links.append(earlier)
        link = earlier.record.previous
    return links
