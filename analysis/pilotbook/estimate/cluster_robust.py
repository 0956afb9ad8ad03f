r"""Cluster-robust variances CRV1, CR2 (with Satterthwaite df) and CRV3 from cluster sums alone.

With regressors :math:`X_g`, residuals :math:`u_g` and :math:`M=(\sum_g X_g'X_g)^{-1}`, all three are
:math:`\sum_g a_g^2` for :math:`a_g = c'R_g s_g`, where :math:`s_g=X_g'u_g` is the score of the cluster and
:math:`R_g = M^{1/2}(I - M^{1/2}S_gM^{1/2})^{-r}M^{1/2}`, :math:`S_g=X_g'X_g`; the exponent r is 0, 1/2 or 1.
So a p × p eigenproblem per cluster is enough, however many rows a cluster has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.result import NotEstimable, Reason, StandardError, Variance

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

REGRESSION_VARIANCES = (Variance.CR2, Variance.CRV1, Variance.CRV3)
EXPONENT = {Variance.CRV1: 0.0, Variance.CR2: 0.5, Variance.CRV3: 1.0}

LEVERAGE_ONE = 1e-8
"""Distance from one below which a cluster's leverage means: without it the direction is unidentified."""


@dataclass(frozen=True, eq=False)
class ClusterBlock:
    """Clusters whose regressors are multiples of the same rows.

    Attributes
    ----------
    clusters : (m,)
        Codes of the clusters.
    scale : (m,)
        The multiple of each cross product: ``X_g'X_g == scale[g] * rows'rows``.
    rows : (n_rows, p)
        The common (demeaned, weighted) regressors.
    """

    clusters: IntArray
    scale: FloatArray
    rows: FloatArray


@dataclass(frozen=True, eq=False)
class _Leverage:
    """What a block of clusters does to the fit, along the directions in which it does anything.

    Attributes
    ----------
    vectors : (p, r)
        The directions, orthonormal.
    size : (n_scales, r)
        Leverage by distinct scale, between 0 and 1.
    rest : (n_scales, r)
        One less the leverage, infinite where nothing is left: the generalised inverse ignores such a
        direction.
    lost : (n_scales, r)
        Where nothing is left.
    of_scale : (m,)
        Which scale each cluster has.
    """

    vectors: FloatArray
    size: FloatArray
    rest: FloatArray
    lost: BoolArray
    of_scale: IntArray

    @classmethod
    def of(cls, block: ClusterBlock, root: FloatArray) -> _Leverage:
        """Decompose a block, by whichever of rows or regressors there are fewer of."""
        z = block.rows @ root
        if len(z) < z.shape[1]:
            values, left = np.linalg.eigh(z @ z.T)
            kept = values > 1e-13 * values.max(initial=0.0)
            values, vectors = values[kept], z.T @ left[:, kept] / np.sqrt(values[kept])
        else:
            values, vectors = np.linalg.eigh(z.T @ z)
        scales, of_scale = np.unique(block.scale, return_inverse=True)
        size = np.multiply.outer(scales, np.maximum(values, 0.0))
        lost = 1.0 - size < LEVERAGE_ONE
        return cls(vectors, size, np.where(lost, np.inf, 1.0 - size), lost, of_scale)


