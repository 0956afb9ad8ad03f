"""Effects on outcomes that the reform cannot touch, by the headline's analysis and inference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.estimate.inference.multiplicity import holm
from pilotbook.evaluate.estimators import estimands
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import rule_of
from pilotbook.evaluate.sample import draw_sample
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.panel.panel import Panel

ESTIMAND = "placebo_outcome"


def placebo_outcome_rows(panel: Panel, lead: Lead, weights: NDArray[np.float64] | None) -> Iterator[Row]:
    """Give the effect on every placebo outcome of the plan, with Holm's p value for their number.

    Parameters
    ----------
    panel
        The panel up to the period of the report.
    lead
        Question and row of any headline; placebo outcomes are asked the same.
    weights
        (N,) the weights that lead, None for county-equal.
    """
    question, row = lead
    if question.analysis.estimator in SERIES_ESTIMATORS or row.estimate is None:
        return
    found = []
    for placebo in question.plan.placebo_outcomes:
        sample = draw_sample(question.plan, panel, placebo, question.analysis, weights)
        common = {"plan": row.plan, "outcome": placebo.id, "unit": placebo.unit.en}
        own = replace(question, rule=rule_of(sample), sample=sample, common=common)
        named = list(estimands(sample, question.analysis, by_assignment=True))
        chosen = next((e for e in named if e.name == row.estimand), named[0])
        spec = {key: value for key, value in row.spec.items() if key in {"weights", "cohorts"}}
        effect = own.first_row(chosen)
        found.append(replace(effect, estimator=ESTIMATOR, estimand=ESTIMAND, role="description", spec=spec))
    known = [i for i, placebo_row in enumerate(found) if placebo_row.p is not None]
    adjusted = dict(zip(known, holm(np.array([found[i].p for i in known], dtype=np.float64)), strict=True))
    for i, placebo_row in enumerate(found):
        yield replace(placebo_row, p_holm=float(adjusted[i])) if i in adjusted else placebo_row
