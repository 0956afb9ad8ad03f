"""The naive before–after change of the pilots, as a row of the ledger: a description, never an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pilotbook.estimate.before_after import before_after
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.ledger import BEFORE_AFTER, Row

if TYPE_CHECKING:
    from pilotbook.evaluate.rows import Question


def before_after_rows(question: Question) -> Iterator[Row]:
    """Describe how the pilots of a question's sample changed, common movement and all."""
    sample = question.sample
    if not sample.pilots.any():
        return
    spec = {key: value for key, value in question.spec.items() if key in {"weights", "cohorts"}}
    row = Row(estimator=BEFORE_AFTER, estimand="change", spec=spec, role="description", **question.common)
    found = before_after(sample.y, sample.cohort, weights=sample.weights, anticipation=sample.anticipation)
    if isinstance(found, NotEstimable):
        yield replace(row, reason=found.detail)
        return
    yield replace(row, estimate=found.change, n_pilots=found.n_pilots, n_units=found.n_pilots, n_obs=found.n_obs)
