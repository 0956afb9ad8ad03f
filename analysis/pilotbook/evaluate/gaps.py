"""The headline under the other rule for gaps, as a row of the ledger: what the plan's choice does to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.evaluate.estimators import estimands
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import Question, rule_of
from pilotbook.evaluate.sample import draw_sample
from pilotbook.panel.panel import Panel

COMPLETE_COUNTIES, ALL_COUNTIES = "complete_counties", "all_counties"


def gap_rows(panel: Panel, question: Question, lead: Row, weights: NDArray[np.float64] | None) -> Iterator[Row]:
    """Estimate a headline without the counties that have gaps, or with them where the plan drops them.

    Nothing is given where no county has a gap, and for a series, which is always that of complete counties.

    Parameters
    ----------
    panel
        The panel up to the period of the report.
    question, lead
        The headline's question, and its row.
    weights
        (N,) county weights of the question, None for county-equal.
    """
    if question.analysis.estimator in SERIES_ESTIMATORS or lead.estimate is None:
        return
    plan = question.plan
    outcome = next(outcome for outcome in plan.outcomes if outcome.id == lead.outcome)
    kept = plan.gaps == "keep"
    other = plan.model_copy(update={"gaps": "drop" if kept else "keep"})
    sample = draw_sample(other, panel, outcome, question.analysis, weights)
    if len(sample.cohort) == len(question.sample.cohort):
        return
    name = COMPLETE_COUNTIES if kept else ALL_COUNTIES
    asked = replace(question, plan=other, sample=sample, rule=rule_of(sample))
    same = (e for e in estimands(sample, question.analysis, by_assignment=True) if e.name == lead.estimand)
    for row in map(asked.first_row, same):
        if row.spec == lead.spec:
            yield replace(row, estimator="sensitivity", estimand=name, role="comparison", baseline=None)
            return
    yield Row(
        plan=lead.plan,
        outcome=lead.outcome,
        estimator="sensitivity",
        estimand=name,
        spec=lead.spec,
        role="comparison",
        unit=lead.unit,
        reason="no estimate can be made of these counties",
    )
