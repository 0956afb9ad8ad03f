"""Least squares over weights that are non-negative and sum to one."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import FloatArray

NEWTON_STEPS = 200
TOLERANCE = 1e-11
SMALLEST_RIDGE = 1e-10
"""Relative to the size of the data; keeps the weights unique where many would fit equally well."""


def simplex_weights(a: FloatArray, b: FloatArray, ridge: float) -> FloatArray:
    """Minimise ``|a w - b|² + ridge · |w|²`` over weights w ≥ 0 with sum 1.

    The dual has one unknown per row of ``a`` and one for the sum, however many weights there are, and is
    solved by Newton's method with step halving; the ridge is lowered step by step so that each start is
    close.

    Parameters
    ----------
    a : (m, n)
        What is combined, in columns.
    b : (m,)
        The target.
    ridge
        Penalty; raised to `SMALLEST_RIDGE` times the size of ``a``.
    """
    size = max(float(np.square(a).sum(axis=0).max()), np.finfo(float).tiny)
    ridge = max(ridge, SMALLEST_RIDGE * size)
    level = max(ridge, size)
    dual = np.append(b - a.mean(axis=1), level / a.shape[1])
    while True:
        dual = _solve_dual(a, b, level, dual)
        if level <= ridge:
            break
        level = max(ridge, level / 10)
    weights = _primal(a, level, dual)
    return np.asarray(weights / weights.sum())


def _primal(a: FloatArray, ridge: float, dual: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(0.0, (dual[:-1] @ a + dual[-1]) / ridge))


def _dual_value(a: FloatArray, b: FloatArray, ridge: float, dual: FloatArray) -> float:
    w = _primal(a, ridge, dual)
    u = dual[:-1]
    return float(u @ b - u @ u / 2 + dual[-1] - ridge / 2 * (w @ w))


def _solve_dual(a: FloatArray, b: FloatArray, ridge: float, dual: FloatArray) -> FloatArray:
    """Maximise the dual for one ridge."""
    scale = np.append(np.full(len(b), np.abs(a).max() + np.abs(b).max()), 1.0)
    value = _dual_value(a, b, ridge, dual)
    for _ in range(NEWTON_STEPS):
        w = _primal(a, ridge, dual)
        gradient = np.append(b - dual[:-1] - a @ w, 1 - w.sum())
        if np.all(np.abs(gradient) <= TOLERANCE * scale):
            break
        active = np.vstack([a[:, w > 0], np.ones(int((w > 0).sum()))])
        hessian = active @ active.T / ridge
        hessian[np.arange(len(b)), np.arange(len(b))] += 1.0
        hessian[-1, -1] += 1e-12 * (1.0 + hessian[-1, -1])
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-12:
            trial = dual + length * step
            new = _dual_value(a, b, ridge, trial)
            if new >= value + 1e-4 * length * float(gradient @ step) or length < 1e-10:
                break
            length /= 2
        if not new > value:
            break
        dual, value = trial, new
    return dual
