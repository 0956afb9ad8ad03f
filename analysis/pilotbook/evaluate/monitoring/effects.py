"""The estimated effects that rules read: ends of intervals from the ledger, adjusted for the looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pilotbook.design.looks import Look
from pilotbook.design.plan import AnalysisPlan
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import Row
from pilotbook.judge.rules.facts import EffectLimits
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import Catalogue

UNFIT = {Kind.NOT_ESTIMABLE: "not_estimable", Kind.NOT_ATTRIBUTABLE: "not_attributable"}
PER_YEAR = {"per quarter": 4.0, "per month": 12.0}
"""Endings of units of amounts, and how many of them make a year."""


def effect_limits(
    plan: AnalysisPlan, look: Look, rows: Mapping[str, Row], judgements: Sequence[Judgement]
) -> dict[str, EffectLimits]:
    """Return the effect on each indicator that the plan has as an outcome.

    An effect that no verdict may rest on, or that this report only describes, cannot be used: ``lack`` says so.
    """
    lack = None if look.claims else "no_planned_look"
    limits = {judged.outcome: _limits(rows, judged, lack) for judged in judgements}
    found = dict(limits)
    for outcome in plan.outcomes:
        in_its_unit = outcome.column is not None and not outcome.deflate and outcome.scale == "level"
        if in_its_unit and outcome.column is not None:
            found.setdefault(outcome.column, limits[outcome.id])
    return found


def _limits(rows: Mapping[str, Row], judged: Judgement, lack: str | None) -> EffectLimits:
    lead = rows[judged.row]
    adjusted, harm = (rows.get(judged.intervals.get(name, "")) for name in ("adjusted", "harm"))
    return EffectLimits(
        *_ends(adjusted),
        *_ends(harm),
        baseline=_number(lead.baseline),
        estimate=_number(lead.estimate),
        row=adjusted.id if adjusted else lead.id,
        harm_row=harm.id if harm else None,
        lack=UNFIT.get(judged.verdict, lack),
    )


def _ends(row: Row | None) -> tuple[float, float]:
    if row is None:
        return math.nan, math.nan
    low, high = row.ci_low, row.ci_high
    return -math.inf if low is None else low, math.inf if high is None else high


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def yearly_factors(catalogue: Catalogue) -> dict[str, float]:
    """Return by what an effect on each indicator is multiplied to be one of a year."""
    factors = {}
    for id, indicator in catalogue.indicators.items():
        factors[id] = next((f for ending, f in PER_YEAR.items() if indicator.unit.endswith(ending)), 1.0)
    return factors
