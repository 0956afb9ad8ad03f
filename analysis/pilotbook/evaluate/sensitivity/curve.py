"""All answers to the headline's question side by side: which rows they are, and what they agree on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.sensitivity.specification_curve import specification_curve
from pilotbook.evaluate.gaps import ALL_COUNTIES, COMPLETE_COUNTIES
from pilotbook.evaluate.ledger import SHARE, VARIANTS, Row
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR, Examination
from pilotbook.evaluate.sensitivity.specifications import ESTIMAND

SAME_SIGN, EXCLUDES_ZERO, WITHIN = "specifications_same_sign", "specifications_exclude_zero", "specifications_within"

CHANGED = (ESTIMAND, COMPLETE_COUNTIES, ALL_COUNTIES)
"""Estimands of rows that change one choice: a specification, or the other rule for gaps."""

OVERALL, AVERAGE = "att", "att_average"


def specifications(lead: Row, rows: Iterable[Row]) -> list[Row]:
    """Return every estimate of the headline's question, without the headline itself.

    The plan's other analyses and weights, each by the quantity that the headline is (or else by its overall effect),
    and the specifications that change one choice. Two-way fixed effects with several starts are not among them.

    Parameters
    ----------
    lead
        The headline.
    rows
        All rows of the ledger.
    """
    own = [row for row in rows if row.outcome == lead.outcome and row.estimate is not None]
    analyses = [row for row in own if _is_analysis(row)]
    same = {_analysis(row) for row in analyses if row.estimand == lead.estimand}
    kept = [row for row in analyses if row.estimand == lead.estimand or _analysis(row) not in same]
    kept = [row for row in kept if _analysis(row) != _analysis(lead)]  # nor the headline itself
    return kept + [row for row in own if row.estimator == ESTIMATOR and row.estimand in CHANGED]


def _is_analysis(row: Row) -> bool:
    beside = row.role == "comparison" and row.estimator in {"twfe", "event_study"}
    main = row.estimand in {OVERALL, AVERAGE} and row.role in {"headline", "comparison"}
    return main and not beside and not VARIANTS & row.spec.keys()


def _analysis(row: Row) -> tuple[str | None, ...]:
    return row.estimator, *(row.spec.get(key) for key in ("weights", "cohorts", "controls", "pre", "post"))


def curve_rows(examination: Examination, rows: Iterable[Row]) -> Iterator[Row]:
    """Give the shares of specifications with the headline's sign, excluding zero, and within the headline's interval.

    Parameters
    ----------
    examination
        The headline.
    rows
        All rows of the ledger, the specifications among them.
    """
    every = [examination.lead, *specifications(examination.lead, rows)]
    ends = [[np.nan if v is None else v for v in (row.estimate, row.ci_low, row.ci_high)] for row in every]
    estimate, low, high = np.array(ends, dtype=np.float64).T
    others = specification_curve(estimate, low, high, leading=0)
    for name, share in ((SAME_SIGN, others.same_sign), (EXCLUDES_ZERO, others.excludes_zero), (WITHIN, others.within)):
        row = replace(examination.row(name), unit=SHARE)
        if len(every) < 2 or not np.isfinite(share):
            yield replace(row, reason="there is no other specification with an interval")
        else:
            yield replace(row, estimate=share, n_draws=None)
