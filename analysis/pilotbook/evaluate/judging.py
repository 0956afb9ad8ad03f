"""From the ledger's rows to a verdict: the evidence of every outcome is collected here and decided in `judge`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pilotbook.design.comparison import Comparison
from pilotbook.design.looks import Look
from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan, Outcome
from pilotbook.design.scope import left_out
from pilotbook.evaluate.designs import controlled_averages
from pilotbook.evaluate.detectable import detectable_row
from pilotbook.evaluate.examined import examined
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.gone import gone
from pilotbook.evaluate.intervals import interval_at
from pilotbook.evaluate.judgement import Judgement, judgement_of
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.levels import LookLevel, look_level
from pilotbook.evaluate.pausing import pause
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.judge.evidence import Evidence, Interval
from pilotbook.judge.measures import Design, Measures
from pilotbook.judge.thresholds import thresholds
from pilotbook.judge.verdict import decide
from pilotbook.panel.panel import Panel

DESIGN_OF: Mapping[str, Design] = {"its": "series", "controlled_its": "controlled_series"}


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement of one outcome, and the rows of its intervals."""

    judgement: Judgement
    rows: tuple[Row, ...]


def judge_outcomes(
    plan: AnalysisPlan,
    panel: Panel,
    look: Look,
    comparison: Comparison | None,
    leads: Mapping[str, Lead],
    rows: Mapping[str, Row],
) -> Iterator[Judged]:
    """Judge every outcome, in the order of the plan.

    Parameters
    ----------
    plan, panel
        The plan, and its panel up to the period of the report.
    look
        Which look this is.
    comparison
        Pilots and controls before the start, None if one of them is not there.
    leads
        Question and leading row of each outcome.
    rows
        All rows of the ledger, by id.
    """
    for outcome in plan.outcomes:
        question, row = leads[outcome.id]
        lead = (question, rows[row.id])
        how = look_level(plan, look, lead)
        intervals = dict(_intervals(outcome, lead, how))
        measures = _measures(plan, panel, outcome, lead, rows, comparison, look)
        evidence = Evidence(
            outcome=outcome.id,
            direction=outcome.direction,
            safety=outcome.family == "safety",
            minimum_important_effect=outcome.minimum_important_effect,
            alpha=1 - plan.level,
            estimate=lead[1].estimate,
            adjusted=intervals.get("adjusted"),
            equivalence=intervals.get("equivalence"),
            harm=intervals.get("harm"),
            obstacle=gone(plan, panel, outcome) or _obstacle(plan, lead[1]),
            measures=measures,
        )
        shown = {name: _interval_row(lead[1], name, interval) for name, interval in intervals.items()}
        detectable = detectable_row(lead, 1 - how.level)
        judgement = judgement_of(
            decide(evidence),
            lead[1].id,
            how,
            {name: row.id for name, row in shown.items()},
            detectable.id,
            pause(outcome, look, how, lead) if evidence.safety else None,
        )
        yield Judged(judgement, (*shown.values(), detectable))


def _obstacle(plan: AnalysisPlan, row: Row) -> str | None:
    """Say why a row can carry no verdict at any look; None if it can."""
    if row.estimate is None:
        return row.reason or "there is no estimate"
    alpha = 1 - plan.level
    if row.p_smallest is not None and row.p_smallest > alpha * (1 + 1e-9):
        return row.reason or "the smallest p value that this design can give is above alpha"
    if row.p is None and row.se is None and row.ci_low is None:
        return row.reason or "there is no interval"
    return None


def _intervals(outcome: Outcome, lead: Lead, how: LookLevel) -> Iterator[tuple[str, Interval]]:
    wanted = {"adjusted": 1 - how.level, "equivalence": thresholds().equivalence_level}
    if outcome.family == "safety":
        wanted["harm"] = thresholds().safety_level
    for name, level in wanted.items():
        interval = interval_at(level, lead)
        if interval is not None:
            yield name, interval


