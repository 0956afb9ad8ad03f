"""Least squares with unit and period effects, balanced or not, weighted or not, exact without iteration.

Weights belong to units, so a unit's effect is removed by subtracting its own mean over the observed
periods. The period effects stay as explicit regressors: with a few dozen periods the normal equations are
small, and nothing has to converge. Units with the same regressors and the same missing periods form a
*pattern*; cross products are computed once per pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.cluster_robust import (
    REGRESSION_VARIANCES,
    ClusterBlock,
    ClusterRobust,
    cluster_robust,
)
from pilotbook.estimate.result import Counts, Effect, NotEstimable, Reason, Variance
from pilotbook.estimate.sample import Sample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

RANK_TOLERANCE = 1e-11
"""Relative size below which an eigenvalue of the scaled cross product counts as zero."""
NO_VARIATION = 1e-12
"""Largest deviation from unit means, relative to the outcome's size, that counts as constant."""
NO_RESIDUAL = 1e-9
"""Largest residual, relative to the largest deviation from unit means, that counts as none."""


@dataclass(frozen=True, eq=False)
class Regressors:
    """Regressors by pattern.

    Attributes
    ----------
    values : (n_patterns, n_periods, n_regressors)
        Values of the regressors of interest.
    pattern : (n_units,)
        Which pattern each unit follows.
    """

    values: FloatArray
    pattern: IntArray


@dataclass(frozen=True, eq=False)
class TwoWayFit:
    """A fitted regression with unit and period effects.

    Attributes
    ----------
    sample
        The sample, outcomes observed in the same cells.
    used : (n_units, n_periods)
        Cells used: observed, in a unit with at least two observations.
    n_regressors
        Number of regressors of interest; they come first, period effects after them.
    coefficients : (n_outcomes, p)
        Estimates for regressors and period effects, both after scaling by ``scale``.
    unit_scores : (n_outcomes, n_units, p)
        Weighted scores by unit, ``X_i'W_iu_i``.
    gram : (p, p)
        Cross product of all (demeaned, scaled) regressors, and its pseudo-inverse ``bread``.
    scale : (p,)
        What each regressor was divided by.
    design : (n_patterns, n_periods, p)
        Demeaned and scaled regressors; ``pattern`` (n_units,) says which unit has which.
    constant : (n_outcomes,)
        True where nothing of the outcome is left after unit and period effects.
    """

    sample: Sample
    used: BoolArray
    n_regressors: int
    coefficients: FloatArray
    unit_scores: FloatArray
    gram: FloatArray
    bread: FloatArray
    scale: FloatArray
    design: FloatArray
    pattern: IntArray
    rank: int
    constant: BoolArray

    @property
    def counts(self) -> Counts:
        """Counts of the cells used."""
        return self.sample.counts(self.used)

    def scaled(self, contrasts: FloatArray) -> FloatArray:
        """Contrasts (n_contrasts, n_regressors) as rows over all scaled coefficients."""
        rows = np.zeros((len(contrasts), len(self.scale)))
        rows[:, : self.n_regressors] = contrasts / self.scale[: self.n_regressors]
        return rows

    def estimable(self, rows: FloatArray) -> BoolArray:
        """Whether the data identify each contrast."""
        missed = np.linalg.norm(rows - rows @ self.bread @ self.gram, axis=1)
        return np.asarray(missed < 1e-6 * np.linalg.norm(rows, axis=1))

    def cluster_robust(self, rows: FloatArray, kinds: tuple[Variance, ...] = REGRESSION_VARIANCES) -> ClusterRobust:
        """Variances of some contrasts, clustered on the sample's assignment units."""
        present = np.asarray(self.used.any(axis=1))
        cluster = np.full(len(present), -1)
        cluster[present] = np.unique(self.sample.cluster[present], return_inverse=True)[1]
        scores = cluster_sums(self.unit_scores[:, present], cluster[present])
        return cluster_robust(self.gram, self.blocks(cluster), scores, rows, int(self.used.sum()), self.rank + 1, kinds)

    def blocks(self, cluster: IntArray) -> Iterator[ClusterBlock]:
        """Cross products by cluster, codes (n_units,) with -1 for units left out."""
        units = np.flatnonzero((cluster >= 0) & self.used.any(axis=1))
        order = units[np.argsort(cluster[units], kind="stable")]
        starts = np.flatnonzero(np.r_[True, np.diff(cluster[order]) > 0])
        if len(starts) == len(order):
            for p in np.unique(self.pattern[units]):
                alike = units[self.pattern[units] == p]
                yield ClusterBlock(cluster[alike], self.sample.weights[alike], self._rows(p))
            return
        for members in np.split(order, starts[1:]):
            patterns, inverse = np.unique(self.pattern[members], return_inverse=True)
            total = np.bincount(inverse, self.sample.weights[members])
            x = (self.design[patterns] * np.sqrt(total)[:, None, None]).reshape(-1, len(self.scale))
            yield ClusterBlock(cluster[members[:1]], np.ones(1), x)

    def _rows(self, pattern: int) -> FloatArray:
        """Regressors of a pattern in its used periods."""
        x = self.design[pattern]
        return np.asarray(x[np.any(x != 0, axis=1)])

    def effects(
        self, contrasts: FloatArray, n_rows: int, counts: Counts | None = None
    ) -> tuple[list[list[Effect | NotEstimable]], list[dict[Variance, FloatArray]]]:
        """Effects of contrasts (n_contrasts, n_regressors) by outcome and contrast, and their covariances."""
        rows = self.scaled(contrasts)
        estimable = self.estimable(rows)
        robust = self.cluster_robust(np.where(estimable[:, None], rows, 0.0))
        influence = self.unit_scores @ (self.bread @ rows.T)
        estimates = self.coefficients @ rows.T
        counts = counts or self.counts
        effects = [
            [
                self._refusal(outcome, bool(estimable[k]))
                or Effect(
                    float(estimates[outcome, k]),
                    robust.standard_errors(outcome, k),
                    counts,
                    self.sample.original(influence[outcome, :, k], n_rows),
                )
                for k in range(len(rows))
            ]
            for outcome in range(len(estimates))
        ]
        unknown = ~estimable | robust.carried_by_one
        return effects, [robust.covariances(outcome, unknown) for outcome in range(len(estimates))]

    def _refusal(self, outcome: int, estimable: bool) -> NotEstimable | None:
        if self.constant[outcome]:
            return NotEstimable(
                Reason.NO_VARIATION, "the outcome does not vary once unit and period effects are taken out"
            )
        if not estimable:
            return NotEstimable(
                Reason.COLLINEAR,
                "the effect cannot be told apart from unit effects, period effects or covariates",
            )
        return None


