"""Callaway and Sant'Anna's group-time effects: every cohort against units that are not treated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.doubly_robust import Adjustment, adjusted_change
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.group_time import GroupTimeEffects
from pilotbook.estimate.path import Support
from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample, n_rows_of

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
    covariates: ArrayLike | None = None,
    adjustment: Adjustment = "dr",
) -> tuple[GroupTimeEffects | NotEstimable, ...]:
    """Average effect on each cohort in each period.

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
        One per outcome. Errors are the jackknife over assignment units (recommended; not with covariates) and
        clustered influence functions. With covariates one comparison without overlap makes the whole not
        estimable.

    References
    ----------
    Callaway and Sant'Anna (2021); checked against 15-digit output of the R package ``did``.
    """
    x = None if covariates is None else np.asarray(covariates, dtype=np.float64)
    if x is not None and x.shape[:1] != (n_rows_of(y)[1],):
        raise ValueError(f"covariates must have one row per unit ({n_rows_of(y)[1]}), not shape {x.shape}")
    adjust = None if x is None else _Adjust(x.reshape(len(x), -1), adjustment)
    estimator = partial(_callaway_santanna, controls=controls, base=base, missing=missing, adjust=adjust)
    return by_outcome(estimator, y, cohort, weights, cluster, anticipation)


@dataclass(frozen=True, eq=False)
class _Adjust:
    """Covariates by row of the caller's arrays, and how they enter."""

    covariates: FloatArray
    method: Adjustment

    def design(self, sample: Sample) -> FloatArray:
        """Covariates of the sample's units with a constant first."""
        return np.column_stack([np.ones(sample.n_units), self.covariates[sample.order]])


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


@dataclass(frozen=True, eq=False)
class _Comparison:
    """A pair's estimate (n_outcomes,), influence (…, n_units), deletions (…, n_clusters) and support."""

    pair: Pair
    estimate: FloatArray
    influence: FloatArray
    deleted: FloatArray | None
    support: Support


def _callaway_santanna(
    sample: Sample,
    observed: BoolArray,
    n_rows: int,
    controls: Controls,
    base: Base,
    missing: Missing,
    adjust: _Adjust | None,
) -> list[GroupTimeEffects | NotEstimable]:
    if missing == "complete":
        observed = observed & np.all(observed, axis=1, keepdims=True)
    if adjust is not None:
        observed = observed & np.all(np.isfinite(adjust.covariates[sample.order]), axis=1, keepdims=True)
    refused = obstacle(sample, observed, never_treated=controls == "never")
    if refused:
        return [refused] * len(sample.y)
    present = np.asarray(observed.any(axis=1) & (sample.onset > 0))
    sample, observed = sample.keep(present), observed[present]
    kept = _comparisons(sample, observed, pairs(sample, base), controls, adjust)
    if isinstance(kept, NotEstimable):
        return [kept] * len(sample.y)
    size = np.abs(np.where(observed, sample.y, 0.0)).max(axis=(1, 2))
    flat = np.max([np.abs(one.influence).max(axis=1) for one in kept], axis=0) <= 1e-14 * size
    return [
        NotEstimable(Reason.NO_VARIATION, "the outcome does not vary between units in any comparison")
        if flat[o]
        else GroupTimeEffects(
            cohort=np.array([one.pair.cohort for one in kept]),
            period=np.array([one.pair.period for one in kept]),
            estimate=np.array([one.estimate[o] for one in kept]),
            influence=np.column_stack([one.influence[o] for one in kept]),
            deleted=None
            if adjust is not None
            else np.column_stack([one.deleted[o] for one in kept if one.deleted is not None]),
            support=tuple(one.support for one in kept),
            sample=sample,
            counts=sample.counts(observed),
            n_rows=n_rows,
        )
        for o in range(len(sample.y))
    ]


