"""Items on the question, its registration, and the data."""

from __future__ import annotations

from collections.abc import Mapping

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.periods import format_period
from pilotbook.panel.quality import Gate, run_out
from pilotbook.report.checklist.facts import Answer, Check, Report, yes_if

MOST_PRIMARY = 4


def registered(report: Report) -> Answer:
    """Registered before any data under the reform were there."""
    return yes_if(report.ledger.registration.get("after_the_data") is False)


def deviations(report: Report) -> Answer:
    """No change since the registration is without a record."""
    return yes_if(report.ledger.registration["standing"] in {"as_registered", "deviates"})


def primary_outcomes(report: Report) -> Answer:
    """Four primary outcomes at most."""
    return yes_if(sum(outcome.family == "primary" for outcome in report.plan.outcomes) <= MOST_PRIMARY)


def minimum_source(report: Report) -> Answer:
    """Somebody agreed on every smallest important effect, or showed it."""
    return yes_if(all(outcome.minimum_important_effect_source for outcome in report.plan.outcomes))


def denominators(report: Report) -> Answer:
    """Every outcome is a ratio of two columns, or the catalogue says what it is a ratio of."""
    indicators = read_catalogue().indicators
    return yes_if(all(o.denominator or o.column in indicators for o in report.plan.outcomes))


def missing_by_arm(report: Report) -> Answer:
    """Counted in both arms for every outcome, and shown."""
    if not report.evaluation.contract.controls:
        return "not_applicable"
    if not report.measured("missing_difference"):
        return "unknown"
    return yes_if(report.has("data"))


def newest_period(report: Report) -> Answer:
    """Three months lie between the end of the newest period and the day of extraction."""
    panel = report.evaluation.panel
    if not panel.source.is_vintage:
        return "unknown"
    answers: dict[Gate, Answer] = {Gate.NOT_EVALUABLE: "unknown", Gate.RED: "no"}
    return answers.get(run_out(format_period(panel.periods[-1]), panel.source.date).gate, "yes")


def simulated_marked(report: Report) -> Answer:
    """The mark on cover, running headers and captions is set by the ledger; it must say what the data say."""
    if not report.evaluation.panel.source.simulated:
        return "not_applicable"
    return yes_if(report.ledger.data["simulated"] is True)


ITEMS: Mapping[str, Check] = {
    "registered": registered,
    "deviations": deviations,
    "primary_outcomes": primary_outcomes,
    "minimum_source": minimum_source,
    "denominators": denominators,
    "missing_by_arm": missing_by_arm,
    "run_out": newest_period,
    "simulated_marked": simulated_marked,
}
