"""Tables of the chapter on rules: monitoring apart from effects, compliance, cadence, watch lists and accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.judge.rules.rulefile import AS_WRITTEN
from pilotbook.judge.rules.settlement import settlements
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.rule_words import (
    LEVELS,
    Entry,
    action_of,
    ambiguity,
    decision_rules,
    ground_text,
    missing_of,
    name_of,
    state_of,
    text_of,
    unit_of,
)
from pilotbook.report.tables import pipe_table

MONITORING = ("alert", "decision", "action", "target", "definition")
COMPLIANCE, CADENCE = ("compliance",), ("cadence",)
SEVERITY = ("critical", "warning", "decision", "required", "action", "note", "info")
"""Which comes first among the rules that fire."""

LONGEST_LIST = 15
"""Facilities that the page shows of one watch list."""


def monitoring(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on observed values: alerts, decisions, targets."""
    return _observed(evaluation, numbers, MONITORING)


def compliance(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on parameters of the reform."""
    return _observed(evaluation, numbers, COMPLIANCE)


def _chosen(evaluation: Evaluation, types: tuple[str, ...]) -> list[list[Entry]]:
    """Return the readings of each rule on observed values, the rule as written first; those that fire come first."""
    rules: dict[str, list[Entry]] = {}
    for entry in evaluation.ledger.rules:
        if not entry["causal"] and entry["type"] in types:
            rules.setdefault(entry["rule"], []).append(entry)
    order = {"fired": 0, "not_evaluable": 1, "not_fired": 2}
    return sorted(rules.values(), key=lambda found: (order[_strongest(found)], SEVERITY.index(found[0]["severity"])))


def _strongest(readings: list[Entry]) -> str:
    states = {entry["state"] for entry in readings}
    return "fired" if "fired" in states else str(readings[0]["state"])


def _observed(evaluation: Evaluation, numbers: Numbers, types: tuple[str, ...]) -> Markdown:
    language = numbers.language
    head = ("Rule", "By", "State", "Value", "Limit", "Units that fire", "Since", "Action, or what is missing")
    lines = (_line(evaluation, entry, numbers) for found in _chosen(evaluation, types) for entry in found)
    return pipe_table([say(language, name) for name in head], "lllrrrll", lines)


def _line(evaluation: Evaluation, entry: Entry, numbers: Numbers) -> list[str]:
    language = numbers.language
    value, limit = (_number(evaluation, entry[key], numbers) for key in ("value_row", "threshold_row"))
    unit = unit_of(entry["series"], language)
    whole = entry["n_fired"] + entry["n_not_fired"] + entry["n_not_evaluable"]
    fires = entry["state"] == "fired"
    last = action_of(entry, language) if fires and entry["reading"] == AS_WRITTEN else ""
    if entry["state"] == "not_evaluable":
        last = say(language, "missing: {what}", what=missing_of(entry, language))
    return [
        text_of(entry, language),
        say(language, "{level}, {window}", level=say(language, LEVELS[entry["level"]]), window=entry["window"]),
        state_of(entry, language),
        say(language, "{value} {unit}", value=value, unit=unit) if value and unit else value,
        limit,
        say(language, "{count} of {all}", count=entry["n_fired"], all=whole) if whole > 1 else "",
        entry["first"] or "",
        last,
    ]


def _number(evaluation: Evaluation, row: str | None, numbers: Numbers) -> str:
    return "" if row is None else numbers.value(evaluation.ledger.row(row))


def causal(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on estimated effects, each with the adjusted interval that it reads."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for entry in evaluation.ledger.rules:
            if not entry["causal"]:
                continue
            for place, effect in enumerate(entry["effects"]):
                last = action_of(entry, language) if entry["state"] == "fired" else ""
                if entry["state"] == "not_evaluable":
                    last = say(language, "missing: {what}", what=missing_of(entry, language))
                yield [
                    text_of(entry, language) if place == 0 else "",
                    state_of(entry, language) if place == 0 else "",
                    name_of(effect["indicator"], language),
                    _interval(evaluation, entry, effect, numbers),
                    last if place == 0 else "",
                ]

    head = ("Rule", "State", "Effect on", "Interval that it reads", "Action, or what is missing")
    return pipe_table([say(language, name) for name in head], "lllrl", lines())


def _interval(evaluation: Evaluation, entry: Entry, effect: Mapping[str, Any], numbers: Numbers) -> str:
    """Print the interval of an effect, of the level that the rule reads; an end that is not there has no bound."""
    id = effect["harm_row"] if "90(" in entry["expression"] else effect["row"]
    if id is None:
        return str(numbers.missing)
    row = evaluation.ledger.row(id)
    if row.estimate is None:
        return str(numbers.missing)
    low = numbers.value(row, "ci_low") if row.ci_low is not None else "−∞"
    high = numbers.value(row, "ci_high") if row.ci_high is not None else "∞"
    return say(numbers.language, "{low} to {high}", low=low, high=high)


def cadence(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what must happen by the calendar, checked against what is there."""
    language = numbers.language
    lines = [
        [
            text_of(entry, language),
            say(language, "{level}, {window}", level=say(language, LEVELS[entry["level"]]), window=entry["window"]),
            state_of(entry, language),
            action_of(entry, language)
            if entry["state"] == "fired"
            else say(language, "missing: {what}", what=missing_of(entry, language))
            if entry["state"] == "not_evaluable"
            else "",
        ]
        for found in _chosen(evaluation, CADENCE)
        for entry in found
    ]
    head = ("What must happen", "By", "Broken?", "Action, or what is missing")
    return pipe_table([say(language, name) for name in head], "llll", lines)


def readings(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules that can be read in more than one way, with the note and the state of each reading."""
    language = numbers.language
    by_rule: dict[str, list[Entry]] = {}
    for entry in evaluation.ledger.rules:
        if ambiguity(entry["rule"], language):
            by_rule.setdefault(entry["rule"], []).append(entry)
    lines = [
        [
            text_of(found[0], language),
            ambiguity(rule, language),
            say(language, "; ").join(state_of(entry, language) for entry in found),
        ]
        for rule, found in by_rule.items()
    ]
    head = ("Rule", "What is open", "States of its readings")
    return pipe_table([say(language, name) for name in head], "lll", lines)


def decision_grounds(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what the decision rests on."""
    language = numbers.language
    grounds = evaluation.ledger.monitoring["decision"]["grounds"]
    lines = [list(ground_text(evaluation, ground, language)) for ground in grounds]
    return pipe_table([say(language, name) for name in ("Ground", "Which", "State")], "lll", lines)


def five_rules(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the five decision rules of page one."""
    language = numbers.language
    lines = [[rule.text, rule.state, rule.reason] for rule in decision_rules(evaluation, language)]
    return pipe_table([say(language, name) for name in ("Decision rule", "State", "Why")], "lll", lines)


def watch(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the facilities of the watch lists; what could tell who somebody is is held back."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for found in evaluation.ledger.monitoring["watch"]:
            rule = read_catalogue().rule(found["rule"])
            title = rule.text_zh if language == "zh" else rule.text_en
            for place, entry in enumerate(found["entries"][:LONGEST_LIST]):
                held = entry["suppressed"] is not None
                yield [
                    title if place == 0 else "",
                    entry["unit"] or say(language, "not named"),
                    entry["county"],
                    say(language, "held back") if held else _watched(evaluation, found, entry, "value", numbers),
                    "" if held else _watched(evaluation, found, entry, "upper", numbers),
                    entry["first"],
                ]
            rest = found["n_fired"] - min(len(found["entries"]), LONGEST_LIST)
            if rest > 0:
                yield [say(language, "… and {count} more", count=numbers.whole(rest)), "", "", "", "", ""]

    head = ("Rule", "Facility", "County", "Value", "Funnel limit", "Since")
    return pipe_table([say(language, name) for name in head], "lllrrl", lines())


def _watched(
    evaluation: Evaluation, found: Mapping[str, Any], entry: Mapping[str, Any], what: str, numbers: Numbers
) -> str:
    rows = evaluation.ledger.select(outcome=found["rule"], estimator="watch", estimand=what, facility=entry["unit"])
    return numbers.value(rows[0]) if rows else ""


def accounts(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what the settlements come to: a financial result, not an effect."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for each in evaluation.ledger.monitoring["accounts"]:
            settlement = settlements()[each["settlement"]][0]
            units = say(language, "{count} of {all}", count=each["n_units"], all=each["n_units"] + each["n_missing"])
            yield [
                settlement.text_zh if language == "zh" else settlement.text_en,
                say(language, LEVELS[each["level"]]),
                each["window"],
                numbers.value(evaluation.ledger.row(each["row"])),
                say(language, each["unit"]),
                units,
            ]

    head = ("Settlement", "By", "Period", "Financial result, not effect", "Unit", "Units with all amounts")
    return pipe_table([say(language, name) for name in head], "lllrlr", lines())