@dataclass(frozen=True, eq=False)
class ClusterRobust:
    """Adjusted cluster contributions of some contrasts.

    Attributes
    ----------
    contributions : by kind, (n_outcomes, n_clusters, n_contrasts)
        Their squares sum to the variance, up to ``factor``; also the source of covariances and bootstraps.
    factor
        By kind, the small-sample factor.
    df : by kind, (n_contrasts,)
        Degrees of freedom.
    carried_by_one : (n_contrasts,)
        True where the contrast is unidentified once some single cluster is left out.
    """

    contributions: dict[Variance, FloatArray]
    factor: dict[Variance, float]
    df: dict[Variance, FloatArray]
    carried_by_one: BoolArray

    def covariances(self, outcome: int, unknown: BoolArray) -> dict[Variance, FloatArray]:
        """Covariance matrices of the contrasts by kind, NaN for ``unknown`` contrasts."""
        out = {}
        for kind, a in self.contributions.items():
            covariance = self.factor[kind] * (a[outcome].T @ a[outcome])
            covariance[unknown] = np.nan
            covariance[:, unknown] = np.nan
            out[kind] = covariance
        return out

    def standard_errors(self, outcome: int, contrast: int) -> dict[Variance, StandardError | NotEstimable]:
        """Return the standard errors of one contrast of one outcome, by kind."""
        if self.carried_by_one[contrast]:
            refusal = NotEstimable(
                Reason.ONE_ASSIGNMENT_UNIT,
                "without one assignment unit the effect is not identified, so its variance between units "
                "is unknown; use placebo ranks",
            )
            return dict.fromkeys(self.contributions, refusal)
        return {kind: self._one(kind, outcome, contrast) for kind in self.contributions}

    def _one(self, kind: Variance, outcome: int, contrast: int) -> StandardError | NotEstimable:
        variance = self.factor[kind] * np.square(self.contributions[kind][outcome, :, contrast]).sum()
        if not np.isfinite(variance):
            return NotEstimable(
                Reason.NO_SPARE_OBSERVATIONS, "as many coefficients as observations: nothing left to judge by"
            )
        return StandardError(float(np.sqrt(variance)), float(self.df[kind][contrast]))


def cluster_robust(
    gram: FloatArray,
    blocks: Iterable[ClusterBlock],
    scores: FloatArray,
    contrasts: FloatArray,
    n_obs: int,
    n_parameters: int,
    kinds: tuple[Variance, ...] = REGRESSION_VARIANCES,
) -> ClusterRobust:
    """Cluster-robust variances of linear contrasts of a least-squares fit.

    Parameters
    ----------
    gram : (p, p)
        Cross product of all (weighted) regressors, of any rank.
    blocks
        The clusters' shares of it.
    scores : (n_outcomes, n_clusters, p)
        ``X_g'u_g`` of each cluster.
    contrasts : (n_contrasts, p)
        Rows of the contrasts, each estimable.
    n_obs, n_parameters
        For the factor of CRV1, G/(G-1) · (n-1)/(n-k).
    kinds
        Which of CRV1, CR2, CRV3.

    References
    ----------
    Bell and McCaffrey (2002); Pustejovsky and Tipton (2018) for absorbed effects; MacKinnon, Nielsen and
    Webb (2023) for CRV3. Checked against pyfixest (CRV1, CRV3) and diff-diff ``hc2_bm`` (CR2).
    """
    root = _inverse_root(gram)
    plain = contrasts @ root
    n_clusters, n_contrasts = scores.shape[1], len(contrasts)
    a = {kind: np.empty((len(scores), n_clusters, n_contrasts)) for kind in kinds}
    carried = np.zeros(n_contrasts, dtype=np.bool_)
    quadratic = _Quadratic()
    for block in blocks:
        leverage = _Leverage.of(block, root)
        z = plain @ leverage.vectors
        matters = np.abs(z) > 1e-6 * np.linalg.norm(plain, axis=1, keepdims=True)
        carried |= (leverage.lost[:, None, :] & matters).any(axis=(0, 2))
        own = scores[:, block.clusters]
        for kind in kinds:
            a[kind][:, block.clusters] = _contributions(own, root, plain, z, leverage, EXPONENT[kind])
        if Variance.CR2 in kinds:
            quadratic.add(leverage, z)
    df = {kind: np.full(n_contrasts, n_clusters - 1.0) for kind in kinds}
    if Variance.CR2 in kinds:
        df[Variance.CR2] = quadratic.satterthwaite()
    factors = _factors(n_clusters, n_obs, n_parameters)
    return ClusterRobust(a, {kind: factors[kind] for kind in kinds}, df, carried)