def fit_two_way(sample: Sample, observed: BoolArray, regressors: Regressors) -> TwoWayFit:
    """Regress every outcome on regressors, unit effects and period effects by weighted least squares.

    Parameters
    ----------
    sample
        Outcomes that are all observed in the same cells.
    observed : (n_units, n_periods)
        Those cells (or fewer: others are left out).
    regressors
        The regressors of interest.
    """
    used = observed if observed.all() else observed & (observed.sum(axis=1) >= 2)[:, None]
    design, pattern = _design(regressors, used)
    n_regressors = regressors.values.shape[2]
    weights = sample.weights
    total = np.bincount(pattern, weights, minlength=len(design))
    flat = (design * np.sqrt(total)[:, None, None]).reshape(-1, design.shape[2])
    norms = np.sqrt(np.square(flat).sum(axis=0))
    scale = np.where(norms > 0, norms, 1.0)
    design, flat = design / scale, flat / scale
    gram = flat.T @ flat
    bread, rank = _pseudo_inverse(gram)
    y, spread, size = _demean_units(sample.y, used)
    scores = by_pattern(y, design, pattern)
    solution = _Solution(design, pattern, np.einsum("oip,i->op", scores, weights) @ bread)
    scores -= solution.products()
    scores *= weights[:, None]
    return TwoWayFit(
        sample=sample,
        used=used,
        n_regressors=n_regressors,
        coefficients=solution.coefficients,
        unit_scores=scores,
        gram=gram,
        bread=bread,
        scale=scale,
        design=design,
        pattern=pattern,
        rank=rank,
        constant=_constant(y, solution, spread, size),
    )


@dataclass(frozen=True, eq=False)
class _Solution:
    """Coefficients (n_outcomes, p) of a design by pattern."""

    design: FloatArray
    pattern: IntArray
    coefficients: FloatArray

    def products(self) -> FloatArray:
        """``X_i'X_i b`` for every unit, (n_outcomes, n_units, p)."""
        fitted = np.tensordot(self.coefficients, self.design, axes=(1, 2))
        products = np.einsum("oqt,qtp->oqp", fitted, self.design, optimize=True)
        return np.asarray(products[:, self.pattern])

    def residuals(self, y: FloatArray, outcome: int, units: IntArray) -> FloatArray:
        """Residuals (n_chosen, n_periods) of some units."""
        return np.asarray(y[outcome, units] - self.design[self.pattern[units]] @ self.coefficients[outcome])


