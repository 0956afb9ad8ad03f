r"""The conditional test of moment inequalities with a least-favourable first stage (hybrid).

The hypothesis is that the means of all elements of a normal vector T are at most zero; the statistic is their maximum.
The conditional test compares it with a normal distribution truncated to where the same element is the maximum; the
hybrid first rejects at a small level with the least-favourable critical value, which bounds the truncation.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from pilotbook.estimate.quantile import quantile
from pilotbook.estimate.result import FloatArray

FIRST_STAGE = 0.1
"""Share of the level spent on the first stage, as in the paper."""


def antithetic(size: int, rng: np.random.Generator, n_pairs: int = 10_000) -> FloatArray:
    """Return (size, n_pairs) standard normal draws, the first of each antithetic pair; the second is its negative."""
    return np.ascontiguousarray(rng.standard_normal((n_pairs, size)).T)


def least_favourable(covariance: FloatArray, level: float, draws: FloatArray) -> FloatArray:
    """Return the quantile ``1 - level`` of the maximum of each of m normal vectors with mean zero.

    Parameters
    ----------
    covariance : (m, k, k)
        Their covariances, of any rank.
    level
        Such as 0.005.
    draws : (k, n_pairs)
        Standard normal, as `antithetic` gives them; the same serve all vectors.
    """
    values, vectors = np.linalg.eigh(covariance)
    roots = vectors * np.sqrt(np.maximum(values, 0.0))[:, None]
    return np.array([_of_maximum(root @ draws, 1 - level) for root in roots])


def _of_maximum(drawn: FloatArray, probability: float) -> float:
    """Return a quantile of the maximum over the rows of drawn vectors (k, n_pairs) and of their negatives."""
    return quantile(np.concatenate([drawn.max(axis=0), -drawn.min(axis=0)]), probability)


def hybrid_rejects(
    statistics: FloatArray, covariance: FloatArray, first_stage: FloatArray | float, alpha: float
) -> FloatArray:
    """Tell for each statistic whether the hybrid test rejects.

    Parameters
    ----------
    statistics : (..., n, k)
        Values of T under n hypotheses about its mean, of one vector T or of several.
    covariance : (..., k, k)
        Of T, the same for all hypotheses.
    first_stage : (...)
        Critical value of the first stage, from `least_favourable` at ``FIRST_STAGE * alpha``.
    alpha
        Level of the test.

    References
    ----------
    Andrews, Roth and Pakes (2023), section 5.2; Rambachan and Roth (2023), section 3.
    """
    first_stage = np.asarray(first_stage)[..., None]
    largest = statistics.argmax(axis=-1)
    maximum = statistics.max(axis=-1)
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    variance = np.take_along_axis(variances, largest, axis=-1)
    degenerate = variance <= 1e-14 * variances.max(axis=-1, keepdims=True)
    own = np.take_along_axis(covariance, largest[..., None], axis=-2)
    slope = own / np.where(degenerate, 1.0, variance)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = (statistics - slope * maximum[..., None]) / (1 - slope)
    low = np.where(slope < 1 - 1e-9, bound, -np.inf).max(axis=-1)
    high = np.where(slope > 1 + 1e-9, bound, np.inf).min(axis=-1)
    kappa = FIRST_STAGE * alpha
    sd = np.sqrt(np.where(degenerate, 1.0, variance))
    critical = truncated_quantile(1 - (alpha - kappa) / (1 - kappa), low / sd, np.minimum(high, first_stage) / sd)
    conditional = np.where(degenerate, maximum > 0, maximum > np.maximum(critical * sd, 0.0))
    return np.asarray((maximum > first_stage) | conditional)


def truncated_quantile(probability: float, low: FloatArray, high: FloatArray) -> FloatArray:
    """Quantile of the standard normal distribution truncated to [low, high], accurate far out in either tail."""
    flip = low > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    p = np.where(flip, 1 - probability, probability)
    log_a, log_b = special.log_ndtr(a), special.log_ndtr(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.logaddexp(np.log1p(-p) + log_a, np.log(p) + log_b)
    quantile = np.clip(special.ndtri(np.exp(log_p)), a, b)
    return np.asarray(np.where(flip, -quantile, quantile))
