"""Callaway and Sant'Anna's group-time effects: every cohort against units that are not treated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.group_time import GroupTimeEffects
from pilotbook.estimate.path import Support
from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample

Controls = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]
Missing = Literal["pairs", "complete"]


def callaway_santanna(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    controls: Controls = "not_yet",
    base: Base = "varying",
    missing: Missing = "pairs",
) -> tuple[GroupTimeEffects | NotEstimable, ...]:
    """Average effect on each cohort in each period, without covariates.

    ATT(g, t) is the change of cohort g from its base period to t less the same change of the controls.
    Cohorts without a period before their start (and before anticipation) are left out.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that may already be affected.
    controls
        ``"never"``: only units not treated in the window. ``"not_yet"``: also those still untreated at t.
    base
        Before the start, compare with the period before (``"varying"``) or always with the last period before
        the start (``"universal"``).
    missing
        ``"pairs"``: each pair uses the units observed in both its periods. ``"complete"``: only units
        observed in every period.

    Returns
    -------
    tuple of GroupTimeEffects or NotEstimable
        One per outcome; errors are the jackknife over assignment units (recommended) and clustered
        influence functions.

    References
    ----------
    Callaway and Sant'Anna (2021); checked against 15-digit output of the R package ``did``.
    """
    estimator = partial(_callaway_santanna, controls=controls, base=base, missing=missing)
    return by_outcome(estimator, y, cohort, weights, cluster, anticipation)


@dataclass(frozen=True)
class Pair:
    """One comparison: cohort g from period ``base`` to period ``period``."""

    cohort: int
    period: int
    base: int

    def pilots(self, sample: Sample) -> BoolArray:
        """Units of the cohort."""
        return np.asarray(sample.cohort == self.cohort)

    def controls(self, sample: Sample, kind: Controls) -> BoolArray:
        """Units to compare with."""
        if kind == "never":
            return np.asarray(sample.cohort == NEVER)
        untreated = (sample.onset > max(self.period, self.base)) & (sample.cohort != self.cohort)
        return np.asarray(untreated)


def pairs(sample: Sample, base: Base) -> Iterator[Pair]:
    """All comparisons that the window allows."""
    for g in sample.cohorts:
        last_before = int(g) - sample.anticipation - 1
        if last_before < 0:
            continue
        for t in range(sample.n_periods):
            start = last_before if base == "universal" or t > last_before else t - 1
            if start >= 0 and start != t:
                yield Pair(int(g), t, start)


def _callaway_santanna(
    sample: Sample, observed: BoolArray, n_rows: int, controls: Controls, base: Base, missing: Missing
) -> list[GroupTimeEffects | NotEstimable]:
    if missing == "complete":
        observed = observed & np.all(observed, axis=1, keepdims=True)
    refused = obstacle(sample, observed, never_treated=controls == "never")
    if refused:
        return [refused] * len(sample.y)
    present = np.asarray(observed.any(axis=1) & (sample.onset > 0))
    sample, observed = sample.keep(present), observed[present]
    y = np.ascontiguousarray(np.moveaxis(sample.y, 2, 0))
    kept = [
        (pair, *cells)
        for pair in pairs(sample, base)
        if (cells := _compare(y, observed, sample, pair, controls)) is not None
    ]
    if not any(pair.period >= pair.cohort for pair, *_ in kept):
        refusal = NotEstimable(
            Reason.NO_CONTROLS, "no cohort can be compared with untreated units after its start"
        )
        return [refusal] * len(sample.y)
    estimate = np.stack([cell[1] for cell in kept], axis=-1)
    influence = np.stack([cell[2] for cell in kept], axis=-1)
    deleted = np.stack([cell[3] for cell in kept], axis=-1)
    support = tuple(cell[4] for cell in kept)
    g, t = np.array([cell[0].cohort for cell in kept]), np.array([cell[0].period for cell in kept])
    counts = sample.counts(observed)
    flat = np.abs(influence).max(axis=(1, 2)) <= 1e-14 * np.abs(np.nan_to_num(sample.y)).max(axis=(1, 2))
    return [
        NotEstimable(Reason.NO_VARIATION, "the outcome does not vary between units in any comparison")
        if flat[o]
        else GroupTimeEffects(g, t, estimate[o], influence[o], deleted[o], support, sample, counts, n_rows)
        for o in range(len(estimate))
    ]


def _compare(
    y: FloatArray, observed: BoolArray, sample: Sample, pair: Pair, kind: Controls
) -> tuple[FloatArray, FloatArray, FloatArray, Support] | None:
    """Estimate (n_outcomes,), influence (…, n_units), deletions (…, n_clusters) and support of one pair."""
    both = observed[:, pair.period] & observed[:, pair.base]
    pilots = np.flatnonzero(pair.pilots(sample) & both)
    controls = np.flatnonzero(pair.controls(sample, kind) & both)
    if not len(pilots) or not len(controls):
        return None
    change = y[pair.period] - y[pair.base]
    influence = np.zeros_like(change)
    deleted = np.zeros((len(change), sample.n_clusters))
    estimate = np.zeros(len(change))
    for units, sign in ((pilots, 1.0), (controls, -1.0)):
        share = sample.weights[units] / sample.weights[units].sum()
        mean = change[:, units] @ share
        part = (change[:, units] - mean[:, None]) * share
        estimate += sign * mean
        influence[:, units] = sign * part
        deleted += sign * (mean[:, None] + _shift(part, share, sample.cluster[units], sample.n_clusters))
    return estimate, influence, deleted, Support(len(pilots), 1)


def _shift(part: FloatArray, share: FloatArray, cluster: IntArray, n_clusters: int) -> FloatArray:
    """Change of a weighted mean when each cluster is left out; NaN if nothing is left."""
    lost = np.bincount(cluster, share, minlength=n_clusters)
    sums = np.zeros((len(part), n_clusters))
    if len(np.unique(cluster)) == len(cluster):
        sums[:, cluster] = part
    else:
        np.add.at(sums.T, cluster, part.T)
    rest = 1.0 - lost
    return np.where(rest > 1e-10, -sums / np.where(rest > 1e-10, rest, 1.0), np.nan)
