"""The rule book: rules that were checked, in the order in which they can be evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pilotbook.judge.rules.check import Checked
from pilotbook.judge.rules.windows import Window
from pilotbook.panel.catalogue import Rule

CRITICAL_ALERTS = "n_critical_alerts"
"""The input that counts other rules: alerts of the severity ``critical`` that fire."""


@dataclass(frozen=True, slots=True)
class LoadedReading:
    """One reading of a rule.

    Attributes
    ----------
    id
        ``as-written`` for the rule's own expression.
    text_en, text_zh
        How it reads the rule; empty for the rule as written.
    expression, checked, window
        What is evaluated, and over which stretch of time.
    """

    id: str
    text_en: str
    text_zh: str
    expression: str
    checked: Checked
    window: Window

    @property
    def causal(self) -> bool:
        """Whether it reads an estimated effect."""
        return bool(self.checked.effects)


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule that was checked, with all its readings; the one as written is the first."""

    entry: Rule
    readings: tuple[LoadedReading, ...]

    @property
    def id(self) -> str:
        """Its id."""
        return self.entry.id

    @property
    def asks(self) -> frozenset[str]:
        """Other rules that must be evaluated before it."""
        return frozenset(rule for reading in self.readings for rule in reading.checked.rules)

    @property
    def counts_alerts(self) -> bool:
        """Whether it reads the number of critical alerts."""
        return any(CRITICAL_ALERTS in reading.checked.series for reading in self.readings)

    @property
    def critical_alert(self) -> bool:
        """Whether it is counted as a critical alert when it fires."""
        return self.entry.type == "alert" and self.entry.severity == "critical"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules by id, in the order of the file; iterating gives them so that each comes after those it asks about."""

    rules: Mapping[str, LoadedRule]
    order: tuple[str, ...]

    def __iter__(self) -> Iterator[LoadedRule]:
        return (self.rules[id] for id in self.order)

    def __len__(self) -> int:
        return len(self.rules)


def asks_of(rules: Mapping[str, LoadedRule]) -> dict[str, list[str]]:
    """Return, for each rule, the rules that it rests on, in the order of the file."""
    alerts = [rule.id for rule in rules.values() if rule.critical_alert]
    return {
        rule.id: [id for id in rules if id in rule.asks or (rule.counts_alerts and id in alerts)]
        for rule in rules.values()
    }


def ordered(asks: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Order rules so that each comes after those it asks about.

    Returns
    -------
    tuple of list and list
        The order, and the first cycle that was found (its first rule stands at both ends); empty if there is none.
    """
    order: list[str] = []
    state: dict[str, str] = {}
    for start in asks:
        path = [(start, iter(asks[start]))] if start not in state else []
        if path:
            state[start] = "open"
        while path:
            rule, rest = path[-1]
            asked = next(rest, None)
            if asked is None:
                state[rule] = "done"
                order.append(rule)
                path.pop()
            elif state.get(asked) == "open":
                names = [name for name, _ in path]
                return order, [*names[names.index(asked) :], asked]
            elif asked not in state:
                state[asked] = "open"
                path.append((asked, iter(asks[asked])))
    return order, []
