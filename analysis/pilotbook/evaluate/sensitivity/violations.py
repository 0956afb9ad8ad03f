"""What remains if trends were not parallel: the intervals and breakdown values of Rambachan and Roth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.path import Path
from pilotbook.estimate.result import FloatArray, NotEstimable
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import RobustInterval, breakdown_multiple, relative_magnitudes
from pilotbook.estimate.sensitivity.smoothness import breakdown_bound, smoothness
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import Examination
from pilotbook.evaluate.sensitivity.trends import (
    FEWEST_FOR_COVARIANCE,
    FIRST_PERIODS,
    assigned_pilots,
    estimates_around_start,
)

MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)


def violation_rows(examination: Examination, path: Path | NotEstimable) -> Iterator[Row]:
    """Give the intervals for the mean of the first periods by how large a violation they allow for."""
    row = examination.row("robust_to_violations")
    if isinstance(path, NotEstimable):
        yield replace(row, reason=path.detail)
        return
    if assigned_pilots(examination) < FEWEST_FOR_COVARIANCE:
        why = f"fewer than {FEWEST_FOR_COVARIANCE} assigned pilots: the coefficients have no valid covariance"
        yield replace(row, reason=why)
        return
    estimates, _ = estimates_around_start(examination, path)
    refused = _refused(estimates)
    if refused is not None:
        yield replace(row, reason=refused)
        return
    weights = estimates.mean_of_first(FIRST_PERIODS)
    yield from _intervals(examination, estimates, weights)
    yield from _breakdowns(examination, estimates, weights)


def _refused(estimates: EventEstimates) -> str | None:
    if not estimates.n_before or not estimates.n_after or not np.isfinite(estimates.covariance).all():
        return "no coefficient before the start that every cohort reaches, or none after it"
    if np.diag(estimates.covariance).min() <= (1e-10 * np.abs(estimates.coefficients).max()) ** 2:
        return "the coefficients do not vary between assigned units"
    return None


def _intervals(examination: Examination, estimates: EventEstimates, weights: FloatArray) -> Iterator[Row]:
    level = examination.level
    found: list[tuple[str, RobustInterval]] = [
        ("relative_magnitudes", relative_magnitudes(estimates, weights, m, level=level)) for m in MULTIPLES
    ]
    found.append(("smoothness", smoothness(estimates, weights, 0.0, level=level)))
    for restriction, interval in found:
        bounded = bool(np.isfinite([interval.low, interval.high]).all())
        yield replace(
            examination.row("robust_to_violations", restriction=restriction, bound=f"{interval.bound:g}"),
            estimate=float(weights @ estimates.after),
            ci_low=interval.low if bounded else None,
            ci_high=interval.high if bounded else None,
            level=level,
            reason=None if bounded else "not bounded within reach",
        )


def _breakdowns(examination: Examination, estimates: EventEstimates, weights: FloatArray) -> Iterator[Row]:
    multiple = breakdown_multiple(estimates, weights, level=examination.level)
    finite = bool(np.isfinite(multiple))
    yield replace(
        examination.without_unit("breakdown", restriction="relative_magnitudes"),
        estimate=multiple if finite else None,
        reason=None if finite else "above the largest multiple tried",
    )
    bound = breakdown_bound(estimates, weights, level=examination.level)
    row = examination.row("breakdown", restriction="smoothness")
    finite = bool(np.isfinite(bound))
    yield replace(row, estimate=bound if finite else None, reason=None if finite else "above the largest bound tried")
