"""Whether harm calls for a pause: found at two planned looks in a row, or at one whose risk was spent for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pilotbook.design.looks import Look, Occasion
from pilotbook.design.plan import SERIES_ESTIMATORS, Outcome
from pilotbook.estimate.sample import NEVER
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.intervals import interval_at
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.levels import LookLevel
from pilotbook.evaluate.rows import Question, rule_of
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.judge.thresholds import thresholds


@dataclass(frozen=True, slots=True)
class Pause:
    """What the looks say of harm, for one safety outcome.

    Attributes
    ----------
    now, before
        Whether its 80 % interval lies on the bad side at this look and at the planned look before; ``before`` is None
        at the first look, and where nothing could be estimated then.
    spent
        Whether the interval at the level of this look does, of a one-sided 10 % spent over all looks.
    holds
        Whether a pause is called for; None where it cannot be told, because the report is no planned look.
    """

    now: bool | None
    before: bool | None
    spent: bool | None
    holds: bool | None


def pause(outcome: Outcome, look: Look, how: LookLevel, lead: Lead) -> Pause:
    """Read the pause rule for a safety outcome.

    Parameters
    ----------
    outcome
        The outcome.
    look, how
        Which look this is, and at which level it is read.
    lead
        Question and row that leads.
    """
    if look.occasion not in {Occasion.ONLY, Occasion.PLANNED}:
        return Pause(None, None, None, None)
    level = thresholds().safety_level
    now = _harmed(outcome, level, lead)
    spent = _harmed(outcome, 1 - how.pause_level, lead)
    before = _harmed_before(outcome, level, lead[0], look) if now and not spent and look.number > 1 else None
    if now is None or spent is None:
        return Pause(now, before, spent, None)
    return Pause(now, before, spent, spent or (now and bool(before)))


def _harmed(outcome: Outcome, level: float, lead: Lead) -> bool | None:
    interval = interval_at(level, lead)
    return None if interval is None else interval.towards(outcome.direction).high < 0


def _harmed_before(outcome: Outcome, level: float, question: Question, look: Look) -> bool | None:
    """Ask the same of the data as they reached at the planned look before, read from the panel of today."""
    periods = [str(period) for period in question.sample.periods]
    if look.periods[-2] not in periods:
        return None
    sample = _until(question.sample, periods.index(look.periods[-2]))
    if not sample.pilots.any():
        return None
    earlier = replace(question, sample=sample, rule=rule_of(sample))
    rows = _leading_rows(earlier)
    return _harmed(outcome, level, (earlier, rows[0])) if rows else None


def _until(sample: AnalysisSample, last: int) -> AnalysisSample:
    """Return the sample up to one of its periods."""
    end = last + 1
    return replace(
        sample,
        y=sample.y[:, :end],
        exposure=None if sample.exposure is None else sample.exposure[:, :end],
        cohort=np.where(sample.cohort <= last, sample.cohort, np.int64(NEVER)),
        periods=sample.periods[:end],
    )


def _leading_rows(question: Question) -> list[Row]:
    """Return the row that leads, then its variants by error."""
    if question.analysis.estimator in SERIES_ESTIMATORS:
        return [next(row for row in question.rows() if row.role == "headline")]
    return list(question.leading_rows())