def _factors(n_clusters: int, n_obs: int, n_parameters: int) -> dict[Variance, float]:
    """Small-sample factor of each kind, NaN where it does not exist."""
    correction = n_clusters / (n_clusters - 1) if n_clusters > 1 else np.nan
    spare = (n_obs - 1) / (n_obs - n_parameters) if n_obs > n_parameters else np.nan
    return {Variance.CRV1: correction * spare, Variance.CR2: 1.0, Variance.CRV3: 1 / correction}


def _contributions(
    own: FloatArray, root: FloatArray, plain: FloatArray, z: FloatArray, leverage: _Leverage, exponent: float
) -> FloatArray:
    """Adjust the contributions (n_outcomes, m, n_contrasts) of a block's clusters."""
    extra = leverage.rest**-exponent - 1.0
    if len(extra) == 1:
        return np.asarray(own @ (root @ (plain + (z * extra) @ leverage.vectors.T).T))
    rotated = own @ (root @ leverage.vectors)
    return np.asarray(own @ (root @ plain.T) + (rotated * extra[leverage.of_scale]) @ z.T)


def deletion_shifts(
    gram: FloatArray, blocks: Iterable[ClusterBlock], scores: FloatArray
) -> tuple[FloatArray, list[tuple[int, FloatArray]]]:
    """Change of all coefficients when each cluster is left out, exactly.

    Returns
    -------
    shifts : (n_outcomes, n_clusters, p)
        ``b without cluster g`` less ``b``.
    lost
        Pairs of a cluster and a direction (p,) that is unidentified without it; the shift is zero along it.
    """
    root = _inverse_root(gram)
    shifts = np.zeros_like(scores)
    lost: list[tuple[int, FloatArray]] = []
    for block in blocks:
        leverage = _Leverage.of(block, root)
        basis = root @ leverage.vectors
        gone = leverage.lost[leverage.of_scale]
        lost += [(int(block.clusters[m]), basis[:, r]) for m, r in np.argwhere(gone)]
        own = scores[:, block.clusters] @ root
        extra = (1.0 / leverage.rest - 1.0)[leverage.of_scale]
        shifts[:, block.clusters] = -(own @ root + ((own @ leverage.vectors) * extra) @ basis.T)
    return shifts, lost


class _Quadratic:
    """The matrix Q = diag(d) - hh' of the CR2 variance, clusters that are alike kept once with their number."""

    def __init__(self) -> None:
        self._d: list[FloatArray] = []
        self._h: list[FloatArray] = []
        self._number: list[IntArray] = []

    def add(self, leverage: _Leverage, z: FloatArray) -> None:
        """Add the clusters of a block, z (n_contrasts, r)."""
        self._d.append((leverage.size / leverage.rest) @ np.square(z).T)
        self._h.append(((leverage.size / np.sqrt(leverage.rest)) * z[:, None, :]) @ leverage.vectors.T)
        self._number.append(np.bincount(leverage.of_scale))

    def satterthwaite(self) -> FloatArray:
        """Degrees of freedom tr(Q)²/tr(Q²) by contrast."""
        d, h = np.concatenate(self._d), np.concatenate(self._h, axis=1)
        number = np.concatenate(self._number).astype(np.float64)
        squared = np.square(h).sum(axis=2).T
        trace = number @ (d - squared)
        inner = np.swapaxes(h * number[:, None], 1, 2) @ h
        total = number @ (d**2 - 2 * d * squared) + np.square(inner).sum(axis=(1, 2))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(trace**2 / total)


def _inverse_root(gram: FloatArray) -> FloatArray:
    """Symmetric square root of the (pseudo-)inverse."""
    values, vectors = np.linalg.eigh(gram)
    kept = values > values.max(initial=0.0) * 1e-12
    inverse_root = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return np.asarray((vectors * inverse_root) @ vectors.T)
