"""Signing a release, exhibit by exhibit, and the state that follows from all signatures.

An approval is given to the bytes that somebody looked at. It holds for every later version of the same report in which
the exhibit is the same; where the exhibit changed, that approval alone is void.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from pilotbook.errors import CallError, UnknownNameError, WorkError
from pilotbook.release.about import REVIEWS, WITHDRAWN, Review, Withdrawal
from pilotbook.release.layout import Release
from pilotbook.release.permissions import Role, authors, refuse, same_person
from pilotbook.release.seal import broken
from pilotbook.release.states import MOVES, NEEDED, Action, Opinion, State, state

ALL = "all"
"""Stands for every exhibit of a release."""

WHOLE = "report"
"""A comment on the report as a whole."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the review of a release stands.

    Attributes
    ----------
    state
        As `pilotbook.release.states` has it.
    opinions
        Exhibit to who approves and who rejects it as it is.
    """

    state: State
    opinions: Mapping[str, Opinion]

    @property
    def missing(self) -> list[str]:
        """Return the exhibits that still need an approval."""
        return [name for name, opinion in self.opinions.items() if len(opinion.approved) < NEEDED]


def standing(release: Release, found: Iterable[Release]) -> Standing:
    """Return how the review of a release stands.

    Parameters
    ----------
    release
        The release.
    found
        All releases, for what was signed of earlier versions of the same report.
    """
    record = release.record
    versions = sorted(
        (r for r in found if _same_report(r, release) and r.record.version <= record.version),
        key=lambda r: r.record.version,
    )
    signed = [review for version in versions for review in version.reviews]
    opinions = {e.id: _opinion(e.id, e.sha256, signed, record.author) for e in record.exhibits}
    return Standing(state(list(opinions.values()), release.withdrawal is not None), opinions)


def _same_report(a: Release, b: Release) -> bool:
    return (a.record.plan, a.record.period) == (b.record.plan, b.record.period)


def _opinion(exhibit: str, digest: str, signed: Sequence[Review], author: str) -> Opinion:
    """Return who says what of an exhibit: each person's last word on exactly these bytes counts."""
    last: dict[str, tuple[str, str]] = {}
    for review in sorted(signed, key=lambda review: review.signed):
        if review.exhibits.get(exhibit) == digest and exhibit in review.verdicts:
            last["".join(review.reviewer.split()).casefold()] = (review.reviewer, review.verdicts[exhibit])
    others = [(who, said) for who, said in last.values() if not any(same_person(who, name) for name in authors(author))]
    return Opinion(
        approved=frozenset(who for who, said in others if said == "approved"),
        rejected=frozenset(who for who, said in others if said == "rejected"),
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody wants to say of a release: exhibits approved and rejected, and comments by exhibit."""

    person: str
    role: Role
    moment: datetime.datetime
    approve: Sequence[str] = ()
    reject: Sequence[str] = ()
    comments: Mapping[str, str] | None = None


def sign(release: Release, signature: Signature, found: Iterable[Release]) -> tuple[Review, Path]:
    """Write a review beside a release.

    Raises
    ------
    WorkError
        If the person may not do it, the release was withdrawn, or its files are not those that were released.
    CallError
        If nothing is said, or of one exhibit both; `UnknownNameError` if there is no such exhibit.
    """
    verdicts = _verdicts(release, signature)
    known = {exhibit.id: exhibit.sha256 for exhibit in release.record.exhibits}
    for name in signature.comments or {}:
        if name not in known and name != WHOLE:
            raise UnknownNameError("exhibit", name, [*known, WHOLE])
    now = standing(release, found).state
    actions = {Action.APPROVE if said == "approved" else Action.REJECT for said in verdicts.values()}
    for action in sorted(actions):
        _refuse_move(release, now, action)
        refuse(action, signature.role, signature.person, release.record.author)
    _refuse_broken(release)
    review = Review(
        release=release.name,
        reviewer=signature.person,
        role=signature.role.value,
        signed=signature.moment,
        exhibits={name: known[name] for name in verdicts},
        verdicts=verdicts,
        comments=dict(signature.comments or {}),
    )
    folder = release.about / REVIEWS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / review.name).write_text(review.dumps(), encoding="utf-8")
    return review, folder / review.name


def _verdicts(release: Release, signature: Signature) -> dict[str, Literal["approved", "rejected"]]:
    names = [exhibit.id for exhibit in release.record.exhibits]
    rejected = _named(signature.reject, names)
    approved = [
        name for name in _named(signature.approve, names) if ALL not in signature.approve or name not in rejected
    ]
    both = set(approved) & set(rejected)
    if both:
        raise CallError(f"{', '.join(sorted(both))}: approved and rejected in one breath; say one of the two")
    if not approved and not rejected and not signature.comments:
        raise CallError("a review says something: --approve EXHIBIT (or all), --reject EXHIBIT, --comment EXHIBIT=TEXT")
    return {name: "approved" if name in approved else "rejected" for name in names if name in {*approved, *rejected}}


def _named(asked: Sequence[str], names: Sequence[str]) -> list[str]:
    for name in asked:
        if name != ALL and name not in names:
            raise UnknownNameError("exhibit", name, [*names, ALL])
    return list(names) if ALL in asked else list(asked)


def _refuse_move(release: Release, now: State, action: Action) -> None:
    if action not in MOVES[now]:
        raise WorkError(f"{release.name} is {now.replace('_', ' ')}; there is nothing left to {action}")


def _refuse_broken(release: Release) -> None:
    wrong = [f"{name} {what}" for name, what in broken(release)]
    if wrong:
        raise WorkError(f"{release.name} is not as it was released, so it cannot be signed: {'; '.join(wrong)}")


def withdraw(release: Release, withdrawal: Withdrawal, role: Role) -> Path:
    """Put a tombstone beside a release: it stays, and everyone learns why not to use it.

    Raises
    ------
    WorkError
        If the person may not do it, or it was withdrawn before.
    """
    if release.withdrawal is not None:
        raise WorkError(f"{release.name} was withdrawn on {release.withdrawal.date.isoformat()} already")
    refuse(Action.WITHDRAW, role, withdrawal.by, release.record.author)
    release.about.mkdir(exist_ok=True)
    path = release.about / WITHDRAWN
    content = yaml.safe_dump(withdrawal.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100)
    path.write_text(content, encoding="utf-8")
    return path
