"""EPOC's seven risk-of-bias items for an interrupted time series.

The group Effective Practice and Organisation of Care asks seven questions of every such study. Three the data
answer; the others only the evaluators can, in the plan. An item that nobody answered is unclear, never low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MISSING_SHARE = 0.05
"""Share of periods missing from which incomplete data become a risk."""
MISSING_GAP = 0.02
"""Difference in that share before and after from which they become one as well."""


class Risk(StrEnum):
    """Judgement on one item."""

    LOW = "low"
    HIGH = "high"
    UNCLEAR = "unclear"


class Item(StrEnum):
    """The seven items, in EPOC's order."""

    INDEPENDENT = "independent-of-other-changes"
    SHAPE = "shape-pre-specified"
    COLLECTION = "collection-unaffected"
    BLINDING = "knowledge-of-interventions"
    INCOMPLETE = "incomplete-outcome-data"
    REPORTING = "selective-reporting"
    OTHER = "other"


ASKED = (Item.INDEPENDENT, Item.COLLECTION, Item.BLINDING, Item.OTHER)
"""Items that the plan answers; the others are computed."""


@dataclass(frozen=True)
class Answer:
    """What the plan says on an item: the judgement and why."""

    risk: Risk
    why: str


@dataclass(frozen=True)
class BiasItem:
    """One line of the table.

    Attributes
    ----------
    item, risk, why
        The question, the judgement, its ground (a code for computed items, the plan's words
        else).
    computed
        Whether the data answered.
    """

    item: Item
    risk: Risk
    why: str
    computed: bool


def risk_of_bias(
    answers: Mapping[Item, Answer],
    *,
    registered_before_data: bool | None,
    missing_before: float,
    missing_after: float,
    outcomes_planned: int,
    outcomes_reported: int,
    competing_changes: int | None = None,
) -> tuple[BiasItem, ...]:
    """Judge the seven items.

    Parameters
    ----------
    answers
        The plan's answers to the items in `ASKED`.
    registered_before_data
        Whether the plan, with shape and date of the impact, was registered before the first period in force
        was seen; None if it was never registered.
    missing_before, missing_after
        Share of planned periods without a value on either side.
    outcomes_planned, outcomes_reported
        Outcomes in the plan, and those for which the report gives an estimate or the reason for none.
    competing_changes
        Other reforms known within a year of the interruption; any makes the first item high whatever the
        answer.
    """
    computed = {
        Item.SHAPE: _shape(registered_before_data),
        Item.INCOMPLETE: _incomplete(missing_before, missing_after),
        Item.REPORTING: _reporting(outcomes_planned, outcomes_reported),
    }
    if competing_changes:
        computed[Item.INDEPENDENT] = Answer(Risk.HIGH, f"competing-changes {competing_changes}")
    unanswered = Answer(Risk.UNCLEAR, "not-answered")
    return tuple(
        BiasItem(item, found.risk, found.why, item in computed)
        for item in Item
        for found in [computed.get(item) or answers.get(item, unanswered)]
    )


def _shape(registered_before_data: bool | None) -> Answer:
    if registered_before_data is None:
        return Answer(Risk.UNCLEAR, "plan-not-registered")
    return Answer(Risk.LOW, "registered-before") if registered_before_data else Answer(Risk.HIGH, "registered-after")


def _incomplete(before: float, after: float) -> Answer:
    risky = max(before, after) >= MISSING_SHARE or abs(before - after) >= MISSING_GAP
    return Answer(Risk.HIGH if risky else Risk.LOW, "missing" if risky else "complete")


def _reporting(planned: int, reported: int) -> Answer:
    return Answer(Risk.LOW, "all-reported") if reported >= planned else Answer(Risk.HIGH, "some-unreported")
