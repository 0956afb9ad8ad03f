"""Items on the assumptions: what was tried in order to overturn the result."""

from __future__ import annotations

from collections.abc import Mapping

from pilotbook.evaluate.ledger import RELATIVE_EFFECT, Row
from pilotbook.evaluate.relative import SCALES_CONTRADICT
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.evaluate.sensitivity.left_out import PILOT
from pilotbook.evaluate.sensitivity.placebo_outcomes import ESTIMAND as PLACEBO_OUTCOME
from pilotbook.evaluate.sensitivity.specifications import ESTIMAND as SPECIFICATION
from pilotbook.evaluate.sensitivity.specifications import NO_EPIDEMIC
from pilotbook.report.checklist.facts import Answer, Check, Report, yes_if
from pilotbook.report.series_selection import all_series

EPIDEMIC = {"without_epidemic", "with_epidemic"}
"""Specifications that change what is done about the periods of the epidemic."""


def _examined(report: Report, holds: bool) -> Answer:
    """Answer for what the chapter on sensitivity examines: yes if it is there for every outcome, and shown."""
    if report.led_by_series:
        return "not_applicable"
    if not holds:
        return "unknown"
    return yes_if(report.has("sensitivity"))


def pre_trend_power(report: Report) -> Answer:
    """How surely the test before the start would have found a trend that imitates an important effect."""
    return _examined(report, report.measured("pre_trend_power"))


def breakdown(report: Report) -> Answer:
    """The relative magnitude at which the interval first holds zero."""
    return _examined(report, report.measured("breakdown"))


def placebo(report: Report) -> Answer:
    """Effects of starts that never were, of controls as pilots, and on outcomes that the reform cannot touch."""
    kinds = ("placebo_in_time", "placebo_in_space")
    in_all = all(report.examined(outcome.id, kind) for outcome in report.plan.outcomes for kind in kinds)
    outcomes = [report.examined(placebo.id, PLACEBO_OUTCOME) for placebo in report.plan.placebo_outcomes]
    return _examined(report, in_all and bool(outcomes) and all(outcomes))


def leave_one_out(report: Report) -> Answer:
    """As many effects as there are assigned pilots, each without one of them; a single pilot cannot be left out."""
    if all(row.n_pilot_clusters == 1 for row in report.leads):
        return "not_applicable"
    without = {row.outcome: len(report.examined(row.outcome, PILOT)) for row in report.leads}
    return _examined(report, all(row.n_pilot_clusters == without[row.outcome] for row in report.leads))


def specifications(report: Report) -> Answer:
    """Other answers to the same question; one is without the epidemic, or with it where the headline is without.

    Data that have no period of the epidemic need none.
    """
    return _examined(report, all(_epidemic_tried(report, outcome.id) for outcome in report.plan.outcomes))


def _epidemic_tried(report: Report, outcome: str) -> bool:
    rows = report.ledger.select(estimator=ESTIMATOR, outcome=outcome, estimand=SPECIFICATION)
    known = {row.spec["specification"] for row in rows if row.estimate is not None}
    without_any = any(row.reason == NO_EPIDEMIC for row in rows)
    return (without_any or bool(known & EPIDEMIC)) and bool(known - EPIDEMIC)


def functional_form(report: Report) -> Answer:
    """The effect has the same sign in its unit and as a relative change."""
    found = [_relative(report, row) for row in report.leads]
    if any(twin is None or twin.estimate is None for twin in found):
        return "unknown"
    return yes_if(not any(twin is not None and SCALES_CONTRADICT in twin.flags for twin in found))


def _relative(report: Report, lead: Row) -> Row | None:
    twins = report.ledger.select(outcome=lead.outcome, estimator=lead.estimator, estimand=RELATIVE_EFFECT)
    return next((row for row in twins if lead.spec.items() <= row.spec.items()), None)


def series_gate(report: Report) -> Answer:
    """Every series was long enough to be estimated, and nobody's judgement on its risks of bias is outstanding."""
    section = report.plan.series
    if section is None or not any(analysis.estimator == "its" for analysis in report.plan.analyses):
        return "not_applicable"
    analysed = {series.outcome.id for series in all_series(report.evaluation) if series.analysed}
    judged = all(getattr(section.bias, name) is not None for name in type(section.bias).model_fields)
    return yes_if(analysed == {o.id for o in report.plan.outcomes} and judged and report.has("its"))


def designs_agree(report: Report) -> Answer:
    """The distance between the headline and a second design of the same estimand is known."""
    return yes_if(report.measured("design_difference"), otherwise="unknown")


ITEMS: Mapping[str, Check] = {
    "pre_trend_power": pre_trend_power,
    "breakdown": breakdown,
    "placebo": placebo,
    "leave_one_out": leave_one_out,
    "specifications": specifications,
    "functional_form": functional_form,
    "series_gate": series_gate,
    "designs_agree": designs_agree,
}
