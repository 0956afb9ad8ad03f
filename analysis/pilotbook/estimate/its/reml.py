"""Regression with autoregressive errors by restricted maximum likelihood, for many series at once.

Because the precision matrix is a polynomial in the parameters (`autoregression.pair_products`), the
cross-products of design and outcome are formed once and every further likelihood costs a few products of
small matrices. That is what makes 84,000 fits, or 999 bootstrap draws of one series, a matter of seconds
and milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .autoregression import (
    PARTIAL_LIMITS,
    Array,
    log_det_precision,
    pair_products,
    pair_weights,
    phi_from_partial,
)

_Z_LIMITS = (float(np.arctanh(PARTIAL_LIMITS[0])), float(np.arctanh(PARTIAL_LIMITS[1])))
_GRID_POINTS = {1: (32,), 2: (16, 10)}
_MAX_PASSES = 80
_FINEST = 1e-4
"""Half-width of the last parabola, Fisher's z: its top is right to about 1e-7."""
_SMALLEST = 1e-300
_CHUNK = 4_096
"""Series handled at a time: bounds the memory of the likelihood grid to some tens of megabytes."""


@dataclass(frozen=True)
class ArFit:
    """Fits of one design to many series.

    Attributes
    ----------
    order
        Order of the autoregression, 1 or 2.
    phi
        Autoregressive coefficients, (n_series, order).
    coef
        Generalised least squares coefficients, (n_series, n_coef), in the unit of the outcome per unit of
        the column.
    cov
        Their covariance given ``phi``, (n_series, n_coef, n_coef).
    sigma2
        Innovation variance, REML, (n_series,).
    loglik
        Restricted log-likelihood up to a constant of the design, (n_series,); comparable between orders.
    at_boundary
        Whether a partial autocorrelation lies at the edge of the range searched, (n_series,).
    df
        Number of observations less number of coefficients.
    """

    order: int
    phi: Array
    coef: Array
    cov: Array
    sigma2: Array
    loglik: Array
    at_boundary: NDArray[np.bool_]
    df: int


@dataclass(frozen=True)
class _Moments:
    """Weighted sums of these give ``X'PX``, ``X'Py`` and ``y'Py`` for any parameters (X orthonormal)."""

    n: int
    XX: Array  # (pair, k, k)
    Xy: Array  # (pair, k, series)
    yy: Array  # (pair, series)

    def of(self, series: NDArray[np.intp]) -> _Moments:
        """Select the moments of some of the series."""
        return _Moments(self.n, self.XX, self.Xy[:, :, series], self.yy[:, series])

    @property
    def k(self) -> int:
        return int(self.XX.shape[1])


def fit_ar(Y: Array, X: Array, order: int = 1, *, refine: bool = True) -> ArFit:
    """Fit ``y = X b + u`` with autoregressive ``u`` by restricted maximum likelihood.

    Parameters
    ----------
    Y
        Outcomes, (n_series, n_times), complete and equally spaced. A period to be left out is given any
        finite value and an indicator column in ``X``: the restricted likelihood is then exactly that of the
        other periods.
    X
        Design of full column rank, (n_times, n_coef).
    order
        1 or 2.
    refine
        Whether to polish the maximum of the likelihood grid to about 1e-5. Bootstrap draws do without: the
        parabola through the grid is right to about a fiftieth of the standard error of ``phi``.

    Notes
    -----
    Patterson and Thompson (1971) for the restricted likelihood; Cheang and Reinsel (2000) for regression with
    autoregressive errors in short series. Checked against an evaluation with dense matrices and a general
    optimiser, and at given ``phi`` against ``statsmodels`` GLS.
    """
    Q, triangle = np.linalg.qr(X)
    inverse = np.linalg.inv(triangle)
    parts = [_fit_chunk(Y[at : at + _CHUNK], Q, order, refine) for at in range(0, len(Y), _CHUNK)]
    partial, coef, cov, sigma2, loglik = (np.concatenate(column) for column in zip(*parts, strict=True))
    low, high = PARTIAL_LIMITS
    return ArFit(
        order=order,
        phi=phi_from_partial(partial),
        coef=coef @ inverse.T,
        cov=inverse @ cov @ inverse.T,
        sigma2=sigma2,
        loglik=loglik,
        at_boundary=np.any((partial < low + 1e-6) | (partial > high - 1e-6), axis=1, keepdims=False),
        df=X.shape[0] - X.shape[1],
    )


