"""Frank and Wolfe's algorithm for many weighting problems at once, as synthetic DiD defines it.

Its weights are not quite the minimum: the published method stops early, on purpose and by a fixed rule, so
the stopping rule is part of the estimator. For California's cigarettes the exact minimum gives -15.6054,
the published rule -15.6038.
"""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import FloatArray
from pilotbook.estimate.sample import BoolArray

STEPS_BEFORE_SPARSIFYING = 100
STEPS = 10_000


def frank_wolfe_weights(
    gram: FloatArray,
    linear: FloatArray,
    constant: FloatArray,
    allowed: BoolArray,
    smallest_decrease: float,
) -> FloatArray:
    """Minimise ``x'Gx - 2c'x + k`` over weights x ≥ 0 with sum 1, for a batch of problems.

    A first short run is made sparse (weights up to a quarter of the largest are dropped), a second one
    starts from it.

    Parameters
    ----------
    gram : (n_problems, n, n) or (n, n)
        G, common to all problems if two-dimensional.
    linear, constant : (n_problems, n), (n_problems,)
        c and k.
    allowed : (n_problems, n)
        Which weights may differ from zero.
    smallest_decrease
        A problem is done once a step lowers its objective by less.

    Returns
    -------
    (n_problems, n)
        The weights.

    References
    ----------
    Arkhangelsky et al. (2021), R package synthdid.
    """
    x = allowed / allowed.sum(axis=1, keepdims=True)
    x = _run(gram, linear, constant, allowed, x, smallest_decrease, STEPS_BEFORE_SPARSIFYING)
    x = np.where(x <= x.max(axis=1, keepdims=True) / 4, 0.0, x)
    x /= x.sum(axis=1, keepdims=True)
    return _run(gram, linear, constant, allowed, x, smallest_decrease, STEPS)


def _run(
    gram: FloatArray,
    linear: FloatArray,
    constant: FloatArray,
    allowed: BoolArray,
    start: FloatArray,
    smallest_decrease: float,
    steps: int,
) -> FloatArray:
    result = start.copy()
    running = np.arange(len(start))
    x, product = start.copy(), _times(gram, start)
    value = np.full(len(start), np.inf)
    barrier = np.where(allowed, 0.0, np.inf)
    for _ in range(steps):
        gradient = product - linear
        best = np.argmin(gradient + barrier, axis=1)
        rows = np.arange(len(x))
        column = gram[best] if gram.ndim == 2 else gram[rows, :, best]
        slope = np.einsum("pn,pn->p", gradient, x) - gradient[rows, best]
        xgx = np.einsum("pn,pn->p", x, product)
        curvature = xgx - 2 * product[rows, best] + column[rows, best]
        step = np.clip(np.where(curvature > 0, slope / np.where(curvature > 0, curvature, 1.0), 0.0), 0.0, 1.0)
        x = x * (1 - step)[:, None]
        x[rows, best] += step
        product = product + step[:, None] * (column - product)
        new = np.einsum("pn,pn->p", x, product - 2 * linear) + constant
        going = value - new > smallest_decrease
        value = new
        if not going.all():
            result[running[~going]] = x[~going]
            running, x, product, value = running[going], x[going], product[going], value[going]
            linear, constant, barrier = linear[going], constant[going], barrier[going]
            gram = gram if gram.ndim == 2 else gram[going]
            if not len(running):
                return result
    result[running] = x
    return result


def _times(gram: FloatArray, x: FloatArray) -> FloatArray:
    return x @ gram if gram.ndim == 2 else np.einsum("pij,pj->pi", gram, x)
