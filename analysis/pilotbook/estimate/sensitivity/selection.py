"""Were the pilots chosen for what their outcome had just done? The dip before the start, and the outcome held equal.

A unit that is chosen at a bad moment gets better by itself: a return to its own level looks like an effect. Two views
of it, both at the unit of assignment: whether the pilots stood away from their own earlier level just before the start
(Ashenfelter's dip), and the effect if units with the same outcome just before the start are compared instead of units
that would have moved in parallel. Where neither assumption is known to hold, the two estimates bracket the effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import BoolArray

FEWEST_EARLIER = 2
"""Periods before the last ones, without which there is no earlier level to stand away from."""


@dataclass(frozen=True, slots=True)
class Dip:
    """How far the pilots stood from their own earlier level just before the start, the controls' distance taken off.

    Attributes
    ----------
    size
        In the unit of the outcome; below zero if they stood lower.
    p
        Share of placebo choices of the pilots with a distance at least as large, the actual one among them.
    """

    size: float
    p: float


def dip(
    units: AssignedUnits, last: int, n_draws: int, rng: np.random.Generator, seasons: int = 1
) -> tuple[Dip | NotEstimable, ...]:
    """Compare the pilots' last periods before the start with their earlier ones, and that with the controls'.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    last
        How many periods before the onset count as just before.
    n_draws, rng
        Number and source of placebo choices, which keep the size of every cohort.
    seasons
        Periods a year. Where enough earlier periods have the seasons of the last ones, they alone are compared.

    References
    ----------
    Ashenfelter (1978), Review of Economics and Statistics 60, 47-57; the test is that of Fisher (1935).
    """
    windows = [_before(units, onset, last, seasons) for onset in units.onsets]
    if any(earlier.sum() < FEWEST_EARLIER or not just.any() for just, earlier in windows):
        detail = f"fewer than {FEWEST_EARLIER} periods lie before the last {last} before a start"
        return (NotEstimable(Reason.NO_PRE_PERIOD, detail),) * len(units.paths)
    distance = np.stack([_mean(units, just) - _mean(units, earlier) for just, earlier in windows], axis=-1)
    labels = np.concatenate([units.label[None], rng.permuted(np.tile(units.label, (n_draws, 1)), axis=1)])
    return tuple(_tested(_pilots_less_controls(own, labels, units.weight)) for own in distance)


def with_outcome_held_equal(units: AssignedUnits, last: int) -> tuple[float, ...]:
    """Return the effect of each outcome among units that had the same outcome in the last periods before the start.

    Least squares of the mean since the start on the reform and the mean of the last periods before the onset, cohort by
    cohort against the controls; the mean of cohorts by the weight of their pilots. NaN where it cannot be told.

    References
    ----------
    Angrist and Pischke (2009), section 5.4; Ding and Li (2019), Political Analysis 27, 605-615, on the bracket.
    """
    total = np.zeros(len(units.paths))
    for cohort, (start, onset) in enumerate(zip(units.starts, units.onsets, strict=True)):
        member = (units.label == cohort) | (units.label == units.n_cohorts)
        since = units.present & (np.arange(units.n_periods) >= start)
        just, _ = _before(units, onset, last)
        pilot = (units.label[member] == cohort).astype(np.float64)
        weight = units.weight[member]
        share = weight[pilot > 0].sum() / units.weight[units.label < units.n_cohorts].sum()
        after, lagged = _mean(units, since)[:, member], _mean(units, just)[:, member]
        total += share * np.array([_held_equal(a, b, pilot, weight) for a, b in zip(after, lagged, strict=True)])
    return tuple(map(float, total))


def _held_equal(after: FloatArray, lagged: FloatArray, pilot: FloatArray, weight: FloatArray) -> float:
    if not np.isfinite([after, lagged]).all() or len(pilot) < 4:
        return float("nan")
    root = np.sqrt(weight)
    design = np.stack([pilot, np.ones(len(pilot)), lagged], axis=1) * root[:, None]
    return float(np.linalg.lstsq(design, after * root, rcond=None)[0][0])


def _before(units: AssignedUnits, onset: int, last: int, seasons: int = 1) -> tuple[BoolArray, BoolArray]:
    """Mark (n_periods,) the last observed periods before an onset, and those before them of the same seasons."""
    there = np.flatnonzero(units.present & (np.arange(units.n_periods) < onset))
    now, past = there[-last:], there[:-last]
    alike = past[np.isin(past % seasons, now % seasons)]
    just, earlier = np.zeros(units.n_periods, dtype=bool), np.zeros(units.n_periods, dtype=bool)
    just[now] = True
    earlier[alike if len(alike) >= FEWEST_EARLIER else past] = True
    return just, earlier


def _mean(units: AssignedUnits, periods: BoolArray) -> FloatArray:
    """Return (n_outcomes, n_units) means over marked periods, NaN if none is marked."""
    if not periods.any():
        return np.full(units.paths.shape[:2], np.nan)
    return np.asarray(units.paths[:, :, periods].mean(axis=2))


def _pilots_less_controls(distance: FloatArray, labels: FloatArray, weight: FloatArray) -> FloatArray:
    """Return (n,) the weighted mean of pilots less controls, of distances (n_units, n_cohorts), by labelling."""
    n_cohorts = distance.shape[1]
    control = (labels == n_cohorts) * weight
    of_controls = control.sum(axis=1)
    total = np.zeros(len(labels))
    for cohort in range(n_cohorts):
        member = (labels == cohort) * weight
        total += member @ distance[:, cohort] - member.sum(axis=1) * (control @ distance[:, cohort]) / of_controls
    return np.asarray(total / ((labels < n_cohorts) * weight).sum(axis=1))


def _tested(found: FloatArray) -> Dip | NotEstimable:
    if not np.isfinite(found).all() or np.ptp(found) == 0:
        return NotEstimable(Reason.NO_VARIATION, "before the start the outcome does not vary between assigned units")
    at_least = np.abs(found) >= abs(found[0]) * (1 - 1e-9)
    return Dip(float(found[0]), float(at_least.mean()))
