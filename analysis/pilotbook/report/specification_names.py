"""What the report calls the specifications of the headline's question."""

from __future__ import annotations

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.gaps import ALL_COUNTIES, COMPLETE_COUNTIES
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.report.language import say
from pilotbook.report.tile_grid import province_name
from pilotbook.report.words import ESTIMATORS, analysis_name, weights_name

CHANGES = {
    "without_epidemic": "without the epidemic",
    "with_epidemic": "with the epidemic",
    "without_price_index": "not deflated",
    "trimmed": "extreme values drawn in",
    "start_earlier": "start one period earlier",
    "start_later": "start one period later",
    "anticipation_1": "one period before affected",
    "anticipation_2": "two periods before affected",
    "controls_in_province": "controls in pilots' provinces",
    "controls_away": "no controls in pilots' prefectures",
    "without_province": "without one province",
    COMPLETE_COUNTIES: "complete counties only",
    ALL_COUNTIES: "incomplete counties too",
}
"""A choice that is changed, everything else being as in the headline."""

PROVINCE = "without_province_"


def specification_name(evaluation: Evaluation, row: Row, language: str) -> str:
    """Name a row of the specification curve: the headline, another analysis or weighting, or a changed choice."""
    if row.id == evaluation.ledger.headline[row.outcome]:
        return say(language, "the headline")
    if row.estimator != ESTIMATOR:
        name = analysis_name(language, row.estimator, row.spec.get("cohorts"))
        if evaluation.plan.weights is None:
            return name
        return say(language, "{name}, weights: {weights}", name=name, weights=weights_name(language, row))
    return change_name(row.spec.get("specification", row.estimand), language)


def change_name(name: str, language: str) -> str:
    """Name a changed choice."""
    if name.startswith(PROVINCE):
        return say(language, "without {province}", province=province_name(name.removeprefix(PROVINCE), language))
    return say(language, CHANGES[name] if name in CHANGES else ESTIMATORS[name])
