"""Counts of the people behind an outcome, by arm and time; small ones never reach the ledger.

A report takes its ledger along, so what must not be shown must not be in it: a hidden count has no estimate.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import AnalysisPlan, Outcome
from pilotbook.design.scope import left_out
from pilotbook.estimate.suppression import rounded, suppressed
from pilotbook.evaluate.ledger import PEOPLE, Row
from pilotbook.panel.panel import Panel

GROUPS, TIMES = ("pilots", "controls", "all"), ("before", "after", "all")
"""Rows and columns of the table of counts; the last of each is the total."""

HIDDEN = "a small count, or one that would give a small one away"


def people_rows(plan_id: str, plan: AnalysisPlan, panel: Panel) -> Iterator[Row]:
    """Count the numerators of the outcomes whose plan says that they are people or events of people.

    Parameters
    ----------
    plan_id, plan
        The plan; of it, what may be shown.
    panel
        Its panel up to the period of the report.
    """
    for outcome in plan.outcomes:
        if outcome.counts_people:
            counts = with_totals(_counts(plan, panel, outcome))
            hidden = _hidden(counts, plan.disclosure.smallest_count)
            shown = rounded(counts, plan.disclosure.rounding)
            for (g, t), count in np.ndenumerate(shown):
                yield Row(
                    plan=plan_id,
                    outcome=outcome.id,
                    estimator=PEOPLE,
                    estimand="count",
                    spec={"group": GROUPS[g], "when": TIMES[t]},
                    role="description",
                    unit="people or events",
                    estimate=None if hidden[g, t] else float(count),
                    reason=HIDDEN if hidden[g, t] else None,
                )


def _counts(plan: AnalysisPlan, panel: Panel, outcome: Outcome) -> NDArray[np.int64]:
    """Return (2, 2) sums of a numerator: pilots and controls, before and from the first start on."""
    assert outcome.numerator is not None  # the plan was checked
    values = np.where(left_out(plan, panel), 0.0, np.nan_to_num(panel.columns[outcome.numerator]))
    cohort = panel.cohort(never=-1)
    pilots = cohort >= 0
    first = cohort[pilots].min(initial=len(panel.periods))
    after = np.arange(len(panel.periods)) >= first
    sums = [[values[np.ix_(arm, time)].sum() for time in (~after, after)] for arm in (pilots, ~pilots)]
    return np.rint(np.asarray(sums)).astype(np.int64)


def with_totals(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a table (R, C) with the totals of its rows and columns, (R + 1, C + 1)."""
    rows = np.vstack([counts, counts.sum(axis=0)])
    return np.hstack([rows, rows.sum(axis=1, keepdims=True)])


def _hidden(counts: NDArray[np.int64], smallest: int) -> NDArray[np.bool_]:
    """Mark what is hidden of a table with its totals: all of it where a total itself is small."""
    small = (counts > 0) & (counts < smallest)
    if small[-1].any() or small[:, -1].any():
        return np.ones_like(small)
    hidden = np.zeros_like(small)
    hidden[:-1, :-1] = suppressed(counts[:-1, :-1], smallest)
    return hidden
