"""Effects that should not be there: of starts that never were, of controls that never saw the reform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.result import FloatArray, NotEstimable
from pilotbook.estimate.sensitivity.placebo_in_space import placebo_in_space
from pilotbook.estimate.sensitivity.placebo_in_time import placebo_in_time
from pilotbook.evaluate.drawn_tests import randomised, tested_sample, with_test
from pilotbook.evaluate.ledger import SHARE, Row
from pilotbook.evaluate.sensitivity.examination import Examination
from pilotbook.evaluate.series import KINDS

YEARS_EARLIER = (1, 2)
YEARLY_EARLIER = (4, 8)
"""A start is pretended whole years earlier, so that it falls in the same season; with yearly data, periods earlier."""

TIME_DRAWS, SPACE_DRAWS, BINS = 4_999, 999, 25


def placebo_rows(examination: Examination) -> Iterator[Row]:
    """Give the placebos in time and in space."""
    yield from _in_time(examination)
    yield from _in_space(examination)


def _in_time(examination: Examination) -> Iterator[Row]:
    sample = tested_sample(examination.sample, examination.question.analysis)
    _, a_year = KINDS[sample.periods[0].freqstr[0]]
    for earlier in YEARLY_EARLIER if a_year == 1 else (years * a_year for years in YEARS_EARLIER):
        row = examination.row("placebo_in_time", earlier=str(earlier))
        moved = placebo_in_time(sample.y, sample.cohort, earlier, sample.anticipation)
        if isinstance(moved, NotEstimable):
            yield replace(row, reason=moved.detail)
            continue
        placebo = replace(sample, y=moved[0], cohort=moved[1], anticipation=0)
        # with one start and no gaps, imputation is two-way fixed effects; it also copes with gaps
        test, flags = randomised(placebo, Target("imputation"), examination.level, TIME_DRAWS)
        filled = row if isinstance(test, NotEstimable) else replace(row, estimate=test.estimate)
        yield with_test(filled, test, "randomisation", flags)


def _in_space(examination: Examination) -> Iterator[Row]:
    """Give our effect's place among the placebo effects, the range of most of them, and their distribution."""
    row, units = examination.row("placebo_in_space", complete=True), examination.units
    if isinstance(units, NotEstimable):
        yield replace(row, reason=units.detail)
        return
    found = placebo_in_space(units, examination.target, SPACE_DRAWS, examination.rng())
    if isinstance(found, NotEstimable):
        yield replace(row, reason=found.detail)
        return
    placebo: FloatArray = found[0]
    beyond = int((np.abs(placebo) >= abs(examination.estimate)).sum())
    low, high = np.quantile(placebo, [(1 - examination.level) / 2, (1 + examination.level) / 2])
    yield replace(
        row,
        estimate=examination.estimate,
        p=(1 + beyond) / (1 + len(placebo)),
        p_smallest=1 / (1 + len(placebo)),
        p_method="rank among placebo effects of controls",
        n_draws=len(placebo),
    )
    range_ = examination.row("placebo_in_space_range", complete=True)
    yield replace(range_, ci_low=float(low), ci_high=float(high), level=examination.level)
    counts, edges = np.histogram(placebo, bins=BINS)
    for place, (count, start, end) in enumerate(zip(counts, edges[:-1], edges[1:], strict=True)):
        bar = examination.row("placebo_in_space_bin", complete=True, bin=f"{place + 1:02d}")
        yield replace(bar, unit=SHARE, estimate=float(count / len(placebo)), ci_low=float(start), ci_high=float(end))
