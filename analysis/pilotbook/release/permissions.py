"""Who may do what with a release. What can be done at all stands in `pilotbook.release.states`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pilotbook.errors import WorkError
from pilotbook.release.states import Action


class Role(StrEnum):
    """In what part somebody acts."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    EDITOR = "editor"


MAY: Mapping[Action, frozenset[Role]] = {
    Action.APPROVE: frozenset({Role.REVIEWER}),
    Action.REJECT: frozenset({Role.REVIEWER, Role.EDITOR}),
    Action.WITHDRAW: frozenset({Role.AUTHOR, Role.EDITOR}),
}
"""An author withdraws what is wrong, and judges nothing of his own; an editor answers for the series of reports."""


def same_person(a: str, b: str) -> bool:
    """Tell whether two spellings are one name: case and spaces do not count."""
    return "".join(a.split()).casefold() == "".join(b.split()).casefold()


def authors(author: str) -> list[str]:
    """Return the people of a record's ``author``, which names them with commas between."""
    return [name.strip() for name in author.replace("、", ",").replace("，", ",").split(",") if name.strip()]


def refuse(action: Action, role: Role, person: str, author: str) -> None:
    """Refuse what somebody may not do.

    Parameters
    ----------
    action, role, person
        What is to be done, in which part, by whom.
    author
        Of the release.

    Raises
    ------
    WorkError
        Saying why.
    """
    is_author = any(same_person(person, name) for name in authors(author))
    if role not in MAY[action]:
        allowed = " or ".join(sorted(MAY[action]))
        raise WorkError(f"{role} {person} may not {action} a release; {allowed} may")
    if is_author != (role is Role.AUTHOR):
        if is_author:
            raise WorkError(f"{person} is an author of the release and cannot act as its {role}")
        raise WorkError(f"{person} is not an author of the release ({author})")
