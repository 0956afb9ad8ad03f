"""Why an effect changed: shares of data revision, new period, plan, code and environment, found by rerunning.

One input after another is exchanged, the old one for the new one, along one declared order and along its reverse; what
an exchange changes is its share. Along each order the shares sum to the whole change; their mean over both orders does
too (the Shapley value of two inputs, and its usual short cut for more: Castro, Gómez and Tejada, *Computers &
Operations Research* 36, 2009, average over permutations). How far both orders differ says how far the causes act
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Cause = Literal["data", "period", "plan", "code", "environment"]

ORDER: tuple[Cause, ...] = ("data", "period", "plan", "code")
"""The declared order. The environment comes first: it cannot be brought back, so its share is what the program and
inputs of old give today beside what they gave then, and what the new ones give today beside the new release."""

Effects = Mapping[str, float]
"""Outcome to its leading estimate."""


@dataclass(frozen=True, slots=True)
class State:
    """Which inputs are the new ones; all others are the old ones."""

    new: frozenset[Cause]


Estimate = Callable[[State], Effects | None]
"""Estimates the effects in a state; None where that is not possible."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one cause did to one effect, along the declared order and along its reverse (None: not possible)."""

    cause: Cause
    forward: float
    backward: float | None

    @property
    def mean(self) -> float:
        """Return the mean of both orders, or the one that there is."""
        return self.forward if self.backward is None else (self.forward + self.backward) / 2


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why the effect on one outcome changed.

    Attributes
    ----------
    outcome, old, new
        The effect in both releases.
    shares
        One for each cause that there can be; they sum to ``new - old``.
    """

    outcome: str
    old: float
    new: float
    shares: tuple[Share, ...]

    @property
    def leading(self) -> Cause | None:
        """Return the cause with the largest share; None if nothing changed."""
        largest = max(self.shares, key=lambda share: abs(share.mean), default=None)
        return largest.cause if largest is not None and largest.mean != 0 else None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for ``--json``."""
        shares = [{**asdict(share), "mean": share.mean} for share in self.shares]
        return {"outcome": self.outcome, "old": self.old, "new": self.new, "leading": self.leading, "shares": shares}


class NotAttributableError(Exception):
    """A state of the declared order cannot be estimated; which one."""


def attribute(old: Effects, new: Effects, changed: frozenset[Cause], estimate: Estimate) -> list[Attribution]:
    """Attribute the changes of effects to their causes.

    Parameters
    ----------
    old, new
        The effects as released.
    changed
        The causes that there can be: inputs that are not the same.
    estimate
        Estimates a state in the environment of now.

    Raises
    ------
    NotAttributableError
        If a state of the declared order cannot be estimated.
    """
    order = [cause for cause in ORDER if cause in changed]
    first, last = _ends(old, new, changed, estimate)
    forward = _path(order, first, last, estimate)
    if forward is None:
        raise NotAttributableError("the inputs of the old release cannot be estimated any more, not even in part")
    backward = _path(order[::-1], first, last, estimate) if len(order) > 1 else forward
    found = []
    for outcome in (name for name in new if name in old and name in first and name in last):
        shares = list(_shares(outcome, order, forward, backward))
        if "environment" in changed:
            moved = (first[outcome] - old[outcome]) + (new[outcome] - last[outcome])
            shares.append(Share("environment", moved, moved))
        found.append(Attribution(outcome, old[outcome], new[outcome], tuple(shares)))
    return found


def _ends(old: Effects, new: Effects, changed: frozenset[Cause], estimate: Estimate) -> tuple[Effects, Effects]:
    """Return the effects of the old and of the new state in the environment of now."""
    if "environment" not in changed:
        return old, new
    first, last = estimate(State(frozenset())), estimate(State(changed & frozenset(ORDER)))
    if first is None or last is None:
        raise NotAttributableError("the inputs of both releases cannot be estimated in the environment of now")
    return first, last


def _path(order: list[Cause], first: Effects, last: Effects, estimate: Estimate) -> dict[Cause, Effects] | None:
    """Return what each exchange of an order changes, by outcome; None if a step is not possible."""
    steps: dict[Cause, Effects] = {}
    before = first
    for position, cause in enumerate(order):
        done = frozenset(order[: position + 1])
        after = last if len(done) == len(order) else estimate(State(done))
        if after is None:
            return None
        steps[cause] = {name: after[name] - before[name] for name in first if name in after and name in before}
        before = after
    return steps


def _shares(
    outcome: str, order: list[Cause], forward: Mapping[Cause, Effects], backward: Mapping[Cause, Effects] | None
) -> Iterator[Share]:
    for cause in order:
        back = None if backward is None else backward[cause].get(outcome)
        yield Share(cause, forward[cause].get(outcome, float("nan")), back)
