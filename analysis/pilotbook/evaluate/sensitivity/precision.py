"""What the design could have found at all: the smallest p values, and how variable pilots are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.inference.assignments import count_assignments
from pilotbook.estimate.inference.variance_ratio import variance_ratio
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import Examination

DRAWS = 4_999
MOST_PILOTS = 9
"""From ten pilots on the smallest p value of a randomisation test is out of mind."""


def precision_rows(examination: Examination) -> Iterator[Row]:
    """Give the ratio of variances, and the smallest p values by number of pilots where a test made of draws leads."""
    yield _variance_ratio(examination)
    if examination.by_draws:
        yield from _smallest(examination)


def _variance_ratio(examination: Examination) -> Row:
    row, units = examination.without_unit("variance_ratio", complete=True), examination.units
    found = units if isinstance(units, NotEstimable) else variance_ratio(units, examination.rng())[0]
    if isinstance(found, NotEstimable):
        return replace(row, reason=found.detail)
    return replace(row, estimate=found.ratio, p=found.p, p_method="randomisation")


def _smallest(examination: Examination) -> Iterator[Row]:
    """Say which smallest p value a design with this many units has, by the number of its pilots."""
    sample = examination.sample
    n_units = len(np.unique(sample.assignment))
    for pilots in range(1, min(MOST_PILOTS, n_units - 1) + 1):
        ways = count_assignments([pilots], n_units)
        both = 2 if 2 * pilots == n_units else 1  # swapping pilots and controls is an assignment too
        row = replace(examination.without_unit("smallest_p", pilots=str(pilots)), n_clusters=n_units)
        yield replace(row, p_smallest=max(both / ways, 1 / (DRAWS + 1)))
