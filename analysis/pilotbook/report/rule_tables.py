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

BROKEN = {"fired": "● not done", "not_fired": "○ done", "not_evaluable": "? not evaluable"}
"""A rule of the calendar fires where what must happen has not."""

LONGEST_LIST = 15
"""Facilities that the page shows of one watch list."""


def alerts(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the alerts that are open."""
    return _fired(evaluation, numbers, ("alert",))


def monitoring(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on observed values that fire: alerts, decisions, targets."""
    return _fired(evaluation, numbers, MONITORING)


def compliance(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on parameters of the reform that fire."""
    return _fired(evaluation, numbers, COMPLIANCE)


def missing(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on observed values that cannot be evaluated, and what each lacks."""
    language = numbers.language
    chosen = _chosen(evaluation, (*MONITORING, *COMPLIANCE), "not_evaluable")
    lines = ([words, missing_of(entry, language)] for words, entry in _named(chosen, language))
    return pipe_table([say(language, name) for name in ("Rule", "What is missing")], "ll", lines)


def quiet(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on observed values that have not fired, each with the value nearest to its limit."""
    language = numbers.language
    chosen = _chosen(evaluation, (*MONITORING, *COMPLIANCE), "not_fired")
    lines = ([words, *_measured(evaluation, e, numbers), _units(e, language)] for words, e in _named(chosen, language))
    head = ("Rule", "Nearest value", "Limit", "Units that were looked at")
    return pipe_table([say(language, name) for name in head], "lrrl", lines)


def _chosen(evaluation: Evaluation, types: tuple[str, ...], state: str) -> list[Entry]:
    """Return the readings on observed values that are in a state, the more severe rules first."""
    found = [e for e in evaluation.ledger.rules if not e["causal"] and e["type"] in types and e["state"] == state]
    return sorted(found, key=lambda entry: (entry["type"] != "alert", SEVERITY.index(entry["severity"])))


def _named(entries: list[Entry], language: str) -> Iterator[tuple[str, Entry]]:
    """Give each entry with its words; another reading names its rule unless that stands right above."""
    above = ""
    for entry in entries:
        words = text_of(entry, language)
        if entry["reading"] != AS_WRITTEN and entry["rule"] != above:
            words = f"{text_of({**entry, 'reading': AS_WRITTEN}, language)} {words}"
        above = entry["rule"]
        yield words, entry


def _fired(evaluation: Evaluation, numbers: Numbers, types: tuple[str, ...]) -> Markdown:
    language = numbers.language
    lines = (
        [
            words,
            *_measured(evaluation, entry, numbers),
            _units(entry, language),
            entry["first"] or "",
            action_of(entry, language) if entry["reading"] == AS_WRITTEN else "",
        ]
        for words, entry in _named(_chosen(evaluation, types, "fired"), language)
    )
    head = ("Rule", "Observed", "Limit", "Units that fire", "Since", "Action")
    return pipe_table([say(language, name) for name in head], "lrrlll", lines)


def _measured(evaluation: Evaluation, entry: Entry, numbers: Numbers) -> tuple[str, str]:
    """Return value and limit as they are printed."""
    value, limit = (_number(evaluation, entry[key], numbers) for key in ("value_row", "threshold_row"))
    unit = unit_of(entry["series"], numbers.language)
    if not value or not unit:
        return value, limit
    if unit.startswith("%"):
        return f"{value}{unit}", limit
    return say(numbers.language, "{value} {unit}", value=value, unit=unit), limit


def _units(entry: Entry, language: str) -> str:
    """Say for how many units a rule fires, of how many; where there is but one, name its level."""
    whole = entry["n_fired"] + entry["n_not_fired"] + entry["n_not_evaluable"]
    level = say(language, LEVELS[entry["level"]])
    if entry["classifies"] or whole <= 1:
        return f"{level} {state_of(entry, language)}" if entry["classifies"] else level
    if entry["state"] == "not_fired":
        return say(language, "{level}: {count}", level=level, count=whole)
    return say(language, "{level}: {count} of {all}", level=level, count=entry["n_fired"], all=whole)


def _number(evaluation: Evaluation, row: str | None, numbers: Numbers) -> str:
    return "" if row is None else numbers.value(evaluation.ledger.row(row))


def causal(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rules on estimated effects, each with the adjusted interval that it reads."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for entry in evaluation.ledger.rules:
            if not entry["causal"]:
                continue
            there = [effect for effect in entry["effects"] if effect["row"] is not None]
            for place, effect in enumerate(there or entry["effects"][:1]):
                yield [
                    text_of(entry, language) if place == 0 else "",
                    state_of(entry, language) if place == 0 else "",
                    name_of(effect["indicator"], language) if there else "",
                    _interval(evaluation, entry, effect, numbers) if there else "",
                    _next(entry, language) if place == 0 else "",
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
            entry["window"],
            say(language, BROKEN[entry["state"]]),
            _next(entry, language),
        ]
        for entry in evaluation.ledger.rules
        if entry["type"] in CADENCE
    ]
    head = ("What must happen", "For", "State", "Action, or what is missing")
    return pipe_table([say(language, name) for name in head], "llll", lines)


def _next(entry: Entry, language: str) -> str:
    """Say what a rule that fires asks for, or what one lacks that cannot be evaluated."""
    if entry["state"] == "not_evaluable":
        return say(language, "missing: {what}", what=missing_of(entry, language))
    return action_of(entry, language) if entry["state"] == "fired" else ""


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

    head = ("Rule", "Facility", "County", "Observed", "Funnel limit", "Since")
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
