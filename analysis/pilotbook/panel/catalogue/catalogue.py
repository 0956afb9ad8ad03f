"""The catalogue as one object, read from its folder, with every reference between its parts resolved."""

from __future__ import annotations

import builtins
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.catalogue.claims import Claim
from pilotbook.panel.catalogue.context import Conflict, ContextFact
from pilotbook.panel.catalogue.entry import Entry
from pilotbook.panel.catalogue.indicators import Indicator
from pilotbook.panel.catalogue.inputs import FurtherInput
from pilotbook.panel.catalogue.reforms import Reform, SourceText
from pilotbook.panel.catalogue.rules import Rule
from pilotbook.panel.catalogue.simulation import Draw

FOLDER = Path(__file__).resolve().parents[4] / "data" / "catalogue"
# libyaml's loader reads the 230 kB of the catalogue in a tenth of the time of the pure Python one
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the project knows; mappings are by id, in the order of the files.

    Attributes
    ----------
    functions, constants
        What the expressions of the rules may call and read.
    core_quarterly, pilot_monitoring
        Ids of the four core indicators of the quarterly report and of the pilots' monitoring set.
    """

    reforms: Mapping[str, Reform]
    indicators: Mapping[str, Indicator]
    rules: Mapping[str, Rule]
    claims: Mapping[str, Claim]
    inputs: Mapping[str, FurtherInput]
    draws: Mapping[str, Draw]
    facts: tuple[ContextFact, ...]
    conflicts: Mapping[str, Conflict]
    sources: Mapping[str, SourceText]
    functions: Mapping[str, str]
    constants: Mapping[str, float]
    core_quarterly: tuple[str, ...]
    pilot_monitoring: tuple[str, ...]

    @property
    def panel_indicators(self) -> tuple[Indicator, ...]:
        """Indicators that belong to the panel of counties."""
        return tuple(indicator for indicator in self.indicators.values() if indicator.panel)

    def indicator(self, id: str) -> Indicator:
        """Return an indicator.

        Raises
        ------
        UnknownNameError
            If the catalogue does not have it; names the nearest.
        """
        return _find("indicator", id, self.indicators)

    def reform(self, id: str) -> Reform:
        """Return a reform, or raise `UnknownNameError` naming the nearest."""
        return _find("reform", id, self.reforms)

    def rule(self, id: str) -> Rule:
        """Return a rule, or raise `UnknownNameError` naming the nearest."""
        return _find("rule", id, self.rules)

    def input(self, id: str) -> FurtherInput:
        """Return a further input, or raise `UnknownNameError` naming the nearest."""
        return _find("further input", id, self.inputs)


@cache
def read_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read and check the catalogue of a folder; read once per process.

    Raises
    ------
    DataError
        If a file is missing or an entry is malformed, doubled or refers to nothing; lists all of them.
    """
    reforms, indicators, rules = (_read_yaml(folder / f"{n}.yml") for n in ("reforms", "indicators", "rules"))
    context = _read_yaml(folder / "context.yml")
    catalogue = Catalogue(
        reforms=_entries(Reform, reforms["reforms"], "reforms.yml"),
        indicators=_entries(Indicator, indicators["indicators"], "indicators.yml"),
        rules=_entries(Rule, rules["rules"], "rules.yml"),
        claims=read_claims(folder),
        inputs=_entries(FurtherInput, _read_yaml(folder / "inputs.yml")["inputs"], "inputs.yml"),
        draws=_entries(Draw, _read_yaml(folder / "simulation.yml")["indicators"], "simulation.yml"),
        facts=TypeAdapter(tuple[ContextFact, ...]).validate_python(context["context_facts"]),
        conflicts=_entries(Conflict, context["conflicts_and_ambiguities"], "context.yml"),
        sources=_entries(SourceText, reforms["seeds"], "reforms.yml", key="file"),
        functions=rules["functions"],
        constants=rules["constants"],
        core_quarterly=tuple(indicators["core_quarterly"]["ids"]),
        pilot_monitoring=tuple(indicators["pilot_monitoring_set"]["ids"]),
    )
    if problems := [*_broken_references(catalogue), *_wrong_counts(catalogue, reforms, indicators, rules)]:
        raise DataError("\n".join(f"{folder}: {problem}" for problem in problems))
    return catalogue


