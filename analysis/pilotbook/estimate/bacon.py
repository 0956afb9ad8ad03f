"""Goodman-Bacon's decomposition: which comparisons two-way fixed effects average, and with what weight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample


class Comparison(StrEnum):
    """Who is compared with whom."""

    NEVER_TREATED = "treated with never treated"
    NOT_YET_TREATED = "earlier with later treated, before the later start"
    ALREADY_TREATED = "later with earlier treated, after the earlier start"
    ALWAYS_TREATED = "treated with always treated"


FORBIDDEN = (Comparison.ALREADY_TREATED, Comparison.ALWAYS_TREATED)


@dataclass(frozen=True)
class Component:
    """One 2 × 2 comparison inside two-way fixed effects.

    Attributes
    ----------
    kind
        Who is compared with whom.
    treated, control
        Cohorts.
    weight
        Share in the two-way coefficient; weights sum to one.
    estimate
        The comparison's own estimate.
    """

    kind: Comparison
    treated: int
    control: int
    weight: float
    estimate: float


@dataclass(frozen=True)
class Bacon:
    """The decomposition.

    Attributes
    ----------
    components
        Every 2 × 2.
    estimate
        Their weighted sum: the two-way fixed effects coefficient of the units used.
    forbidden_share
        Weight on comparisons whose controls are already treated.
    n_dropped
        Units left out because a period is missing.
    """

    components: tuple[Component, ...]
    estimate: float
    forbidden_share: float
    n_dropped: int

    def share(self, kind: Comparison) -> float:
        """Weight on one kind of comparison."""
        return sum(c.weight for c in self.components if c.kind is kind)

    def mean(self, kind: Comparison) -> float:
        """Weighted mean estimate of one kind of comparison; NaN if there is none."""
        share = self.share(kind)
        total = sum(c.weight * c.estimate for c in self.components if c.kind is kind)
        return total / share if share > 0 else float("nan")


def bacon(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[Bacon | NotEstimable, ...]:
    """Decompose the two-way fixed effects coefficient into its 2 × 2 comparisons.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes; units with a missing period are left out, and counted.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`; 0 or less if treated throughout.
    weights : (n_units,), optional
        Weights of the units.
    anticipation
        Periods before the start that count as treated.

    Returns
    -------
    tuple of Bacon or NotEstimable
        One per outcome.

    References
    ----------
    Goodman-Bacon (2021); checked against the R package bacondecomp's published numbers and diff-diff.
    """
    return by_outcome(_bacon, y, cohort, weights, None, anticipation)


def _bacon(sample: Sample, observed: BoolArray, n_rows: int) -> list[Bacon | NotEstimable]:
    complete = np.asarray(observed.all(axis=1))
    refused = obstacle(sample, observed & np.all(observed, axis=1, keepdims=True))
    if refused:
        return [refused] * len(sample.y)
    sample = sample.keep(complete)
    onsets, group = np.unique(sample.onset, return_inverse=True)
    size = np.bincount(group, sample.weights) / sample.weights.sum()
    means = np.zeros((len(sample.y), len(onsets), sample.n_periods))
    for k in range(len(onsets)):
        w = sample.weights[group == k]
        means[:, k] = np.einsum("oit,i->ot", sample.y[:, group == k], w / w.sum())
    return [_decompose(means[o], onsets, size, sample, n_rows) for o in range(len(means))]


def _decompose(
    means: FloatArray, onsets: IntArray, size: FloatArray, sample: Sample, n_rows: int
) -> Bacon | NotEstimable:
    n_periods = means.shape[1]
    share = np.clip(1 - onsets.astype(float) / n_periods, 0.0, 1.0)
    raw = []
    for k, control in permutations(range(len(onsets)), 2):
        part = _two_by_two(k, control, onsets, share, size, means)
        if part is not None:
            raw.append(part)
    total = sum(component.weight for component in raw)
    if not total > 0:
        return NotEstimable(Reason.NO_CONTROLS, "no two cohorts can be compared")
    components = tuple(
        Component(c.kind, _cohort(c.treated, sample), _cohort(c.control, sample), c.weight / total, c.estimate)
        for c in raw
    )
    return Bacon(
        components,
        sum(c.weight * c.estimate for c in components),
        sum(c.weight for c in components if c.kind in FORBIDDEN),
        n_rows - sample.n_units,
    )


def _cohort(onset: int, sample: Sample) -> int:
    return onset if onset == NEVER else onset + sample.anticipation


def _two_by_two(
    k: int, control: int, onsets: IntArray, share: FloatArray, size: FloatArray, means: FloatArray
) -> Component | None:
    """Estimate and unnormalised weight of group k against a control group, if they are a comparison."""
    start, other = int(onsets[k]), int(onsets[control])
    n_periods = means.shape[1]
    if start <= 0 or start == NEVER:
        return None
    periods = np.arange(n_periods)
    if other == NEVER or other <= 0:
        window, kind = periods, (Comparison.NEVER_TREATED if other == NEVER else Comparison.ALWAYS_TREATED)
    elif start < other:
        window, kind = periods[:other], Comparison.NOT_YET_TREATED
    else:
        window, kind = periods[other:], Comparison.ALREADY_TREATED
    after = window >= start
    treated = float(after.mean())
    pair = size[k] + size[control]
    balance = size[k] * size[control] / pair**2
    weight = (pair * len(window) / n_periods) ** 2 * balance * treated * (1 - treated)
    change = means[k, window] - means[control, window]
    return Component(kind, start, other, float(weight), float(change[after].mean() - change[~after].mean()))
