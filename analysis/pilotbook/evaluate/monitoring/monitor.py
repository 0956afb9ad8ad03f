"""Running the rule book: every reading of every rule, the watch lists, the settlements and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.evaluate.monitoring.observations import Observations
from pilotbook.evaluate.monitoring.records import Records
from pilotbook.judge.rules.book import CRITICAL_ALERTS, LoadedReading, LoadedRule, RuleBook
from pilotbook.judge.rules.decision import Decided, decide_reform
from pilotbook.judge.rules.evaluate import Evaluated, amounts
from pilotbook.judge.rules.facts import Column, EffectLimits, Facts
from pilotbook.judge.rules.findings import RuleFinding, find, leading_comparison, nearest
from pilotbook.judge.rules.levels import ONE_UNIT
from pilotbook.judge.rules.settlement import Account, account, settlements
from pilotbook.judge.rules.tree import Name, calls
from pilotbook.judge.rules.truth import FALSE, TRUE, UNKNOWN, Truth
from pilotbook.judge.rules.watch import WatchList, in_small_groups, watch_list
from pilotbook.judge.rules.windows import Window
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import Catalogue

MONEY = ("revenue", "spending", "cost", "budget", "fund", "income", "procurement", "price")
"""Words of denominators that count money; all others count persons or cases."""


OF_NOW = ("lower95", "upper95", "lower90", "upper90", "effect_reported", "report_exists", "meeting_logged")
"""Functions that know the window of the report only; a rule that calls one has no history."""


@dataclass(frozen=True, slots=True, eq=False)
class Monitoring:
    """What the rules found.

    Attributes
    ----------
    findings
        One for each reading of each rule, in the order of the file.
    watch
        The watch lists of the alerts on facilities.
    accounts
        What the settlements come to.
    decided
        What may be done with the reform.
    in_pilots
        Rule to the number of units of pilot counties for which it fires, as written.
    critical_alerts
        The number of critical alerts that the decision was read with; None if unknown.
    effects
        The estimated effects that were there to be read, by indicator.
    """

    findings: tuple[RuleFinding, ...]
    watch: tuple[WatchList, ...]
    accounts: tuple[Account, ...]
    decided: Decided
    in_pilots: Mapping[str, int]
    critical_alerts: float | None
    effects: Mapping[str, EffectLimits]


def monitor(
    book: RuleBook,
    observations: Observations,
    records: Records,
    effects: Mapping[str, EffectLimits],
    yearly: Mapping[str, float],
    verdicts: Mapping[str, Kind],
) -> Monitoring:
    """Run a rule book.

    Parameters
    ----------
    book
        The rules.
    observations
        The tables of the vintage, up to the period of the report.
    records
        Reports and meetings.
    effects, yearly
        Estimated effects by indicator, and by what each is multiplied to be one of a year.
    verdicts
        Of the plan's outcomes.
    """
    run = _Run(observations, records, effects, yearly)
    found = {rule.id: [run.read(rule, reading) for reading in rule.readings] for rule in book}
    written = [found[id][0] for id in book.rules]
    concerned = {id: count > 0 for id, count in run.in_pilots.items()}
    return Monitoring(
        findings=tuple(finding for id in book.rules for finding in found[id]),
        watch=tuple(run.watch),
        accounts=tuple(run.accounts(observations)),
        decided=decide_reform(written, verdicts, concerned),
        in_pilots=run.in_pilots,
        critical_alerts=run.critical_alerts(),
        effects=effects,
    )


class _Run:
    """One run; rules that come later may ask what became of those before."""

    def __init__(
        self,
        observations: Observations,
        records: Records,
        effects: Mapping[str, EffectLimits],
        yearly: Mapping[str, float],
    ) -> None:
        self.observations, self.records, self.effects, self.yearly = observations, records, effects, yearly
        self.watch: list[WatchList] = []
        self.in_pilots: dict[str, int] = {}
        self._facts: dict[tuple[str, str | None], Facts] = {}
        self._truths: dict[str, tuple[str, Facts, Truth]] = {}
        self._groups: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}
        self._critical: dict[str, tuple[int, bool]] = {}

    def read(self, rule: LoadedRule, reading: LoadedReading) -> RuleFinding:
        """Read one reading of a rule."""
        level = rule.entry.level if not reading.causal or rule.entry.level in ONE_UNIT else "county group"
        facts = self.facts(level, reading.window)
        if any(calls(reading.checked.tree, *OF_NOW)):
            facts = facts.latest()
        known = replace(
            facts,
            effects=self.effects,
            yearly=self.yearly if reading.window.annualised else {},
            reports=self.records.reports,
            meetings=self.records.meetings,
            fired={id: self._asked(id, level, facts) for id in reading.checked.rules if id in self._truths},
        )
        if CRITICAL_ALERTS in reading.checked.series:
            known = self._with_alerts(known)
        if level not in self._groups:
            self._groups[level] = (self._shown(level, len(facts.units)), self.observations.among_pilots(level))
        shown, among = self._groups[level]
        finding, found = find(rule, reading, known, shown)
        if reading is rule.readings[0]:
            self._truths[rule.id] = (level, facts, found.truth)
            self.in_pilots[rule.id] = int((found.fired[:, -1] & among).sum())
        if rule.critical_alert:
            self._count(rule, found, among)
        if level == "facility" and facts.units and rule.entry.type == "alert" and reading is rule.readings[0]:
            self.watch.append(self._watch(rule, reading, known, finding))
        return finding

    def facts(self, level: str, window: Window) -> Facts:
        """Return the facts of a level and a kind of window; they are laid out once."""
        key = (level, window.kind)
        if key not in self._facts:
            self._facts[key] = self.observations.facts(level, window)
        return self._facts[key]

    def _shown(self, level: str, count: int) -> NDArray[np.bool_]:
        """Return which units' own values may be shown: no person's, and no facility's that few could be."""
        if level in {"person", "department"}:
            return np.zeros(count, dtype=bool)
        if level == "facility":
            return ~in_small_groups(self.observations.places(level).county)
        return np.ones(count, dtype=bool)

    def _asked(self, id: str, level: str, facts: Facts) -> Truth:
        """Return what became of another rule for the same units and windows; at another level, for any unit."""
        own_level, own, truth = self._truths[id]
        if own_level == level and own.windows == facts.windows:
            return truth
        last = truth[:, -1]
        any_of_them = TRUE if (last == TRUE).any() else UNKNOWN if (last == UNKNOWN).any() or not last.size else FALSE
        return np.full((1, 1), any_of_them)

    def _count(self, rule: LoadedRule, found: Evaluated, among: NDArray[np.bool_]) -> None:
        """Count a critical alert among the pilots, by its first reading that can be judged at all."""
        known = (found.fired | found.not_fired)[:, -1] & among
        earlier = self._critical.get(rule.id)
        if earlier is None or (earlier[1] and known.any()):
            self._critical[rule.id] = (int((found.fired[:, -1] & among).sum()), not known.any())

    def critical_alerts(self) -> float | None:
        """Return the number of critical alerts among the pilots, or the number handed in if it is larger.

        None if nothing was handed in, none was found, and one of them could not be judged.
        """
        count = sum(fired for fired, _ in self._critical.values())
        handed = self.facts("programme", Window(None)).series(CRITICAL_ALERTS)
        stated = np.nan if handed is None else float(handed[0, -1])
        if np.isfinite(stated):
            return max(stated, float(count))
        return None if count == 0 and any(unjudged for _, unjudged in self._critical.values()) else float(count)

    def _with_alerts(self, facts: Facts) -> Facts:
        count = self.critical_alerts()
        column: Column = np.full(facts.shape, np.nan)
        column[:, -1] = np.nan if count is None else count
        given = facts.series
        return replace(facts, series=lambda name: column if name == CRITICAL_ALERTS else given(name))

    def _watch(self, rule: LoadedRule, reading: LoadedReading, facts: Facts, finding: RuleFinding) -> WatchList:
        pair = leading_comparison(reading.checked.tree)
        assert pair is not None  # every alert on facilities compares a number
        value = amounts(pair[0], facts)[:, -1]
        threshold = nearest(value, [amounts(node, facts)[:, -1] for node in pair[1]])
        name = pair[0].series if isinstance(pair[0], Name) else ""
        size = facts.series(f"{name}.denominator") if name else None
        return watch_list(
            rule=rule.id,
            indicator=name,
            threshold=threshold,
            units=facts.units,
            county=self.observations.places("facility").county,
            value=value,
            denominator=None if size is None else size[:, -1].astype(np.float64),
            counts_persons=bool(name) and not counts_money(self.observations.catalogue, name),
            since={spell.unit: spell.first for spell in finding.open},
        )

    def accounts(self, observations: Observations) -> list[Account]:
        """Return what the settlements come to in the latest year that has closed."""
        found = [account(id, self.facts(s.level, Window("year"))) for id, (s, _, _) in settlements().items()]
        return [each for each in found if each.n_units or each.n_missing]


def counts_money(catalogue: Catalogue, indicator: str) -> bool:
    """Tell whether the denominator of an indicator counts money."""
    about = catalogue.indicators.get(indicator)
    return about is not None and any(word in about.denominator for word in MONEY)
