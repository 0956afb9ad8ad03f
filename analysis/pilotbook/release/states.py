"""What may be done with a release: its states, and what leads from one to another.

Who may do it stands in `pilotbook.release.permissions`. The state is never stored: it is computed from the files that
people signed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

NEEDED = 2
"""People other than the author who must approve every exhibit."""


class State(StrEnum):
    """How far the review of a release has come."""

    RELEASED = "released"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


MOVES: Mapping[State, Mapping[Action, frozenset[State]]] = {
    State.RELEASED: {
        Action.APPROVE: frozenset({State.IN_REVIEW}),
        Action.REJECT: frozenset({State.REJECTED}),
        Action.WITHDRAW: frozenset({State.WITHDRAWN}),
    },
    State.IN_REVIEW: {
        Action.APPROVE: frozenset({State.IN_REVIEW, State.REVIEWED}),
        Action.REJECT: frozenset({State.REJECTED}),
        Action.WITHDRAW: frozenset({State.WITHDRAWN}),
    },
    State.REVIEWED: {
        Action.APPROVE: frozenset({State.REVIEWED}),
        Action.REJECT: frozenset({State.REJECTED}),
        Action.WITHDRAW: frozenset({State.WITHDRAWN}),
    },
    State.REJECTED: {
        Action.APPROVE: frozenset({State.REJECTED, State.IN_REVIEW, State.REVIEWED}),
        Action.REJECT: frozenset({State.REJECTED}),
        Action.WITHDRAW: frozenset({State.WITHDRAWN}),
    },
    State.WITHDRAWN: {},
}
"""From a state, by an action, to one of these."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is known of one exhibit: who approves it as it is, and who rejects it."""

    approved: frozenset[str]
    rejected: frozenset[str]


def state(opinions: Collection[Opinion], withdrawn: bool) -> State:
    """Return the state of a release from what reviewers say of each exhibit.

    Parameters
    ----------
    opinions
        One for each exhibit.
    withdrawn
        Whether there is a tombstone.
    """
    if withdrawn:
        return State.WITHDRAWN
    if any(opinion.rejected for opinion in opinions):
        return State.REJECTED
    if opinions and all(len(opinion.approved) >= NEEDED for opinion in opinions):
        return State.REVIEWED
    return State.IN_REVIEW if any(opinion.approved for opinion in opinions) else State.RELEASED


def diagram() -> str:
    """Return the states and moves as a Mermaid diagram, for the docs."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.RELEASED}: release"]
    for start, moves in MOVES.items():
        ways: dict[State, list[str]] = {}
        for action, ends in moves.items():
            for end in ends:
                ways.setdefault(end, []).append(action.value)
        lines += [f"    {start} --> {end}: {' or '.join(ways[end])}" for end in State if end in ways]
    return "\n".join([*lines, f"    {State.WITHDRAWN} --> [*]"]) + "\n"
