"""EPOC's seven items: computed or asked, never assumed."""

from __future__ import annotations

import pytest

from pilotbook.estimate.its import ASKED, Answer, Item, Risk, risk_of_bias

CLEAN = {
    "registered_before_data": True,
    "missing_before": 0.0,
    "missing_after": 0.0,
    "outcomes_planned": 4,
    "outcomes_reported": 4,
}
ANSWERS = {item: Answer(Risk.LOW, "because") for item in ASKED}


def judged(answers=ANSWERS, **changes):
    return {line.item: line for line in risk_of_bias(answers, **{**CLEAN, **changes})}


def test_seven_items_in_order():
    assert [line.item for line in risk_of_bias(ANSWERS, **CLEAN)] == list(Item)
    assert all(line.risk is Risk.LOW for line in judged().values())


def test_what_nobody_answered_is_unclear():
    lines = judged(answers={})
    assert all(lines[item].risk is Risk.UNCLEAR for item in ASKED)
    assert not any(lines[item].computed for item in ASKED)


@pytest.mark.parametrize(
    ("change", "item", "risk"),
    [
        ({"registered_before_data": False}, Item.SHAPE, Risk.HIGH),
        ({"registered_before_data": None}, Item.SHAPE, Risk.UNCLEAR),
        ({"missing_after": 0.06}, Item.INCOMPLETE, Risk.HIGH),
        ({"missing_before": 0.03}, Item.INCOMPLETE, Risk.HIGH),
        ({"missing_before": 0.01, "missing_after": 0.01}, Item.INCOMPLETE, Risk.LOW),
        ({"outcomes_reported": 3}, Item.REPORTING, Risk.HIGH),
        ({"competing_changes": 1}, Item.INDEPENDENT, Risk.HIGH),
        ({"competing_changes": 0}, Item.INDEPENDENT, Risk.LOW),
    ],
)
def test_the_data_overrule_the_plan(change, item, risk):
    assert judged(**change)[item].risk is risk
