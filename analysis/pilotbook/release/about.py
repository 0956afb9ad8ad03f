"""What is said of a release after it was made: reviews, the certificate of a rerun, a withdrawal.

It stands beside the release, in ``v<n>.about/``, because the release itself never changes.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import AwareDatetime, Field, ValidationError

from pilotbook import fingerprint
from pilotbook.errors import WorkError
from pilotbook.release.record import Kind, Part, Sha256

REVIEWS, CERTIFICATE, WITHDRAWN = "reviews", "certificate.json", "withdrawn.yml"

Sameness = Literal["identical", "within_tolerance", "differs", "not_rerun"]


class Rerun(Part):
    """What a rerun found of one exhibit."""

    id: str
    kind: Kind
    verdict: Sameness
    gap: float | None = Field(default=None, description="Largest difference in standard errors; null if identical.")
    reason: str | None = Field(default=None, description="Where it differs, or why it was not rerun.")


class Finding(Part):
    """Something that is not as the release recorded it."""

    what: Literal["seal", "file", "page", "data", "plan", "registration", "environment", "code", "rerun"]
    sentence: str
    harmless: bool = Field(description="Whether the release holds nevertheless.")


class Certificate(Part):
    """The result of ``pilotbook verify``."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    release: str = Field(description="As <plan>/<period>/v<n>.")
    sha256: Sha256 = Field(description="Of the release.json that was verified.")
    date: datetime.date
    verdict: Sameness = Field(description="The worst of all exhibits and findings.")
    commit: str | None = Field(description="Of the program that reran it; null if it does not lie in a repository.")
    at_commit: bool = Field(description="Whether it was rerun with the program of the recorded commit.")
    twice: bool = Field(description="Whether it was rerun twice, with the same bytes.")
    numbers: int = Field(description="Numbers of the ledger that were compared.")
    largest_relative: float | None = Field(description="Largest relative difference of a number of the ledger.")
    largest_gap: float | None = Field(description="Largest difference of an estimate, in standard errors.")
    exhibits: tuple[Rerun, ...]
    findings: tuple[Finding, ...]

    def dumps(self) -> str:
        """Return the canonical bytes, as text."""
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


class Review(Part):
    """What one reviewer says of a release."""

    release: str
    reviewer: str = Field(min_length=1)
    role: str = Field(min_length=1)
    signed: AwareDatetime = Field(description="The moment of signing; somebody's last word counts.")
    exhibits: dict[str, Sha256] = Field(description="Exhibit to the hash of what was looked at.")
    verdicts: dict[str, Literal["approved", "rejected"]]
    comments: dict[str, str] = Field(default_factory=dict, description="By exhibit; 'report' for the whole.")

    def dumps(self) -> str:
        """Return the file's text."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100)

    @property
    def name(self) -> str:
        """Return the name of its file: the hash of its content."""
        return f"{fingerprint.sha256(self.dumps())[:16]}.yml"


class Withdrawal(Part):
    """A tombstone: the release stays where it is, and every page that links it says why not to use it."""

    release: str
    reason: str = Field(min_length=1)
    date: datetime.date
    by: str = Field(min_length=1)


def about_folder(release_folder: Path) -> Path:
    """Return the folder of what is said of a release."""
    return release_folder.with_name(f"{release_folder.name}.about")


def read_certificate(folder: Path) -> Certificate | None:
    """Return the certificate in a release's ``about`` folder, None if there is none."""
    return _read(folder / CERTIFICATE, Certificate)


def read_withdrawal(folder: Path) -> Withdrawal | None:
    """Return the tombstone in a release's ``about`` folder, None if there is none."""
    return _read(folder / WITHDRAWN, Withdrawal)


def read_reviews(folder: Path) -> tuple[Review, ...]:
    """Return the reviews in a release's ``about`` folder, oldest first.

    Raises
    ------
    WorkError
        If a file is no review, or its name is not the hash of its content.
    """
    found = []
    for path in sorted((folder / REVIEWS).glob("*.yml")):
        review = _read(path, Review)
        if review is None or review.name != path.name:
            raise WorkError(f"{_shown(path)}: was changed after it was signed; restore it from version control")
        found.append(review)
    return tuple(sorted(found, key=lambda review: (review.signed, review.name)))


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C reads a review of a hundred exhibits ten times as fast."""

Model = TypeVar("Model", bound=Part)


def _read(path: Path, model: type[Model]) -> Model | None:
    """Read a JSON or YAML file of a model, None if it is not there."""
    if not path.is_file():
        return None
    try:
        return model.model_validate(yaml.load(path.read_text(encoding="utf-8"), _LOADER))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        raise WorkError(f"{_shown(path)}: `{place}`: {first['msg']}; mend the file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WorkError(f"{_shown(path)}: cannot be read ({error}); restore it from version control") from None


def _shown(path: Path) -> str:
    """Return the part of a path that tells which release it is about."""
    return "/".join(path.parts[-5:])
