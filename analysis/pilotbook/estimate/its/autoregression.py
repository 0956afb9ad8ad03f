r"""Stationary autoregressive errors of order one and two: precision matrix, determinant, simulation.

Parameters are searched and averaged as partial autocorrelations, each between -1 and 1 independently of the
other; on Fisher's z scale (``arctanh``) their sampling error is nearly constant.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

PARTIAL_LIMITS = (-0.9, 0.98)
"""Range searched for a partial autocorrelation; its upper end is all but a random walk."""


def phi_from_partial(partial: Array) -> Array:
    """Coefficients of a stationary AR(1) or AR(2) from its partial autocorrelations, both (..., order)."""
    if partial.shape[-1] == 1:
        return partial
    first, second = partial[..., 0], partial[..., 1]
    return np.stack([first * (1 - second), second], axis=-1)


def partial_from_phi(phi: Array) -> Array:
    """Inverse of `phi_from_partial`."""
    if phi.shape[-1] == 1:
        return phi
    return np.stack([phi[..., 0] / (1 - phi[..., 1]), phi[..., 1]], axis=-1)


def lag_pairs(order: int) -> tuple[tuple[int, int], ...]:
    """Pairs of lags whose products build the precision matrix."""
    return tuple(combinations_with_replacement(range(order + 1), 2))


def pair_weights(phi: Array) -> Array:
    """Weight of every lag pair in the precision matrix, (n_phi, n_pairs), from phi (n_phi, order)."""
    psi = np.concatenate([np.ones((len(phi), 1)), -phi], axis=1)
    return np.stack([psi[:, i] * psi[:, j] for i, j in lag_pairs(phi.shape[1])], axis=1)


def pair_products(left: Array, right: Array, order: int) -> Array:
    r"""Cross-products that, weighted by `pair_weights`, give ``left' P right`` for any parameters.

    The precision matrix of a stationary AR(p) process is a polynomial of second degree in its coefficients
    (Gohberg and Semencul 1972; Galbraith and Galbraith 1974): with :math:`\psi = (1, -\phi_1, ...,
    -\phi_p)` and :math:`S_i` the shift by i periods,

    .. math:: \sigma^2 P = \sum_{i,j} \psi_i \psi_j (S_i S_j' - S_{n-i} S_{n-j}').

    Parameters
    ----------
    left, right
        (n_times, a) and (n_times, b).

    Returns
    -------
    (n_pairs, a, b), summed over both orders of a pair.
    """
    n = len(left)
    body = [(_advance(left, i), _advance(right, i)) for i in range(order + 1)]
    ends = [(left[n - i :], right[n - i :]) for i in range(order + 1)]

    def product(i: int, j: int) -> Array:
        whole: Array = body[i][0].T @ body[j][1]
        if i and j:
            shared = min(i, j)
            whole = whole - ends[i][0][:shared].T @ ends[j][1][:shared]
        return whole

    return np.stack([product(i, j) if i == j else product(i, j) + product(j, i) for i, j in lag_pairs(order)])


def precision(phi: Array, n_times: int) -> Array:
    """Inverse covariance matrix, (n_times, n_times), for unit innovation variance."""
    identity = np.eye(n_times)
    dense: Array = np.tensordot(pair_weights(phi[None, :])[0], pair_products(identity, identity, len(phi)), axes=1)
    return dense


def log_det_precision(partial: Array) -> Array:
    """Log determinant of the precision matrix from partial autocorrelations (..., order)."""
    orders = np.arange(1, partial.shape[-1] + 1)
    log_det: Array = (orders * np.log1p(-(partial**2))).sum(axis=-1)
    return log_det


def simulate(partial: Array, noise: Array) -> Array:
    """Stationary series with unit innovation variance, each with its own parameters.

    Parameters
    ----------
    partial
        Partial autocorrelations, (n_series, order).
    noise
        Independent standard normal draws, (n_times, n_series).

    Returns
    -------
    Series, (n_times, n_series).
    """
    phi = phi_from_partial(partial).T
    out = np.empty_like(noise)
    out[0] = noise[0] / np.sqrt(np.prod(1 - partial**2, axis=1))
    if len(phi) == 1:
        for t in range(1, len(noise)):
            out[t] = phi[0] * out[t - 1] + noise[t]
        return out
    out[1] = partial[:, 0] * out[0] + noise[1] / np.sqrt(1 - partial[:, 1] ** 2)
    for t in range(2, len(noise)):
        out[t] = phi[0] * out[t - 1] + phi[1] * out[t - 2] + noise[t]
    return out


def _advance(a: Array, by: int) -> Array:
    """Rows moved up by ``by`` periods, zeros below: the product with the transposed shift matrix."""
    out = np.zeros_like(a)
    out[: len(a) - by] = a[by:]
    return out
