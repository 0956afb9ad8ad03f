"""What the rules found, as the ledger keeps it: entries of plain values, and a row for every number that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from pilotbook.evaluate.ledger import RULE, SETTLEMENT, WATCH, Row
from pilotbook.evaluate.monitoring.monitor import Monitoring
from pilotbook.judge.rules.facts import EffectLimits
from pilotbook.judge.rules.findings import RuleFinding
from pilotbook.judge.rules.settlement import Account
from pilotbook.judge.rules.watch import WatchList
from pilotbook.panel.catalogue import Catalogue

LISTED = ("county", "city", "province", "alliance", "county group", "pilot counties", "programme")
"""Levels whose units an entry may name; facilities stand in the watch lists, which hold back what must be."""

MOST_UNITS, MOST_WATCHED, MOST_POINTS = 200, 50, 1_000
"""Units that an entry names, facilities that a watch list names, and other points of its funnel plot."""


def rule_entries(plan: str, monitoring: Monitoring) -> list[dict[str, Any]]:
    """Return one entry for each reading of each rule."""
    return [_entry(plan, finding, monitoring) for finding in monitoring.findings]


def _entry(plan: str, finding: RuleFinding, monitoring: Monitoring) -> dict[str, Any]:
    rule, observed = finding.rule.entry, finding.observed
    named = finding.open.some(slice(MOST_UNITS)) if rule.level in LISTED else ()
    return {
        "rule": rule.id,
        "reading": finding.reading.id,
        "type": rule.type,
        "severity": rule.severity,
        "level": rule.level,
        "reform": rule.reform_id,
        "causal": finding.reading.causal,
        "classifies": finding.classifies,
        "expression": finding.reading.expression,
        "window": finding.window,
        "state": finding.state.value,
        "n_fired": finding.n_fired,
        "n_not_fired": finding.n_not_fired,
        "n_not_evaluable": finding.n_not_evaluable,
        "n_fired_in_pilots": monitoring.in_pilots.get(rule.id),
        "first": finding.first,
        "units": [{"unit": spell.unit, "first": spell.first} for spell in named],
        "effects": [_effect_entry(name, monitoring) for name in finding.reading.checked.effects],
        "missing": [{**asdict(lack), "units": count} for lack, count in finding.missing],
        "series": "" if observed is None else observed.series,
        "unit": "" if observed is None else observed.unit,
        "value_row": None if observed is None else _value_row(plan, finding, "value", 0.0, "").id,
        "threshold_row": None if observed is None else _value_row(plan, finding, "threshold", 0.0, "").id,
    }


def _effect_entry(name: str, monitoring: Monitoring) -> dict[str, Any]:
    effect = monitoring.effects.get(name, EffectLimits(lack="no_outcome"))
    return {"indicator": name, "row": effect.row, "harm_row": effect.harm_row, "lack": effect.lack}


def monitoring_entry(plan: str, monitoring: Monitoring) -> dict[str, Any]:
    """Return watch lists, accounts and decision."""
    return {
        "absent": None,
        "watch": [_watch_entry(watch) for watch in monitoring.watch],
        "accounts": [_account_entry(plan, account) for account in monitoring.accounts],
        "decision": {
            "decision": monitoring.decided.decision.value,
            "grounds": [asdict(ground) for ground in monitoring.decided.grounds],
        },
        "critical_alerts": monitoring.critical_alerts,
    }


def _watch_entry(watch: WatchList) -> dict[str, Any]:
    """Return a watch list; of the points that do not fire, evenly spaced ones where there are very many."""
    order = np.argsort(watch.denominator, kind="stable")
    quiet = order[~watch.fired[order]]
    step = max(1, -(-len(quiet) // MOST_POINTS))
    shown = np.concatenate([order[watch.fired[order]][:MOST_POINTS], quiet[::step]])
    points = [[float(watch.denominator[i]), float(watch.share[i]), bool(watch.fired[i])] for i in shown]
    funnel = watch.funnel
    return {
        "rule": watch.rule,
        "indicator": watch.indicator,
        "entries": [{**asdict(entry), "threshold": None} for entry in watch.entries[:MOST_WATCHED]],
        "n_fired": watch.n_fired,
        "n_suppressed": watch.n_suppressed,
        "target": None if funnel is None else funnel.target,
        "dispersion": None if funnel is None else funnel.dispersion,
        "points": points if funnel is not None else [],
        "thinned": step,
    }


def _account_entry(plan: str, account: Account) -> dict[str, Any]:
    settlement = account.settlement
    return {
        "settlement": settlement.id,
        "rule": settlement.rule,
        "level": settlement.level,
        "unit": settlement.unit,
        "window": account.window,
        "n_units": account.n_units,
        "n_missing": account.n_missing,
        "row": _account_row(plan, account).id,
    }


def monitoring_rows(plan: str, monitoring: Monitoring, catalogue: Catalogue) -> Iterator[Row]:
    """Give a row for every number that a report shows of the rules."""
    for finding in monitoring.findings:
        observed = finding.observed
        if observed is not None:
            unit = _unit(catalogue, observed.series)
            yield _value_row(plan, finding, "value", observed.value, unit)
            yield _value_row(plan, finding, "threshold", observed.threshold, unit)
    for watch in monitoring.watch:
        unit = _unit(catalogue, watch.indicator)
        for entry in watch.entries[:MOST_WATCHED]:
            for what, value in (("value", entry.value), ("upper", entry.upper)):
                if value is not None:
                    spec = {"facility": entry.unit}
                    yield _row(plan, watch.rule, WATCH, what, spec, value, unit)
    for account in monitoring.accounts:
        yield _account_row(plan, account)


def _unit(catalogue: Catalogue, series: str) -> str:
    name = series.split("[", maxsplit=1)[0]
    about = catalogue.indicators.get(name) or catalogue.inputs.get(name)
    return "" if about is None else about.unit


def _value_row(plan: str, finding: RuleFinding, what: str, value: float, unit: str) -> Row:
    spec = {"reading": finding.reading.id, "window": finding.window}
    return _row(plan, finding.rule.id, RULE, what, spec, value, unit)


def _account_row(plan: str, account: Account) -> Row:
    settlement = account.settlement
    return _row(
        plan, settlement.id, SETTLEMENT, settlement.rule, {"window": account.window}, account.amount, settlement.unit
    )


def _row(
    plan: str, outcome: str, estimator: str, estimand: str, spec: Mapping[str, str], value: float | None, unit: str
) -> Row:
    """Return a row that describes; a value that is not finite does not exist."""
    estimate = value if value is not None and np.isfinite(value) else None
    return Row(
        plan=plan,
        outcome=outcome,
        estimator=estimator,
        estimand=estimand,
        spec=spec,
        role="description",
        unit=unit,
        estimate=estimate,
    )
