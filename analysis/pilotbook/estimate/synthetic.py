"""Synthetic control and synthetic difference-in-differences, for few pilots that start together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.block_design import Block, collapse
from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import NO_VARIATION
from pilotbook.estimate.frank_wolfe import frank_wolfe_weights
from pilotbook.estimate.result import Counts, Effect, NotEstimable, Reason, StandardError, Variance
from pilotbook.estimate.sample import BoolArray, FloatArray, IntArray, Sample
from pilotbook.estimate.simplex import simplex_weights


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Pilots against a weighted mean of controls.

    Attributes
    ----------
    effect
        Mean effect after the start, with a placebo standard error (normal); with a single pilot rely on the
        ranks.
    gap : (n_periods,)
        Pilots' mean less the weighted controls, level difference included.
    unit_weights : (n_rows,)
        Weights of the controls in the caller's rows, sum 1; a control's weight is shared by its assignment
        unit's rows.
    period_weights : (n_periods,)
        Weights of the periods before the start, sum 1; all equal to zero for synthetic control.
    placebo : (n_placebos,)
        Estimates when controls are taken for pilots.
    fit, placebo_fit
        Root mean squared gap after the start divided by that before it, for the pilots and for each placebo.
    """

    effect: Effect
    gap: FloatArray = field(repr=False)
    unit_weights: FloatArray = field(repr=False)
    period_weights: FloatArray = field(repr=False)
    placebo: FloatArray = field(repr=False)
    fit: float
    placebo_fit: FloatArray = field(repr=False)

    @property
    def rank_p(self) -> float:
        """Share of assignments, the true one included, with an estimate at least as large in size."""
        return _rank(abs(self.effect.estimate), np.abs(self.placebo))

    @property
    def fit_rank_p(self) -> float:
        """The same for the ratio of gaps after and before the start."""
        return _rank(self.fit, self.placebo_fit)


def synthetic_control(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    draws: int = 200,
) -> tuple[Synthetic | NotEstimable, ...]:
    """Pilots against the weighted controls that best trace them before the start.

    Rows are first averaged within assignment units. Units with a missing period are left out.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`; one start date only.
    rng
        Generator of the placebo assignments; not used when there are at most ``draws`` of them: then all
        are taken.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that count as treated.
    draws
        Number of placebo assignments.

    Returns
    -------
    tuple of Synthetic or NotEstimable
        One per outcome.

    Raises
    ------
    ValueError
        If there is more than one start date.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), all outcomes before the start as predictors; checked against
    non-negative least squares and diff-diff.
    """
    estimator = partial(_synthetic, method=_synthetic_control, rng=rng, draws=draws)
    return by_outcome(estimator, y, cohort, weights, cluster, anticipation)


def synthetic_did(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    draws: int = 200,
) -> tuple[Synthetic | NotEstimable, ...]:
    """Difference-in-differences with weights on controls and on periods before the start.

    Parameters, results and handling of assignment units are those of `synthetic_control`.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithms 1 and 4; checked against the R
    package synthdid's published number and diff-diff.
    """
    estimator = partial(_synthetic, method=_synthetic_did, rng=rng, draws=draws)
    return by_outcome(estimator, y, cohort, weights, cluster, anticipation)


@dataclass(frozen=True, eq=False)
class _Weights:
    """Weights of controls (n_problems, n_controls) and of periods before the start (n_problems, start)."""

    units: FloatArray
    periods: FloatArray


Method = Callable[[Block, FloatArray, BoolArray], _Weights]


def _synthetic(
    sample: Sample,
    observed: BoolArray,
    n_rows: int,
    method: Method,
    rng: np.random.Generator,
    draws: int,
) -> list[Synthetic | NotEstimable]:
    if len(sample.cohorts) > 1:
        raise ValueError("synthetic comparisons have one start date; run each cohort against the never treated")
    complete = np.asarray(observed.all(axis=1))
    refused = obstacle(sample, observed & np.all(observed, axis=1, keepdims=True), never_treated=True)
    if refused:
        return [refused] * len(sample.y)
    sample = sample.keep(complete)
    if int(sample.onset.min()) < 2:
        refusal = NotEstimable(Reason.NO_PRE_PERIOD, "fewer than two periods before the start: nothing to trace")
        return [refusal] * len(sample.y)
    return [_one(sample.select(np.array([o])), n_rows, method, rng, draws) for o in range(len(sample.y))]


