"""What two-way fixed effects compare when the reform starts at several times, as rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pilotbook.estimate.bacon import Comparison, bacon
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.ledger import BACON, SHARE, Row

if TYPE_CHECKING:
    from pilotbook.evaluate.rows import Question

KINDS = {
    Comparison.NEVER_TREATED: "never_treated",
    Comparison.NOT_YET_TREATED: "not_yet_treated",
    Comparison.ALREADY_TREATED: "already_treated",
    Comparison.ALWAYS_TREATED: "always_treated",
}


def bacon_rows(question: Question) -> Iterator[Row]:
    """Decompose two-way fixed effects of a staggered sample: weight and mean estimate of each kind of comparison.

    Counties with a missing period take no part; the rows say how many county-periods do.
    """
    if question.analysis.estimator != "twfe" or not question.staggered:
        return
    sample = question.sample
    row = Row(estimator=BACON, estimand="forbidden_share", spec=question.spec, role="description", **question.common)
    (found,) = bacon(sample.y, sample.cohort, weights=sample.weights, anticipation=sample.anticipation)
    if isinstance(found, NotEstimable):
        yield replace(row, unit=SHARE, reason=found.detail)
        return
    n_units = len(sample.cohort) - found.n_dropped
    row = replace(row, n_units=n_units, n_obs=n_units * len(sample.periods))
    yield replace(row, unit=SHARE, baseline=None, estimate=found.forbidden_share)
    for kind, name in KINDS.items():
        if found.share(kind) > 0:
            own = replace(row, spec={**question.spec, "comparison": name})
            yield replace(own, estimand="weight", unit=SHARE, baseline=None, estimate=found.share(kind))
            yield replace(own, estimand="mean", estimate=found.mean(kind))
