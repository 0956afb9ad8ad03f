"""Poisson quasi-maximum likelihood with unit and period effects, for costs and counts with zeros.

The unit effects are concentrated out: given the regressors, a unit's total is split over its periods in
proportion to the fitted values. What remains is Newton's method on a few dozen coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.cluster_robust import ClusterBlock, cluster_robust
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import cluster_sums
from pilotbook.estimate.result import Effect, FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import BoolArray, IntArray, Sample, n_rows_of

NEWTON_STEPS = 60
CONVERGED = 1e-11
NO_RESIDUAL = 1e-10
"""Largest residual, relative to the largest fitted value, of an outcome that counts as constant."""
RUNAWAY = 15.0
"""A log rate ratio beyond this means that one side is (almost) all zeros."""


def poisson(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[Effect | NotEstimable, ...]:
    """Log rate ratio of treated to untreated, from a Poisson regression with unit and period effects.

    Only the mean has to be right: the outcome need not be a count nor have variance equal to its mean.
    100·(exp(b) - 1) is the effect in per cent. Units whose outcome is zero throughout carry no information
    and are left out.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, not negative, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    exposure : (n_units, n_periods), optional
        Persons, days … that the outcome is a total over; its logarithm is the offset.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that count as treated.

    Returns
    -------
    tuple of Effect or NotEstimable
        One per outcome, on the log scale, with CR2 (recommended), CRV1 and CRV3 errors of the weighted
        regression at the solution.

    References
    ----------
    Wooldridge (1999); checked against pyfixest ``fepois``.
    """
    offset = None
    if exposure is not None:
        size = np.asarray(exposure, dtype=np.float64)
        if size.shape != np.shape(y)[-2:]:
            raise ValueError(f"exposure must have the shape of one outcome, {np.shape(y)[-2:]}, not {size.shape}")
        if (size <= 0).any():
            refusal = NotEstimable(Reason.NOT_POSITIVE, "an exposure is zero or negative; set it to missing")
            return (refusal,) * n_rows_of(y)[0]
        offset = np.log(size)
    return by_outcome(partial(_poisson, offset=offset), y, cohort, weights, cluster, anticipation)


def _poisson(
    sample: Sample, observed: BoolArray, n_rows: int, offset: FloatArray | None
) -> list[Effect | NotEstimable]:
    shift = np.zeros(sample.y.shape[1:]) if offset is None else offset[sample.order]
    observed = observed & np.isfinite(shift)
    return [
        _one(sample.select(np.array([o])), observed, n_rows, np.where(observed, shift, 0.0))
        for o in range(len(sample.y))
    ]


def _one(sample: Sample, observed: BoolArray, n_rows: int, offset: FloatArray) -> Effect | NotEstimable:
    y = np.where(observed, sample.y[0], 0.0)
    if (y < 0).any():
        return NotEstimable(Reason.NOT_POSITIVE, "the outcome has negative values; a Poisson mean cannot")
    used = observed & ((y.sum(axis=1) > 0) & (observed.sum(axis=1) >= 2))[:, None]
    refused = obstacle(sample, used)
    if refused:
        return refused
    units = used.any(axis=1)
    sample, used, y, offset = sample.keep(units), used[units], y[units], offset[units]
    fit = _newton(_regressors(sample, used), y, used, offset, sample.weights)
    if isinstance(fit, NotEstimable):
        return fit
    residual = sample.weights[:, None] * y - fit.fitted
    if np.abs(residual).max() <= NO_RESIDUAL * fit.fitted.max():
        return NotEstimable(Reason.NO_VARIATION, "the outcome does not vary once unit and period effects are taken out")
    return fit.effect(sample, used, n_rows)


def _regressors(sample: Sample, used: BoolArray) -> FloatArray:
    """Treatment and period dummies without the redundant ones, (n_units, n_periods, p)."""
    periods = np.flatnonzero(used.any(axis=0))[1:]
    x = np.zeros((sample.n_units, sample.n_periods, 1 + len(periods)))
    x[:, :, 0] = sample.treated()
    x[:, periods, np.arange(1, 1 + len(periods))] = 1.0
    return x


@dataclass(frozen=True, eq=False)
class _Fit:
    """Solution, with regressors centred by unit at the fitted shares."""

    beta: FloatArray
    centred: FloatArray
    fitted: FloatArray
    gram: FloatArray
    scores: FloatArray

    def effect(self, sample: Sample, used: BoolArray, n_rows: int) -> Effect:
        contrast = np.eye(1, len(self.beta))
        robust = cluster_robust(
            self.gram,
            self._blocks(sample.cluster),
            cluster_sums(self.scores[None], sample.cluster),
            contrast,
            int(used.sum()),
            len(self.beta) + 1,
        )
        influence = self.scores @ np.linalg.solve(self.gram, contrast[0])
        return Effect(
            float(self.beta[0]),
            robust.standard_errors(0, 0),
            sample.counts(used),
            sample.original(influence, n_rows),
        )

    def _blocks(self, cluster: IntArray) -> Iterator[ClusterBlock]:
        root = self.centred * np.sqrt(self.fitted)[:, :, None]
        order = np.argsort(cluster, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1):
            x = root[members].reshape(-1, root.shape[2])
            yield ClusterBlock(cluster[members[:1]], np.ones(1), x)


def _newton(
    x: FloatArray, y: FloatArray, used: BoolArray, offset: FloatArray, weights: FloatArray
) -> _Fit | NotEstimable:
    total = y.sum(axis=1, keepdims=True)
    beta = np.zeros(x.shape[2])
    deviance = np.inf
    step = np.zeros_like(beta)
    for _ in range(NEWTON_STEPS):
        centred, share = _centre(x, used, offset, beta)
        new = -float(weights @ (y * np.log(np.where(used, share, 1.0))).sum(axis=1))
        if new > deviance + 1e-9 * abs(deviance) and np.abs(step).max() > 1e-8:
            step = step / 2
            beta = beta - step
            continue
        deviance = new
        fitted = weights[:, None] * total * share
        flat = (centred * np.sqrt(fitted)[:, :, None]).reshape(-1, len(beta))
        gram = flat.T @ flat
        scores = np.einsum("itp,it->ip", centred, weights[:, None] * y - fitted)
        if np.linalg.matrix_rank(gram, hermitian=True, tol=1e-11 * np.linalg.norm(gram, 2)) < len(beta):
            return _refusal(beta)
        if np.abs(step).max() < CONVERGED and step.any():
            return _Fit(beta, centred, fitted, gram, scores)
        step = np.linalg.solve(gram, scores.sum(axis=0))
        beta = beta + step
        if abs(beta[0]) > RUNAWAY:
            return _refusal(beta)
        if not step.any():
            return _Fit(beta, centred, fitted, gram, scores)
    return _refusal(beta)


def _centre(x: FloatArray, used: BoolArray, offset: FloatArray, beta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Regressors less their unit means at the fitted shares, and those shares (n_units, n_periods)."""
    index = np.where(used, x @ beta + offset, -np.inf)
    mu = np.exp(index - index.max(axis=1, keepdims=True))
    share = mu / mu.sum(axis=1, keepdims=True)
    return x - np.einsum("itp,it->ip", x, share)[:, None, :], share


def _refusal(beta: FloatArray) -> NotEstimable:
    if abs(beta[0]) > RUNAWAY / 3:
        return NotEstimable(
            Reason.NO_CONVERGENCE,
            "the pilots' outcome is (almost) all zero on one side of the start: no finite ratio",
        )
    return NotEstimable(Reason.COLLINEAR, "the effect cannot be told apart from unit and period effects")