@cache
def read_claims(folder: Path = FOLDER) -> dict[str, Claim]:
    """Read what the sources claim; whether the reforms and indicators are known, only the whole catalogue can tell.

    Raises
    ------
    DataError
        If the file is missing or an entry is malformed or doubled.
    """
    return _entries(Claim, _read_csv(folder / "claims.csv"), "claims.csv", key="claim_id")


def _find(kind: str, id: str, known: Mapping[str, E]) -> E:
    try:
        return known[id]
    except KeyError:
        raise UnknownNameError(kind, id, known) from None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=_LOADER)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); the catalogue needs it") from None
    except yaml.YAMLError as error:
        raise DataError(f"{path}: is no valid YAML; {error}") from None
    return document


def _read_csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); the catalogue needs it") from None


def _entries(model: type[E], rows: Iterable[Mapping[str, Any]], file: str, key: str = "id") -> dict[str, E]:
    entries: dict[str, E] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        name = row.get(key, f"entry {number}")
        try:
            entry = model.model_validate(row)
        except ValidationError as error:
            problems += [f"{file}, {name}, {_place(e['loc'])}: {e['msg']}" for e in error.errors()]
            continue
        if name in entries:
            problems.append(f"{file}, {name}: stands twice; remove one of the two")
        entries[str(name)] = entry
    if problems:
        raise DataError("\n".join(problems))
    return entries


def _place(location: tuple[builtins.int | str, ...]) -> str:
    return " > ".join(str(part) for part in location)


def _broken_references(catalogue: Catalogue) -> Iterator[str]:
    reforms, indicators, rules, sources = (
        set(part) for part in (catalogue.reforms, catalogue.indicators, catalogue.rules, catalogue.sources)
    )
    inputs = set(catalogue.inputs) | set(catalogue.constants)
    references: list[tuple[str, str, Iterable[str], set[str]]] = []
    for reform in catalogue.reforms.values():
        references += [
            (reform.id, "indicator", (a.id for a in reform.affected_indicators), indicators),
            (reform.id, "source", (*reform.seeds, *(p.seed for p in reform.parameters)), sources),
        ]
    for indicator in catalogue.indicators.values():
        references += [
            (indicator.id, "reform", indicator.reforms, reforms),
            (indicator.id, "rule", indicator.rules, rules),
            (indicator.id, "source", (b.seed for b in indicator.baseline), sources),
        ]
    for rule in catalogue.rules.values():
        references += [
            (rule.id, "reform", (rule.reform_id,), reforms),
            (rule.id, "indicator", rule.requires_indicators, indicators),
            (rule.id, "further input", rule.requires_other_inputs, inputs),
            (rule.id, "name", rule.names, indicators | inputs | set(catalogue.functions)),
        ]
    for claim in catalogue.claims.values():
        references += [
            (claim.claim_id, "reform", (claim.reform_id,), reforms),
            (claim.claim_id, "indicator", (claim.indicator_id,), indicators),
        ]
    panel = {indicator.id for indicator in catalogue.panel_indicators}
    references += [
        ("simulation.yml", "panel indicator", catalogue.draws, panel),
        ("panel", "entry of simulation.yml", panel, set(catalogue.draws)),
        ("core_quarterly", "indicator", catalogue.core_quarterly, indicators),
        ("pilot_monitoring_set", "indicator", catalogue.pilot_monitoring, indicators),
    ]
    for place, kind, names, known in references:
        yield from (f"{place}: names the {kind} '{name}', which is not there" for name in names if name not in known)


def _wrong_counts(catalogue: Catalogue, *documents: Mapping[str, Any]) -> Iterator[str]:
    """Compare the counts that the files state with what they hold: a lost entry must not go unnoticed."""
    stated = {name: count for document in documents for name, count in document["counts"].items()}
    held = {
        "reforms": len(catalogue.reforms),
        "indicators": len(catalogue.indicators),
        "rules": len(catalogue.rules),
        "panel": len(catalogue.panel_indicators),
        "by_kind": dict(Counter(reform.kind for reform in catalogue.reforms.values())),
        "by_type": dict(Counter(rule.type for rule in catalogue.rules.values())),
        "parameters": sum(len(reform.parameters) for reform in catalogue.reforms.values()),
        "evaluable_from_panel": sum(rule.evaluable_from_panel for rule in catalogue.rules.values()),
        "causal": sum(rule.causal for rule in catalogue.rules.values()),
    }
    for name, count in held.items():
        if stated.get(name) != count:
            yield f"counts: states {name} = {stated.get(name)}, holds {count}"
