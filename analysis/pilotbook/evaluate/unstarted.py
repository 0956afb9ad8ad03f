"""A reform that has started nowhere: where the counties stand, and what a pilot could find out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.inference.assigned_units import complete_rows
from pilotbook.estimate.sample import NEVER
from pilotbook.evaluate.detectable import ESTIMAND as DETECTABLE
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.power import FEWEST_BEFORE, effect_found
from pilotbook.evaluate.rows import Question
from pilotbook.evaluate.sample import AnalysisSample

BASELINE, POWER = "baseline", "power"
PRETENDED_PILOTS = (10, 3, 20)
"""Numbers of counties that are pretended to be pilots; the first is the one of page one."""

FEWEST_CONTROLS = 5
PERIODS_AFTER = 4


def unstarted_rows(question: Question) -> Iterator[Row]:
    """Describe the counties in the newest periods, and give the effects that pilots among them would find.

    Parameters
    ----------
    question
        Of a sample without pilots.
    """
    yield from _standing(question)
    for pilots in PRETENDED_PILOTS:
        yield _detectable(question, pilots)


def _standing(question: Question) -> Iterator[Row]:
    """Give mean and spread of the counties over the newest year, and the change against the year before."""
    y = question.sample.y
    year = min(PERIODS_AFTER, y.shape[1] // 2)
    known = np.isfinite(y)
    enough = known[:, -year:].any(axis=1) & known[:, -2 * year : -year].any(axis=1)
    names = ("level", "spread", "change")
    if enough.sum() < 2 or year == 0:
        for name in names:
            yield replace(
                _row(question, BASELINE, name), reason="fewer than two counties have values in the last years"
            )
        return
    now, before = (np.nanmean(part[enough], axis=1) for part in (y[:, -year:], y[:, -2 * year : -year]))
    weight = question.sample.weight()[enough]
    level = float(np.average(now, weights=weight))
    values = (
        level,
        float(np.sqrt(np.average((now - level) ** 2, weights=weight))),
        float(np.average(now - before, weights=weight)),
    )
    for name, value in zip(names, values, strict=True):
        row = _row(question, BASELINE, name)
        yield replace(row, estimate=value, n_units=int(enough.sum()), n_obs=int(known[enough, -2 * year :].sum()))


def _detectable(question: Question, pilots: int) -> Row:
    """Return the effect that so many pilots would find with a power of 80 %, from counties that felt nothing."""
    row = replace(_row(question, POWER, DETECTABLE, pretended_pilots=str(pilots)), level=question.plan.level)
    sample = question.sample.only(complete_rows(question.sample.y))
    counties, periods = sample.y.shape
    if counties < pilots + FEWEST_CONTROLS or periods < FEWEST_BEFORE + PERIODS_AFTER:
        return replace(row, reason="there are too few counties or periods without gaps for so many pilots")
    found, reason = effect_found(question.plan, _pretended(sample, pilots))
    counted = replace(row, n_pilots=pilots, n_controls=counties - pilots, n_units=counties)
    return replace(counted, estimate=found, reason=reason)


def _pretended(sample: AnalysisSample, pilots: int) -> AnalysisSample:
    """Let some counties, drawn at random, start a year before the end."""
    counties, periods = sample.y.shape
    cohort = np.full(counties, NEVER, dtype=np.int64)
    cohort[np.random.default_rng(sample.seed).permutation(counties)[:pilots]] = periods - PERIODS_AFTER
    return replace(sample, cohort=cohort, anticipation=0)


def _row(question: Question, estimator: str, estimand: str, **spec: str) -> Row:
    return Row(
        estimator=estimator,
        estimand=estimand,
        spec={"weights": question.spec["weights"], **spec},
        role="description",
        **question.common,
    )
