"""Least squares in a box, from a start that is nearly right."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import FloatArray

TOLERANCE = 1e-12
"""Gradient, relative to the size of what it is a sum of, that no longer moves a coordinate off its bound."""

STEPS = 50
"""Most steps for each coordinate; what is found by then is within the bounds, if not the best."""


def bounded_least_squares(design: FloatArray, aim: FloatArray, start: FloatArray) -> FloatArray:
    """Minimise ``|design x - aim|`` with every coordinate of x between minus and plus one.

    Coordinates are held at the bound that they run into, and let go one by one if the sum of squares falls inwards.

    Parameters
    ----------
    design, aim : (n, k), (n,)
        The design has full rank.
    start : (k,)
        Within the bounds; the nearer, the faster.

    References
    ----------
    Stark and Parker (1995), Computational Statistics 10, 129-141; checked against `scipy.optimize.lsq_linear`.
    """
    x = start.copy()
    held = np.abs(x) >= 1
    size = TOLERANCE * np.abs(design).sum(axis=0) * np.abs(aim).max()
    for _ in range(STEPS * len(x)):
        step = np.zeros_like(x)
        step[~held] = np.linalg.lstsq(design[:, ~held], aim - design @ x, rcond=None)[0]
        beyond = np.flatnonzero(np.abs(x + step) > 1)
        if len(beyond):
            room = (np.sign(step[beyond]) - x[beyond]) / step[beyond]
            first = beyond[room.argmin()]
            x += room.min() * step
            x[first], held[first] = np.sign(step[first]), True
            continue
        x += step
        inwards = np.where(held, -np.sign(x) * (design.T @ (aim - design @ x)), -np.inf) - size
        if inwards.max() <= 0:
            break
        held[inwards.argmax()] = False
    return x