def parameter_grid(order: int) -> Array:
    """Partial autocorrelations of the likelihood grid, (n_grid, order), even on Fisher's z."""
    grid: Array = np.tanh(np.array(list(product(*_grid_axes(order)))))
    return grid


def grid_steps(order: int) -> Array:
    """Distance between neighbours of `parameter_grid` on Fisher's z scale, (order,)."""
    return np.array([axis[1] - axis[0] for axis in _grid_axes(order)])


def likelihood_weights(Y: Array, X: Array, order: int) -> Array:
    """Restricted likelihood over `parameter_grid`, normalised to sum to one, (n_series, n_grid).

    What the data say about the autocorrelation, every value of Fisher's z being equally likely beforehand.
    """
    Q, _ = np.linalg.qr(X)
    loglik = np.concatenate(
        [_grid_loglik(_moments(Y[at : at + _CHUNK], Q, order), order) for at in range(0, len(Y), _CHUNK)],
        axis=1,
    ).T
    weights = np.exp(loglik - loglik.max(axis=1, keepdims=True))
    normalised: Array = weights / weights.sum(axis=1, keepdims=True)
    return normalised


def _fit_chunk(Y: Array, Q: Array, order: int, refine: bool) -> tuple[Array, ...]:
    moments = _moments(Y, Q, order)
    partial = _grid_maximum(_grid_loglik(moments, order), order)
    if refine:
        partial = _climb(moments, partial)
    loglik, coef, cov, sigma2 = _gls(moments, partial)
    return partial, Y @ Q + coef, cov, sigma2, loglik


def _moments(Y: Array, Q: Array, order: int) -> _Moments:
    # What any GLS fit reproduces is taken out first: the quadratic forms would otherwise lose digits when a
    # series has a large mean.
    R = (Y - (Y @ Q) @ Q.T).T
    n = len(Q)

    def square(i: int, j: int) -> Array:
        whole = np.einsum("ts,ts->s", R[i : n - j + i], R[j:])
        if i:
            whole = whole - np.einsum("ts,ts->s", R[n - i :], R[n - j : n - j + i])
        return np.asarray(whole if i == j else 2 * whole)

    pairs = [(i, j) for i in range(order + 1) for j in range(i, order + 1)]
    return _Moments(
        n=n,
        XX=pair_products(Q, Q, order),
        Xy=pair_products(Q, R, order),
        yy=np.stack([square(i, j) for i, j in pairs]),
    )


def _grid_axes(order: int) -> list[Array]:
    low, high = _Z_LIMITS
    return [np.linspace(low, high, points) for points in _GRID_POINTS[order]]


def _grid_loglik(moments: _Moments, order: int) -> Array:
    """Restricted log-likelihood of every series at every grid point, (n_grid, n_series)."""
    partial = parameter_grid(order)
    weights = pair_weights(phi_from_partial(partial))
    XPX = np.tensordot(weights, moments.XX, axes=1)
    lower = np.linalg.cholesky(XPX)
    log_det = 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    XPy = (weights @ moments.Xy.reshape(weights.shape[1], -1)).reshape(len(weights), moments.k, -1)
    half = np.linalg.inv(lower) @ XPy
    rss = np.maximum(weights @ moments.yy - np.einsum("gks,gks->gs", half, half), _SMALLEST)
    constant = 0.5 * (log_det_precision(partial) - log_det)
    grid: Array = constant[:, None] - 0.5 * (moments.n - moments.k) * np.log(rss)
    return grid