def _one(sample: Sample, n_rows: int, method: Method, rng: np.random.Generator, draws: int) -> Synthetic | NotEstimable:
    block, group = collapse(sample)
    everyone = np.vstack([block.controls, block.pilots])
    if np.ptp(everyone, axis=1).max() <= NO_VARIATION * np.abs(everyone).max():
        return NotEstimable(Reason.NO_VARIATION, "the outcome never changes in any assignment unit")
    chosen = block.placebos(rng, draws)
    n = len(block.controls)
    allowed = np.ones((1 + len(chosen), n), dtype=np.bool_)
    allowed[np.arange(1, 1 + len(chosen))[:, None], chosen] = False
    w = block.pilot_weights
    targets = np.vstack([w @ block.pilots, np.einsum("k,pkt->pt", w, block.controls[chosen])])
    weights = method(block, targets, allowed)
    gap = targets - weights.units @ block.controls
    before, after = gap[:, : block.start], gap[:, block.start :]
    estimates = after.mean(axis=1) - (weights.periods * before).sum(axis=1)
    level = (weights.periods * before).sum(axis=1, keepdims=True)
    fit = _root_mean_square(after - level) / np.maximum(_root_mean_square(before - level), np.finfo(float).tiny)
    return Synthetic(
        effect=Effect(float(estimates[0]), {Variance.PLACEBO: _placebo_error(estimates[1:])}, _counts(sample)),
        gap=gap[0],
        unit_weights=_by_row(sample, weights.units[0], group, n_rows),
        period_weights=np.append(weights.periods[0], np.zeros(sample.n_periods - block.start)),
        placebo=estimates[1:],
        fit=float(fit[0]),
        placebo_fit=fit[1:],
    )


def _synthetic_control(block: Block, targets: FloatArray, allowed: BoolArray) -> _Weights:
    units = np.zeros(allowed.shape)
    before = block.controls[:, : block.start].T
    for row, (target, free) in enumerate(zip(targets, allowed, strict=True)):
        units[row, free] = simplex_weights(before[:, free], target[: block.start], 0.0)
    return _Weights(units, np.zeros((len(targets), block.start)))


def _synthetic_did(block: Block, targets: FloatArray, allowed: BoolArray) -> _Weights:
    start, n_after = block.start, block.controls.shape[1] - block.start
    before = block.controls[:, :start]
    noise = float(np.diff(before, axis=1).std(ddof=1))
    ridge = (len(block.pilots) * n_after) ** 0.25 * noise
    smallest = (1e-5 * noise) ** 2
    centred = before - before.mean(axis=1, keepdims=True)
    target = targets[:, :start] - targets[:, :start].mean(axis=1, keepdims=True)
    units = frank_wolfe_weights(
        centred @ centred.T + start * ridge**2 * np.eye(len(before)),
        target @ centred.T,
        np.square(target).sum(axis=1),
        allowed,
        smallest * start,
    )
    free = allowed.astype(np.float64)
    n = free.sum(axis=1)
    after = block.controls[:, start:].mean(axis=1)
    mean, mean_after = free @ before / n[:, None], free @ after / n
    gram = np.einsum("pn,ns,nt->pst", free, before, before, optimize=True)
    gram -= n[:, None, None] * mean[:, :, None] * mean[:, None, :]
    gram += (n * (1e-6 * noise) ** 2)[:, None, None] * np.eye(start)
    linear = (free * after) @ before - (n * mean_after)[:, None] * mean
    constant = free @ after**2 - n * mean_after**2
    scale = n[0] / n
    periods = frank_wolfe_weights(
        gram * scale[:, None, None],
        linear * scale[:, None],
        constant * scale,
        np.ones((len(free), start), dtype=np.bool_),
        smallest * float(n[0]),
    )
    return _Weights(units, periods)


def _placebo_error(placebo: FloatArray) -> StandardError | NotEstimable:
    if len(placebo) < 2:
        return NotEstimable(Reason.NO_CONTROLS, "fewer controls than pilots: no placebo assignment is possible")
    return StandardError(float(np.std(placebo)), np.inf)


def _counts(sample: Sample) -> Counts:
    return sample.counts(np.ones((sample.n_units, sample.n_periods), dtype=np.bool_))


def _by_row(sample: Sample, weights: FloatArray, group: IntArray, n_rows: int) -> FloatArray:
    """Weights of the control units shared by their rows according to size."""
    control = group >= 0
    size = np.bincount(group[control], sample.weights[control])
    by_unit = np.zeros(sample.n_units)
    by_unit[control] = (weights / size)[group[control]] * sample.weights[control]
    return sample.original(by_unit, n_rows)


def _root_mean_square(values: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.square(values).mean(axis=1)))


def _rank(value: float, placebo: FloatArray) -> float:
    return (1 + int((placebo >= value * (1 - 1e-12)).sum())) / (1 + len(placebo))
