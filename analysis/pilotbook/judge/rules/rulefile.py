"""Reading a file of rules; whatever is wrong in it is told with file, line, rule and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from pilotbook.errors import DataError
from pilotbook.judge.rules.book import LoadedReading, LoadedRule, RuleBook, asks_of, ordered
from pilotbook.judge.rules.check import Checked, check
from pilotbook.judge.rules.levels import RANK
from pilotbook.judge.rules.parse import LONGEST, ExpressionError
from pilotbook.judge.rules.tree import Call, walk
from pilotbook.judge.rules.vocabulary import Kind, Vocabulary
from pilotbook.judge.rules.windows import read_window
from pilotbook.panel.catalogue import Catalogue, Rule, read_catalogue
from pilotbook.panel.catalogue.catalogue import FOLDER

CATALOGUED = FOLDER / "rules.yml"
AS_WRITTEN = "as-written"
LARGEST, SHOWN = 2_000_000, 20
"""Bytes of a rule file, and faults that are shown."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Basis = Literal["monitoring (observed value)", "causal (estimated effect)"]


class WrittenRule(Rule):
    """A rule as somebody writes it: what only the catalogue needs, such as the quote of its source, may be left out."""

    type: Literal["alert", "decision", "compliance", "action", "target", "cadence", "definition"] = "alert"
    severity: Literal["note", "warning", "info", "critical", "required", "action", "decision"] = "warning"
    consequence: str = ""
    action: str = ""
    basis: Basis = "monitoring (observed value)"
    requires_indicators: tuple[str, ...] = ()
    requires_other_inputs: tuple[str, ...] = ()
    evaluable_from_panel: bool = True
    evaluable: str = "yes"
    ambiguity: str = ""
    reform_id: str = ""
    seed: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a rule stands: the file, and the lines of its keys."""

    file: str
    rule: str
    line: int
    keys: Mapping[str, tuple[int, int]]

    def say(self, key: str | None, message: str, column: int | None = None) -> str:
        """Return a fault with its place; a column is counted within the expression, else in the line."""
        line, at = self.keys.get(key or "", (self.line, 1))
        where = f"{key}, column {column}" if column is not None else f"column {at}" + (f", {key}" if key else "")
        return f"{self.file}, line {line}, rule '{self.rule}', {where}: {message}"


@cache
def catalogued_rules() -> RuleBook:
    """Return the rule book of the catalogue."""
    return read_rules(CATALOGUED, read_catalogue())


def read_rules(path: Path, catalogue: Catalogue) -> RuleBook:
    """Read and check a file of rules.

    Parameters
    ----------
    path
        A YAML file with the key ``rules``.
    catalogue
        What its expressions may name.

    Raises
    ------
    DataError
        If it cannot be read, or a rule is not one of the language; lists the faults with file, line, rule and column.
    """
    shown = path.name
    root = _compose(path, shown)
    faults: list[str] = []
    found: dict[str, tuple[_Place, Mapping[str, Any]]] = {}
    for place, content in _entries(root, shown):
        if place.rule in found:
            faults.append(place.say("id", "stands twice; give one of the two another id"))
        found.setdefault(place.rule, (place, content))
    vocabulary, ids = Vocabulary.of(catalogue), list(found)
    rules: dict[str, LoadedRule] = {}
    for id, (place, content) in found.items():
        loaded = _load(place, content, vocabulary, ids, catalogue)
        if isinstance(loaded, LoadedRule):
            rules[id] = loaded
        else:
            faults += loaded
    _refuse(faults)
    order, cycle = ordered(asks_of(rules))
    if cycle:
        place = found[cycle[0]][0]
        column = _column_of(rules[cycle[0]], cycle[1])
        _refuse([place.say("expression", f"the rules ask about each other in a circle: {' → '.join(cycle)}", column)])
    return RuleBook(rules, tuple(order))


def _refuse(faults: list[str]) -> None:
    if faults:
        more = [f"… and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise DataError("\n".join([*faults[:SHOWN], *more]))


def _column_of(rule: LoadedRule, asked: str) -> int:
    """Return the column of the call that asks about a rule, or of the first name if it counts alerts."""
    for node in walk(rule.readings[0].checked.tree):
        if isinstance(node, Call) and node.function == "fired":
            if getattr(node.arguments[0], "value", None) == asked:
                return node.column
        elif getattr(node, "id", None) == "n_critical_alerts":
            return node.column
    return 1


def _compose(path: Path, shown: str) -> yaml.MappingNode:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise DataError(f"{shown}: cannot be read ({reason})") from None
    if len(text) > LARGEST:
        raise DataError(f"{shown}: is larger than {LARGEST // 1_000_000} MB; that is no file of rules")
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise DataError(f"{shown}, line {line}: refers to another place by *{event.anchor}; write it out")
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DataError(f"{shown}{where}: is no valid YAML ({getattr(error, 'problem', error)})") from None
    except RecursionError:
        raise DataError(f"{shown}: is nested too deep for a file of rules") from None
    if not isinstance(node, yaml.MappingNode):
        raise DataError(f"{shown}: has no list `rules`; write `rules:` and below it one entry for each rule")
    return node


def _entries(root: yaml.MappingNode, file: str) -> Iterator[tuple[_Place, Mapping[str, Any]]]:
    listed = next((value for key, value in root.value if key.value == "rules"), None)
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        raise DataError(f"{file}: has no list `rules`; write `rules:` and below it one entry for each rule")
    for number, node in enumerate(listed.value, start=1):
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise DataError(f"{file}, line {line}: entry {number} of `rules` has no keys such as `id` and `expression`")
        keys: dict[str, tuple[int, int]] = {}
        for key, value in node.value:
            if key.value in keys:
                raise DataError(f"{file}, line {key.start_mark.line + 1}: the key `{key.value}` stands twice in a rule")
            keys[str(key.value)] = (value.start_mark.line + 1, value.start_mark.column + 1)
        content: dict[str, Any] = _plain(yaml.SafeLoader("").construct_mapping(node, deep=True))
        yield _Place(file, str(content.get("id", f"entry {number}")), line, keys), content


def _plain(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in mapping.items()}


def _load(
    place: _Place, content: Mapping[str, Any], vocabulary: Vocabulary, ids: list[str], catalogue: Catalogue
) -> LoadedRule | list[str]:
    """Return the rule, or what is wrong with it."""
    expression = str(content.get("expression", ""))
    if len(expression) > LONGEST:
        return [place.say("expression", f"has {len(expression)} characters, more than {LONGEST}", LONGEST + 1)]
    plain = dict(content)
    if "expression" in content:
        plain["expression"] = "x"  # our own parser reads it below, with better words
    try:
        entry = WrittenRule.model_validate(plain).model_copy(update={"expression": expression})
    except ValidationError as error:
        return [place.say(str(e["loc"][0]), _said(e["msg"], e["type"])) for e in error.errors()]
    faults = list(_facts(place, entry, catalogue))
    if faults:
        return faults
    try:
        readings = tuple(_readings(entry, vocabulary, ids))
    except _ReadingError as error:
        return [place.say(error.key, error.inner.message, error.inner.column)]
    faults = list(_basis(place, entry, readings, "basis" in content))
    return faults or LoadedRule(entry.model_copy(update={"basis": _basis_of(readings[0])}), readings)


def _said(message: str, kind: str) -> str:
    if kind == "string_pattern_mismatch":
        return "is not spelt like one; ids are small letters, digits and hyphens, Chinese texts have Chinese characters"
    if kind == "extra_forbidden":
        return "no rule has this key; docs/methods/rules.md lists them"
    return "is missing; every rule needs it" if kind == "missing" else message


def _facts(place: _Place, entry: Rule, catalogue: Catalogue) -> Iterator[str]:
    """Yield what is wrong beside the expression."""
    known: tuple[tuple[str, tuple[str, ...], Mapping[str, Any]], ...] = (
        ("level", (entry.level,), RANK),
        ("reform_id", (entry.reform_id,) if entry.reform_id else (), catalogue.reforms),
        ("requires_indicators", entry.requires_indicators, catalogue.indicators),
        ("requires_other_inputs", entry.requires_other_inputs, {**catalogue.inputs, **catalogue.constants}),
    )
    for key, names, there in known:
        for name in names:
            if name not in there:
                near = get_close_matches(name, there, n=1, cutoff=0.5)
                hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(list(there)[:12])} …"
                yield place.say(key, f"unknown {key.removesuffix('_id')} '{name}'; {hint}")
    for window in (entry.window, *(reading.window for reading in entry.readings)):
        if window is not None and read_window(window) is None:
            yield place.say("window", f"'{window}' names no month, quarter, year or event")


class _ReadingError(Exception):
    """An expression of a rule that is not one of the language, and the key under which it stands."""

    def __init__(self, key: str, inner: ExpressionError) -> None:
        self.key, self.inner = key, inner


def _readings(entry: Rule, vocabulary: Vocabulary, ids: list[str]) -> Iterator[LoadedReading]:
    written = (AS_WRITTEN, "", "", entry.expression, entry.window)
    others = ((r.id, r.text_en, r.text_zh, r.expression, r.window or entry.window) for r in entry.readings)
    for id, text_en, text_zh, expression, window in (written, *others):
        try:
            checked = check(expression, entry.level, vocabulary, ids, entry.unit)
            _must_be_a_rule(checked)
        except ExpressionError as error:
            raise _ReadingError("expression" if id == AS_WRITTEN else f"reading '{id}'", error) from None
        span = read_window(window)
        assert span is not None  # looked at in `_facts`
        yield LoadedReading(id, text_en, text_zh, expression, checked, span)


def _must_be_a_rule(checked: Checked) -> None:
    if checked.kind is not Kind.TRUTH:
        raise ExpressionError(1, f"a rule is a condition, this is {checked.kind}; compare it, as in x > 50")
    if not (checked.series or checked.effects or any(isinstance(node, Call) for node in walk(checked.tree))):
        raise ExpressionError(1, "the expression reads no indicator and no input; it says nothing")


def _basis_of(reading: LoadedReading) -> str:
    return "causal (estimated effect)" if reading.causal else "monitoring (observed value)"


def _basis(place: _Place, entry: Rule, readings: tuple[LoadedReading, ...], stated: bool) -> Iterator[str]:
    """Yield where estimated effects and observed values are mixed, or the basis is not what the expression reads."""
    indicators = read_catalogue().indicators
    for reading in readings:
        observed = [name for name in reading.checked.series if name.split("[")[0] in indicators]
        if reading.causal and observed:
            message = f"mixes an estimated effect with the observed value of '{observed[0]}'; make two rules of it"
            yield place.say("expression", message, 1)
    if stated and entry.basis != _basis_of(readings[0]):
        yield place.say("basis", f"says '{entry.basis}', but the expression reads {_basis_of(readings[0])}")