def cluster_sums(by_unit: FloatArray, cluster: IntArray) -> FloatArray:
    """Sum values (n_outcomes, n_units, …) over the units of each cluster."""
    n_clusters = int(cluster.max()) + 1
    if n_clusters == len(cluster):
        out = np.empty_like(by_unit)
        out[:, cluster] = by_unit
        return out
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(cluster[order]) > 0])
    return np.asarray(np.add.reduceat(by_unit[:, order], starts, axis=1))


def by_pattern(y: FloatArray, design: FloatArray, pattern: IntArray) -> FloatArray:
    """``X_i'y_i`` for every unit: (n_outcomes, n_units, p) from y (n_outcomes, n_units, n_periods)."""
    if len(design) > len(pattern) // 4:
        return np.asarray((y[:, :, None, :] @ design[pattern])[:, :, 0])
    out = np.empty((*y.shape[:2], design.shape[2]))
    for p, x in enumerate(design):
        units = np.flatnonzero(pattern == p)
        if len(units) and units[-1] - units[0] + 1 == len(units):
            out[:, units[0] : units[-1] + 1] = y[:, units[0] : units[-1] + 1] @ x
        else:
            out[:, units] = y[:, units] @ x
    return out


def _design(regressors: Regressors, used: BoolArray) -> tuple[FloatArray, IntArray]:
    """Regressors and period dummies, unit means removed, by pattern of regressors and of used periods."""
    if used.all():
        first, pattern = regressors.values, regressors.pattern
        cells: BoolArray = np.ones(first.shape[:2], dtype=np.bool_)
    else:
        alike, pattern = _first_of_each(np.column_stack([regressors.pattern, used]))
        first, cells = regressors.values[regressors.pattern[alike]], used[alike]
    dummies = np.broadcast_to(np.eye(cells.shape[1])[:, 1:], (len(cells), cells.shape[1], cells.shape[1] - 1))
    x = np.concatenate([first, dummies], axis=2)
    n = np.maximum(cells.sum(axis=1), 1)[:, None, None]
    mean = np.where(cells[:, :, None], x, 0.0).sum(axis=1, keepdims=True) / n
    return np.where(cells[:, :, None], x - mean, 0.0), pattern


def _first_of_each(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return a row of each kind among rows of integers (n, k), in ascending order, and which kind each row is."""
    order = np.lexsort(keys.T[::-1])
    new = np.r_[True, (np.diff(keys[order], axis=0) != 0).any(axis=1)]
    kind = np.empty(len(keys), dtype=np.int64)
    kind[order] = np.cumsum(new) - 1
    return order[new], kind


def _demean_units(y: FloatArray, used: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Outcomes less unit means with zeros outside ``used``; largest deviation and size by outcome."""
    if used.all():
        demeaned = y - y.mean(axis=2, keepdims=True)
        size = np.maximum(y.max(axis=(1, 2), initial=0.0), -y.min(axis=(1, 2), initial=0.0))
    else:
        filled = np.where(used, y, 0.0)
        n = np.maximum(used.sum(axis=1), 1)[:, None]
        demeaned = np.where(used, filled - filled.sum(axis=2, keepdims=True) / n, 0.0)
        size = np.abs(filled).max(axis=(1, 2), initial=0.0)
    spread = np.maximum(demeaned.max(axis=(1, 2), initial=0.0), -demeaned.min(axis=(1, 2), initial=0.0))
    return demeaned, spread, size


def _constant(y: FloatArray, fit: _Solution, spread: FloatArray, size: FloatArray) -> BoolArray:
    """Whether nothing of an outcome is left after the fit.

    Residuals of fifty units tell for almost every outcome that something is; only if they do not are all
    computed.
    """
    constant = spread <= NO_VARIATION * np.maximum(size, np.finfo(float).tiny)
    few = np.linspace(0, y.shape[1] - 1, min(y.shape[1], 50)).astype(np.int64)
    for outcome in np.flatnonzero(~constant):
        bound = NO_RESIDUAL * spread[outcome]
        constant[outcome] = all(
            np.abs(fit.residuals(y, int(outcome), units)).max() <= bound for units in (few, np.arange(y.shape[1]))
        )
    return np.asarray(constant)


def _pseudo_inverse(gram: FloatArray) -> tuple[FloatArray, int]:
    values, vectors = np.linalg.eigh(gram)
    kept = values > RANK_TOLERANCE * values.max(initial=0.0)
    inverse = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    return (vectors * inverse) @ vectors.T, int(kept.sum())
