"""Standard errors from leaving out one assignment unit at a time."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import NotEstimable, Reason, StandardError
from pilotbook.estimate.sample import BoolArray, FloatArray, Sample

CARRIED_BY_ONE = "without one assignment unit the effect is not identified; use placebo ranks"


def smaller_side(sample: Sample, pilots: BoolArray) -> float | None:
    """Degrees of freedom of a comparison of assignment units: the smaller of the two sides less one.

    None if a single assignment unit holds every pilot. The variance of a difference of means is dominated
    by the smaller side, as in Welch's test when the other side is large; simulated coverage is in
    ``docs/methods/did.md``.
    """
    with_pilots = int(np.count_nonzero(np.bincount(sample.cluster[pilots])))
    without = int(np.count_nonzero(np.bincount(sample.cluster[~pilots])))
    if with_pilots < 2:
        return None
    return float(max(1, min(with_pilots, without or with_pilots) - 1))


def jackknife_error(deleted: FloatArray, estimate: float, df: float) -> StandardError | NotEstimable:
    """Take the standard error from estimates without each of G clusters: (G-1)/G · Σ(θ₍₋g₎ - θ)²."""
    se = float(jackknife_errors(deleted, np.asarray(estimate)))
    return NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, CARRIED_BY_ONE) if np.isnan(se) else StandardError(se, df)


def jackknife_errors(deleted: FloatArray, estimate: FloatArray) -> FloatArray:
    """Take the standard errors (…) of estimates (…) from deletions (…, G), NaN where one of these does not exist."""
    n = deleted.shape[-1]
    square = np.ascontiguousarray(np.square(deleted - estimate[..., None]))
    known = np.isfinite(deleted).all(axis=-1)
    return np.where(known, np.sqrt(square.sum(axis=-1) * (n - 1) / n), np.nan)


def by_cluster(by_unit: FloatArray, sample: Sample) -> FloatArray:
    """Add up the units (n_units, …) of each cluster: (n_clusters, …)."""
    out = np.zeros((sample.n_clusters, *by_unit.shape[1:]))
    if sample.n_clusters == sample.n_units:
        out[sample.cluster] = by_unit
    else:
        np.add.at(out, sample.cluster, by_unit)
    return out