def _grid_maximum(loglik: Array, order: int) -> Array:
    """Partial autocorrelations at the top of the parabola through the best grid point and its neighbours."""
    axes = _grid_axes(order)
    shape = tuple(len(axis) for axis in axes)
    cube = loglik.reshape(*shape, -1)
    series = np.arange(loglik.shape[1])
    best = np.unravel_index(loglik.argmax(axis=0), shape)
    z = np.empty((len(series), order))
    for dimension, axis in enumerate(axes):
        at = best[dimension]
        inner = np.clip(at, 1, len(axis) - 2)
        left, middle, right = (
            cube[(*best[:dimension], inner + offset, *best[dimension + 1 :], series)] for offset in (-1, 0, 1)
        )
        shift = np.where(at == inner, _parabola_top(left, middle, right), at - inner)
        z[:, dimension] = axis[inner] + shift * (axis[1] - axis[0])
    return np.clip(np.tanh(z), *PARTIAL_LIMITS)


def _climb(moments: _Moments, partial: Array) -> Array:
    """Polish the maximum of every series, going on with those that have not settled."""
    partial, order = partial.copy(), partial.shape[1]
    step = np.tile(0.5 * grid_steps(order), (len(partial), 1))
    for _ in range(_MAX_PASSES):
        active = np.flatnonzero((step > _FINEST).any(axis=1))
        if not len(active):
            break
        mine = moments.of(active)
        moved, step[active] = _parabolic_pass(mine, partial[active], step[active])
        partial[active] = _leap(mine, partial[active], moved) if order > 1 else moved
    return partial


def _parabolic_pass(moments: _Moments, partial: Array, step: Array) -> tuple[Array, Array]:
    """Move every partial autocorrelation in turn to the top of a parabola of half-width ``step``.

    A step shrinks tenfold once the top lies well inside it, so that a series far from its maximum keeps
    walking.
    """
    z, step = np.arctanh(partial), step.copy()
    for dimension in range(partial.shape[1]):
        values = []
        for offset in (-1, 0, 1):
            moved = z.copy()
            moved[:, dimension] += offset * step[:, dimension]
            values.append(_gls(moments, np.tanh(moved))[0])
        top = _parabola_top(*values)
        z[:, dimension] = np.clip(z[:, dimension] + top * step[:, dimension], *_Z_LIMITS)
        step[:, dimension] = np.where(
            np.abs(top) < 0.3, np.maximum(step[:, dimension] / 10, _FINEST), step[:, dimension]
        )
    return np.clip(np.tanh(z), *PARTIAL_LIMITS), step


def _leap(moments: _Moments, before: Array, after: Array) -> Array:
    """Go on in the direction of the last pass where that helps (Hooke and Jeeves 1961): ridges."""
    best, best_loglik = after, _gls(moments, after)[0]
    for length in (2.0, 8.0):
        z = np.arctanh(after) + length * (np.arctanh(after) - np.arctanh(before))
        further = np.tanh(np.clip(z, *_Z_LIMITS))
        loglik = _gls(moments, further)[0]
        better = loglik > best_loglik
        best, best_loglik = np.where(better[:, None], further, best), np.where(better, loglik, best_loglik)
    return best


def _parabola_top(left: Array, middle: Array, right: Array) -> Array:
    """Peak of the parabola through three equidistant points, in steps from the middle, within one."""
    curvature = left - 2 * middle + right
    with np.errstate(divide="ignore", invalid="ignore"):
        top = 0.5 * (left - right) / curvature
    return np.where(curvature < 0, np.clip(top, -1.0, 1.0), np.sign(right - left))


def _gls(moments: _Moments, partial: Array) -> tuple[Array, Array, Array, Array]:
    """Log-likelihood, coefficients, covariance and innovation variance at each series' own parameters."""
    weights = pair_weights(phi_from_partial(partial))
    XPX = np.tensordot(weights, moments.XX, axes=1)
    XPy = np.einsum("sp,pks->sk", weights, moments.Xy)
    inverse = np.linalg.inv(XPX)
    coef = np.einsum("sij,sj->si", inverse, XPy)
    df = moments.n - moments.k
    rss = np.einsum("sp,ps->s", weights, moments.yy) - np.einsum("sk,sk->s", XPy, coef)
    rss = np.maximum(rss, _SMALLEST)
    loglik = 0.5 * (log_det_precision(partial) - np.linalg.slogdet(XPX)[1]) - 0.5 * df * np.log(rss)
    sigma2 = rss / df
    return loglik, coef, sigma2[:, None, None] * inverse, sigma2