def _comparisons(
    sample: Sample,
    observed: BoolArray,
    candidates: Iterable[Pair],
    controls: Controls,
    adjust: _Adjust | None,
) -> list[_Comparison] | NotEstimable:
    """All comparisons with pilots and controls, or why there is none after the start."""
    y = np.ascontiguousarray(np.moveaxis(sample.y, 2, 0))
    x = None if adjust is None else adjust.design(sample)
    kept = []
    for pilots, others, alike in _of_same_units(sample, observed, candidates, controls):
        change = y[[pair.period for pair in alike]] - y[[pair.base for pair in alike]]
        if adjust is None or x is None:
            kept += _plain(alike, change, sample, pilots, others)
            continue
        for pair, own in zip(alike, change, strict=True):
            adjusted = _adjusted(pair, own, sample, pilots, others, x, adjust.method)
            if isinstance(adjusted, _Comparison):
                kept.append(adjusted)
            elif pair.period >= pair.cohort:
                return adjusted
    if not any(one.pair.period >= one.pair.cohort for one in kept):
        return NotEstimable(Reason.NO_CONTROLS, "no cohort has untreated units to compare with after its start")
    return kept


def _of_same_units(
    sample: Sample, observed: BoolArray, candidates: Iterable[Pair], controls: Controls
) -> Iterator[tuple[IntArray, IntArray, list[Pair]]]:
    """Pilots, controls, and the neighbouring pairs that compare just these; pairs without either are left out."""

    def compared(pair: Pair) -> bytes:
        both = observed[:, pair.period] & observed[:, pair.base]
        return np.stack([pair.pilots(sample) & both, pair.controls(sample, controls) & both]).tobytes()

    for units, pairs in groupby(candidates, compared):
        pilots, others = map(np.flatnonzero, np.frombuffer(units, dtype=np.bool_).reshape(2, -1))
        if len(pilots) and len(others):
            yield pilots, others, list(pairs)


def _plain(
    pairs: list[Pair], change: FloatArray, sample: Sample, pilots: IntArray, controls: IntArray
) -> list[_Comparison]:
    """Compare weighted means of changes (n_pairs, n_outcomes, n_units)."""
    influence = np.zeros_like(change)
    deleted = np.zeros((*change.shape[:2], sample.n_clusters))
    estimate = np.zeros(change.shape[:2])
    for units, sign in ((pilots, 1.0), (controls, -1.0)):
        share = sample.weights[units] / sample.weights[units].sum()
        own = change.take(units, axis=2)
        mean = own @ share
        part = (own - mean[:, :, None]) * share
        estimate += sign * mean
        influence[:, :, units] = sign * part
        deleted += sign * (mean[:, :, None] + _shift(part, share, sample, units))
    support = Support(len(pilots), 1)
    parts = zip(pairs, estimate, influence, deleted, strict=True)
    return [_Comparison(pair, e, i, d, support) for pair, e, i, d in parts]


def _adjusted(
    pair: Pair,
    change: FloatArray,
    sample: Sample,
    pilots: IntArray,
    controls: IntArray,
    x: FloatArray,
    method: Adjustment,
) -> _Comparison | NotEstimable:
    """Compare with covariates."""
    units = np.sort(np.concatenate([pilots, controls]))
    pilot = np.isin(units, pilots).astype(np.float64)
    fitted = adjusted_change(change[:, units], pilot, x[units], sample.weights[units], method)
    if isinstance(fitted, NotEstimable):
        return fitted
    influence = np.zeros_like(change)
    influence[:, units] = fitted.influence
    return _Comparison(pair, fitted.estimate, influence, None, Support(len(pilots), 1))


def _shift(part: FloatArray, share: FloatArray, sample: Sample, units: IntArray) -> FloatArray:
    """Change of weighted means when each cluster is left out, (…, n_clusters); NaN if nothing is left."""
    cluster, n_clusters = sample.cluster[units], sample.n_clusters
    lost = np.bincount(cluster, share, minlength=n_clusters)
    sums = np.zeros((*part.shape[:-1], n_clusters))
    if n_clusters == sample.n_units:
        sums[..., cluster] = part
    else:
        np.add.at(np.moveaxis(sums, -1, 0), cluster, np.moveaxis(part, -1, 0))
    rest = 1.0 - lost
    return np.where(rest > 1e-10, -sums / np.where(rest > 1e-10, rest, 1.0), np.nan)
