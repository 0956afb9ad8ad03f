"""Every rule of the catalogue fires, does not fire and cannot be judged where its words say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pilotbook.judge.rules.evaluate import State, evaluate
from pilotbook.judge.rules.facts import Lack
from pilotbook.judge.rules.rulefile import catalogued_rules

from .written_facts import written_facts

FIXTURES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("fixtures.yml").read_text("utf-8"))


def state_of(rule: str, given: dict[str, Any]) -> tuple[State, list[str]]:
    reading = catalogued_rules().rules[rule].readings[0]
    facts = written_facts(given, reading)
    found = evaluate(reading.checked.tree, facts)
    if not facts.units:
        return State.NOT_EVALUABLE, [said(lack) for lack in found.lacks]
    return found.state(0), [said(lack) for lack in own_lacks(found)]


def own_lacks(found: Any) -> list[Lack]:
    mask = int(found.missing[0, -1])
    return [lack for i, lack in enumerate(found.lacks) if mask >> i & 1]


def said(lack: Lack) -> str:
    return lack.name if lack.kind == "series" else f"{lack.kind} {lack.name}".strip()


def test_no_rule_is_without_fixtures() -> None:
    assert set(FIXTURES) == set(catalogued_rules().rules)
    assert len(FIXTURES) == 68


@pytest.mark.parametrize("rule", FIXTURES)
def test_fires(rule: str) -> None:
    assert state_of(rule, FIXTURES[rule]["fires"])[0] is State.FIRED


@pytest.mark.parametrize("rule", FIXTURES)
def test_does_not_fire(rule: str) -> None:
    assert state_of(rule, FIXTURES[rule]["does_not_fire"]) == (State.NOT_FIRED, [])


@pytest.mark.parametrize("rule", FIXTURES)
def test_is_not_evaluable_and_says_what_is_missing(rule: str) -> None:
    expected = FIXTURES[rule]["not_evaluable"]
    state, missing = state_of(rule, expected["given"])
    assert state is State.NOT_EVALUABLE
    assert sorted(missing) == sorted(expected["missing"])
