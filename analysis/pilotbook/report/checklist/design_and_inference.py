"""Items on the design and on inference."""

from __future__ import annotations

from collections.abc import Mapping

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.evaluate.ledger import BALANCE
from pilotbook.evaluate.rows import LEADING
from pilotbook.judge.verdict import Kind
from pilotbook.report.checklist.facts import Answer, Check, Report, all_known, yes_if
from pilotbook.report.selection import GROUPS, event_paths

ROBUST = {"imputation", "callaway_santanna", "sun_abraham", "extended_twfe", "synthetic_did"}
"""Estimators that never compare pilots with earlier pilots."""


def balance(report: Report) -> Answer:
    """Level and movement of every outcome before the start stand side by side."""
    comparison = report.evaluation.contract.comparison
    if comparison is None:
        return "unknown"
    compared = {(b.name, b.kind) for b in comparison.balance if b.difference is not None}
    wanted = {(outcome.id, kind) for outcome in report.plan.outcomes for kind in ("level", "trend")}
    if not wanted <= compared:
        return "unknown"
    return yes_if(bool(report.ledger.select(estimator=BALANCE)) and report.has("did"))


def clean_controls(report: Report) -> Answer:
    """The plan names other reforms or says that there is none, and their reach was counted."""
    if not report.evaluation.contract.controls:
        return "not_applicable"
    if report.plan.co_interventions is None:
        return "no"
    return yes_if(report.measured("exposed_controls"), otherwise="unknown")


def robust_estimator(report: Report) -> Answer:
    """An estimator that never uses earlier pilots as controls, unless one start alone takes part."""
    if not report.evaluation.contract.staggered or report.led_by_series:
        return "not_applicable"
    return yes_if(all(row.estimator in ROBUST or _one_start(row.spec) for row in report.leads))


def _one_start(spec: Mapping[str, str]) -> bool:
    return "cohorts" in spec and "+" not in spec["cohorts"]


def event_support(report: Report) -> Answer:
    """Every point of every path has its number of pilots."""
    points = [row for path in event_paths(report.evaluation) for row in path.rows if row.estimate is not None]
    if not points:
        return "not_applicable"
    return yes_if(all(row.n_pilots is not None for row in points) and report.has("did"))


def raw_series(report: Report) -> Answer:
    """The means of pilots and of controls are there period by period, for every outcome."""
    groups = GROUPS if report.evaluation.contract.controls else GROUPS[:1]
    there = (
        any(row.estimate is not None for row in report.ledger.select(outcome=o.id, estimator="mean", estimand=group))
        for o in report.plan.outcomes
        for group in groups
    )
    return yes_if(all(there) and report.has("did", "its", "baseline"))


def clustering(report: Report) -> Answer:
    """Every headline's error and test is at the unit of assignment."""
    leads = [row for row in report.leads if row.estimator not in SERIES_ESTIMATORS]
    if not leads:
        return "not_applicable"
    return yes_if(all(row.spec.get("cluster") == report.plan.panel.assignment_unit for row in leads))


def few_pilots(report: Report) -> Answer:
    """Where the rule table lets draws lead, no headline rests on a standard error."""
    if report.evaluation.contract.leads in {*LEADING, "none"} or report.led_by_series:
        return "not_applicable"
    return yes_if(all(row.se is None and row.n_draws is not None for row in report.leads))


def attainable_p(report: Report) -> Answer:
    """Beside every p value of an effect that is made of draws: of what leads, and of the tests beside it."""
    effects = [row for row in report.ledger if row.role in {"headline", "comparison"}]
    drawn = [row for row in effects if row.n_draws is not None and row.p is not None]
    if not drawn:
        return "not_applicable"
    return yes_if(all(row.p_smallest is not None for row in drawn) and report.has("sensitivity", "its"))


def family_p(report: Report) -> Answer:
    """Every primary and secondary outcome has its p value for the family; safety outcomes are never corrected."""
    leads = [report.ledger.lead(outcome.id) for outcome in report.plan.outcomes if outcome.family != "safety"]
    return all_known(row.p_family for row in leads) if leads else "not_applicable"


def look_adjusted(report: Report) -> Answer:
    """Every outcome has an interval at the level of this look."""
    if report.plan.looks is None:
        return "not_applicable"
    levels = {row.id: row.level for row in report.ledger}
    found = [(levels.get(j.intervals.get("adjusted", "")), max(1 - j.look_level, 0.0)) for j in report.judgements]
    if any(level is None for level, _ in found):
        return "unknown"
    return yes_if(all(abs((level or 0.0) - wanted) < LEVEL_TOLERANCE for level, wanted in found))


LEVEL_TOLERANCE = 1e-9
"""A level is a difference from one: it reads back to the last digits, not to the last bit."""


def detectable(report: Report) -> Answer:
    """Beside every verdict that nothing was detected stands what would have been."""
    nothing = [judgement for judgement in report.judgements if judgement.verdict is Kind.NO_DETECTABLE_EFFECT]
    if not nothing:
        return "not_applicable"
    known = {row.id for row in report.ledger if row.estimate is not None}
    if not all(judgement.detectable in known for judgement in nothing):
        return "unknown"
    return yes_if(report.has("verdicts", "glance"))


ITEMS: Mapping[str, Check] = {
    "balance": balance,
    "clean_controls": clean_controls,
    "robust_estimator": robust_estimator,
    "event_support": event_support,
    "raw_series": raw_series,
    "clustering": clustering,
    "few_pilots": few_pilots,
    "attainable_p": attainable_p,
    "family_p": family_p,
    "look_adjusted": look_adjusted,
    "detectable": detectable,
}
