"""Beside the placebo rank of a single pilot: controls weighted to trace it, each with its own rank among placebos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.synthetic import synthetic_control, synthetic_did
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import Examination

GAP = "synthetic_gap"
DRAWS = 200
METHODS = {"synthetic_control": synthetic_control, "synthetic_did": synthetic_did}
SLOW = {"synthetic_did"}
"""Methods that take a second for each outcome: of primary outcomes only."""


def single_pilot_rows(examination: Examination) -> Iterator[Row]:
    """Give the gap between the pilot and its synthetic twin; no standard error, a rank alone."""
    sample = examination.sample
    if len(np.unique(sample.assignment[sample.pilots])) != 1:
        return
    for name, estimate in METHODS.items():
        if name in SLOW and examination.outcome.family != "primary":
            continue
        row = examination.row(GAP, method=name)
        (found,) = estimate(
            sample.y,
            sample.cohort,
            rng=examination.rng(),
            weights=sample.weights,
            cluster=sample.assignment,
            anticipation=sample.anticipation,
            draws=DRAWS,
        )
        if isinstance(found, NotEstimable):
            yield replace(row, reason=found.detail)
            continue
        n = len(found.placebo)
        yield replace(
            row,
            estimate=found.effect.estimate,
            p=found.rank_p,
            p_smallest=1 / (1 + n),
            n_draws=n,
            p_method="rank among placebos",
        )
