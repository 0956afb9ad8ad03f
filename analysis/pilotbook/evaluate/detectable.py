"""The smallest effect that a design would find, at the level at which a report is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.estimate.inference.assigned_units import complete_rows
from pilotbook.estimate.inference.randomisation import placebo_draws
from pilotbook.estimate.power import detectable_by_draws, detectable_by_error
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.drawn_tests import DRAWN, linear_target, tested_sample
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.intervals import leading_error
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import COMPLETE
from pilotbook.evaluate.shared_draws import placebos

ESTIMAND = "minimum_detectable_effect"
DRAWS = 4_999


def detectable_row(lead: Lead, level: float) -> Row:
    """Return the effect that the test that leads finds with a power of 80 %.

    Parameters
    ----------
    lead
        Question and row that leads.
    level
        One minus the level of the look.
    """
    question, own = lead
    row = Row(
        estimator="sensitivity",
        estimand=ESTIMAND,
        spec={key: value for key, value in own.spec.items() if key in {"weights", "cohorts"}},
        role="description",
        plan=own.plan,
        outcome=own.outcome,
        unit=own.unit,
        level=min(level, 1.0),
    )
    if level >= 1:
        return replace(row, reason="at this look nothing can be claimed, so that no effect would be found")
    error = leading_error(own)
    if error is not None:
        return replace(row, estimate=detectable_by_error(error, level=level))
    if question.rule.leads in DRAWN and question.analysis.estimator not in SERIES_ESTIMATORS:
        return _by_draws(row, lead, level)
    return replace(row, reason=own.reason or "there is no test")


def _by_draws(row: Row, lead: Lead, level: float) -> Row:
    """Take the estimated effect off the pilots, and see what would have to be added for the draws to tell it."""
    question, own = lead
    target = linear_target(question.analysis, own.spec)
    if target is None or own.estimate is None:
        return replace(row, reason=own.reason)
    tested = tested_sample(question.sample, question.analysis)
    known = complete_rows(tested.y)
    sample, flags = tested.only(known), () if known.all() else (COMPLETE,)
    row = replace(row, flags=flags, n_units=len(sample.cohort) if flags else None)
    units = sample.units()
    if isinstance(units, NotEstimable):
        return replace(row, reason=units.detail)
    clean = replace(units, paths=units.paths - own.estimate * units.treated())
    draws = placebo_draws(clean, target, "prescaled", placebos(clean, DRAWS, sample.seed))
    if isinstance(draws, NotEstimable):
        return replace(row, reason=draws.detail)
    found = float(detectable_by_draws(draws, level=level)[0])
    if np.isfinite(found):
        return replace(row, estimate=found)
    return replace(row, reason="no effect, however large, would be found four times in five")
