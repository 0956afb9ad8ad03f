"""The rules for one plan: its vintage, its pilots, its effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pilotbook.design.looks import Look
from pilotbook.design.planfile import PlanFile
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.monitoring.effects import effect_limits, yearly_factors
from pilotbook.evaluate.monitoring.entries import monitoring_entry, monitoring_rows, rule_entries
from pilotbook.evaluate.monitoring.monitor import Monitoring, monitor
from pilotbook.evaluate.monitoring.observations import Observations, Tables
from pilotbook.evaluate.monitoring.records import read_records
from pilotbook.evaluate.monitoring.sources import folder_of, vintage_of
from pilotbook.judge.rules.book import RuleBook
from pilotbook.judge.rules.facts import EffectLimits
from pilotbook.judge.rules.rulefile import catalogued_rules
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.panel import Panel
from pilotbook.panel.vintage import Vintage

NO_COUNTY_INDICATORS = "no_county_indicators"


@dataclass(frozen=True, slots=True)
class Monitored:
    """What the ledger keeps of the rules: entries, the rest as plain values, and rows."""

    rules: tuple[Mapping[str, Any], ...]
    monitoring: Mapping[str, Any]
    rows: tuple[Row, ...]


def monitored(
    plan_file: PlanFile, panel: Panel, look: Look, rows: Mapping[str, Row], judgements: Sequence[Judgement]
) -> Monitored:
    """Run the catalogue's rules for a plan.

    Parameters
    ----------
    plan_file, panel
        The plan, and its panel up to the period of the report.
    look
        Which look this is; between and after the planned ones no rule reads an effect.
    rows, judgements
        Of the ledger.
    """
    vintage = vintage_of(plan_file)
    if vintage is None or panel.source.gone:
        return Monitored((), {"absent": NO_COUNTY_INDICATORS}, ())
    effects = effect_limits(plan_file.plan, look, rows, judgements)
    verdicts = {judged.outcome: judged.verdict for judged in judgements}
    found = run_rules(catalogued_rules(), vintage, panel, effects, verdicts)
    return Monitored(
        tuple(rule_entries(plan_file.id, found)),
        monitoring_entry(plan_file.id, found),
        tuple(monitoring_rows(plan_file.id, found, read_catalogue())),
    )


def run_rules(
    book: RuleBook,
    vintage: Vintage,
    panel: Panel,
    effects: Mapping[str, EffectLimits],
    verdicts: Mapping[str, Kind],
) -> Monitoring:
    """Run a rule book over the tables of a vintage, up to the last period of a plan's panel."""
    catalogue, period = read_catalogue(), panel.periods[-1]
    frames: Tables = {kind: vintage.table(kind) for kind in vintage.tables if kind != "exposure"}
    starts = {unit: start for unit, start in zip(panel.units, panel.start, strict=True) if start is not None}
    observations = Observations.of(frames, starts, period, catalogue)
    records = read_records(folder_of(vintage), period)
    return monitor(book, observations, records, effects, yearly_factors(catalogue), verdicts)
