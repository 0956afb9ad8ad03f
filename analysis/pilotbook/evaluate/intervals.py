"""The interval of the test that leads, at whatever level a decision asks for."""

from __future__ import annotations

import math

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.estimate.result import NotEstimable, StandardError
from pilotbook.evaluate.drawn_tests import DRAWN, run_test
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.ledger import Row
from pilotbook.judge.evidence import Interval


def interval_at(level: float, lead: Lead) -> Interval | None:
    """Return the interval of the test that leads at a level; None if the test has none at that level.

    Parameters
    ----------
    level
        One minus the two-sided level of the test; from one on the interval is unbounded.
    lead
        Question and row that leads.
    """
    question, row = lead
    if row.estimate is None:
        return None
    if level >= 1:
        return Interval(1.0, -math.inf, math.inf)
    error = leading_error(row)
    if error is not None:
        return Interval(level, *error.interval(row.estimate, level))
    if question.rule.leads in DRAWN and question.analysis.estimator not in SERIES_ESTIMATORS:
        test, _ = run_test(question.rule.leads, question.sample, question.analysis, row.spec, level)
        return None if isinstance(test, NotEstimable) else Interval(level, test.low, test.high)
    if row.ci_low is not None and row.ci_high is not None and level == question.plan.level:
        return Interval(level, row.ci_low, row.ci_high)
    return None


def leading_error(row: Row) -> StandardError | None:
    """Return the standard error that the interval of a row rests on, None if it rests on none."""
    return None if row.se is None or row.df is None else StandardError(row.se, row.df)
