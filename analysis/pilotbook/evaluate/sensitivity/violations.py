"""What remains if trends were not parallel: the intervals and breakdown values of Rambachan and Roth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pilotbook.estimate.path import Path
from pilotbook.estimate.result import NotEstimable
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
from pilotbook.evaluate.series import KINDS

MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)


def violation_rows(examination: Examination, path: Path | NotEstimable) -> Iterator[Row]:
    """Give the intervals for the mean of the first periods by how large a violation they allow for."""
    row = examination.row("robust_to_violations")
    if isinstance(path, NotEstimable):
        yield replace(row, reason=path.detail)
        return
    if assigned_pilots(examination) < FEWEST_FOR_COVARIANCE:
        yield replace(row, reason="fewer than ten assigned pilots: the coefficients have no valid covariance")
        return
    estimates, before = estimates_around_start(examination, path)
    refused = _refused(estimates)
    if refused is not None:
        yield replace(row, reason=refused)
        return
    yield from _relative(examination, estimates, before)
    yield from _smooth(examination, estimates)


def _refused(estimates: EventEstimates) -> str | None:
    if not estimates.n_before or not estimates.n_after or not np.isfinite(estimates.covariance).all():
        return "no coefficient before the start that every cohort reaches, or none after it"
    if np.diag(estimates.covariance).min() <= (1e-10 * np.abs(estimates.coefficients).max()) ** 2:
        return "the coefficients do not vary between assigned units"
    return None


def _relative(examination: Examination, estimates: EventEstimates, before: list[int]) -> Iterator[Row]:
    """Violations at most a multiple of the largest before the start, by whole years where two lie before it."""
    blocks, steps = _in_years(examination, estimates, before)
    weights, level = blocks.mean_of_first(FIRST_PERIODS), examination.level
    for multiple in MULTIPLES:
        row = examination.row("robust_to_violations", restriction="relative_magnitudes", bound=f"{multiple:g}")
        interval = relative_magnitudes(blocks, weights, multiple, level=level)
        yield _bounded(replace(row, spec={**row.spec, **steps}), float(weights @ blocks.after), interval, level)
    multiple = breakdown_multiple(blocks, weights, level=level)
    row = examination.without_unit("breakdown", restriction="relative_magnitudes")
    row = replace(row, spec={**row.spec, **steps})
    finite = bool(np.isfinite(multiple))
    beyond = "above the largest multiple tried"
    yield replace(row, estimate=multiple) if finite else replace(row, reason=beyond)


def _in_years(
    examination: Examination, estimates: EventEstimates, before: list[int]
) -> tuple[EventEstimates, dict[str, str]]:
    """Return the coefficients by whole years, where two lie before the start, and how a row names that."""
    _, length = KINDS[examination.sample.periods[0].freqstr[0]]
    gapless = before == list(range(-1 - len(before), -1))
    if length > 1 and gapless and len(before) + 1 >= 2 * length:
        return estimates.in_blocks(length), {"steps": "years"}
    return estimates, {}


def _smooth(examination: Examination, estimates: EventEstimates) -> Iterator[Row]:
    """Violations whose slope changes little."""
    weights, level = estimates.mean_of_first(FIRST_PERIODS), examination.level
    row = examination.row("robust_to_violations", restriction="smoothness", bound="0")
    yield _bounded(row, float(weights @ estimates.after), smoothness(estimates, weights, 0.0, level=level), level)
    bound = breakdown_bound(estimates, weights, level=level)
    row = examination.row("breakdown", restriction="smoothness")
    finite = bool(np.isfinite(bound))
    yield replace(row, estimate=bound) if finite else replace(row, reason="above the largest bound tried")


def _bounded(row: Row, effect: float, interval: RobustInterval, level: float) -> Row:
    """Fill in an interval that allows for violations."""
    if not np.isfinite([interval.low, interval.high]).all():
        return replace(row, estimate=effect, level=level, reason="not bounded within reach")
    return replace(row, estimate=effect, ci_low=interval.low, ci_high=interval.high, level=level)
