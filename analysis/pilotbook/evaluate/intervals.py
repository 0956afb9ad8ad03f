"""The interval of the test that leads, at whatever level a decision asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.estimate.result import NotEstimable, StandardError
from pilotbook.evaluate.drawn_tests import DRAWN, run_test
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import SMALL_SAMPLE
from pilotbook.judge.evidence import Interval


def interval_at(level: float, lead: Lead, rows: Mapping[str, Row]) -> Interval | None:
    """Return the interval of the test that leads at a level; None if the test has none at that level.

    Parameters
    ----------
    level
        One minus the two-sided level of the test; from one on the interval is unbounded.
    lead
        Question and row that leads.
    rows
        All rows of the ledger, by id: where the rule table has a small-sample error read beside the one that leads, the
        wider interval counts.
    """
    question, row = lead
    if row.estimate is None:
        return None
    if level >= 1:
        return Interval(1.0, -math.inf, math.inf)
    error = leading_error(level, lead, rows)
    if error is not None:
        return Interval(level, *error.interval(row.estimate, level))
    if question.rule.leads in DRAWN and question.analysis.estimator not in SERIES_ESTIMATORS:
        test, _ = run_test(question.rule.leads, question.sample, question.analysis, row.spec, level)
        return None if isinstance(test, NotEstimable) else Interval(level, test.low, test.high)
    if row.ci_low is not None and row.ci_high is not None and level == question.plan.level:
        return Interval(level, row.ci_low, row.ci_high)
    return None


def leading_error(level: float, lead: Lead, rows: Mapping[str, Row]) -> StandardError | None:
    """Return the standard error that the interval at a level rests on, None if it rests on none."""
    question, row = lead
    if row.se is None or row.df is None:
        return None
    errors = [StandardError(row.se, row.df)]
    if question.rule.leads == "cluster_robust":
        twins = (rows.get(f"{row.id};error={variance.value}") for variance in SMALL_SAMPLE)
        errors += [StandardError(t.se, t.df) for t in twins if t is not None and t.se is not None and t.df is not None]
    return max(errors, key=lambda error: _width(error, level))


def _width(error: StandardError, level: float) -> float:
    low, high = error.interval(0.0, level)
    return high - low