def _interval_row(lead: Row, name: str, interval: Interval) -> Row:
    return replace(
        lead,
        role="comparison",
        spec={**lead.spec, "interval": name},
        level=interval.level,
        ci_low=interval.low if math.isfinite(interval.low) else None,
        ci_high=interval.high if math.isfinite(interval.high) else None,
    )


def _measures(
    plan: AnalysisPlan,
    panel: Panel,
    outcome: Outcome,
    lead: Lead,
    rows: Mapping[str, Row],
    comparison: Comparison | None,
    look: Look,
) -> Measures:
    question, row = lead
    sample = question.sample
    pilots = sample.pilots
    assigned = [len(np.unique(sample.assignment[members])) for members in (pilots, ~pilots)]
    before = int(sample.cohort[pilots].min()) - sample.anticipation if pilots.any() else 0
    share, difference = _missing(plan, panel, outcome)
    others = [*_other_designs(row, rows), *_controlled_series(row, rows)]
    return Measures(
        design=DESIGN_OF.get(question.analysis.estimator, "comparison"),
        assigned_pilots=assigned[0],
        assigned_controls=None if question.analysis.estimator == "its" else assigned[1],
        pre_periods=max(before, 0),
        exposed_controls=None if comparison is None else comparison.exposed_controls,
        missing_share=share,
        missing_difference=difference,
        design_difference=_largest_difference(row, others, outcome.minimum_important_effect),
        designs_same_sign=_same_sign(row, others),
        family_p=row.p_family,
        planned_look=float(look.claims),
        **examined(row, rows, comparison, outcome.minimum_important_effect, _span(row, sample, max(before, 1))),
    )


def _span(row: Row, sample: AnalysisSample, before: int) -> float:
    """Periods from the middle of those before the first start to the middle of the effect's horizon."""
    if "event_times" in row.spec:
        first, last = map(int, row.spec["event_times"].split(".."))
        return before / 2 + (first + last + 1) / 2
    return len(sample.periods) / 2


def _missing(plan: AnalysisPlan, panel: Panel, outcome: Outcome) -> tuple[float, float | None]:
    """Return the share of missing values among those asked for, and its difference between pilots and controls."""
    asked = ~left_out(plan, panel)
    missing = np.isnan(outcome_matrix(plan, outcome, panel)) & asked
    pilots = panel.cohort(never=-1) > 0
    arms = [missing[arm].sum() / max(asked[arm].sum(), 1) for arm in (pilots, ~pilots) if arm.any()]
    return float(missing.sum() / max(asked.sum(), 1)), float(abs(arms[0] - arms[1])) if len(arms) == 2 else None


def _other_designs(lead: Row, rows: Mapping[str, Row]) -> list[float]:
    """Return the estimates of the plan's other designs for the same estimand, weights and cohorts."""
    shared = {key: lead.spec.get(key) for key in ("weights", "cohorts", "event_times")}
    found = (
        row
        for row in rows.values()
        if row.outcome == lead.outcome
        and row.role == "headline"
        and row.estimand == lead.estimand
        and row.estimator != lead.estimator
        and {key: row.spec.get(key) for key in shared} == shared
    )
    return [row.estimate for row in found if row.estimate is not None]


def _controlled_series(lead: Row, rows: Mapping[str, Row]) -> list[float]:
    """Return the average effect of the controlled series, the second design beside a difference-in-differences."""
    if lead.estimator in SERIES_ESTIMATORS:
        return []
    found = controlled_averages(row for row in rows.values() if row.outcome == lead.outcome)
    return [row.estimate for row in found if row.estimate is not None and row.spec["weights"] == lead.spec["weights"]]


def _largest_difference(lead: Row, others: list[float], least: float) -> float | None:
    if lead.estimate is None or not others:
        return None
    return max(abs(other - lead.estimate) for other in others) / least


def _same_sign(lead: Row, others: list[float]) -> float | None:
    if lead.estimate is None or not others:
        return None
    return float(np.mean([np.sign(other) == np.sign(lead.estimate) for other in others]))
