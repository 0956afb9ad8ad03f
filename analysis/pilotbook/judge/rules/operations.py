"""How the functions on series are computed: pure, arrays of units × windows in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotbook.judge.rules.truth import UNKNOWN, Truth

Floats = NDArray[np.float64]

FEWEST_PEERS = 8
"""With fewer like units there is no telling what is far from them."""

TO_DEVIATION = 1.4826
"""Turns the median absolute deviation of normal values into their standard deviation."""


def lagged(values: Floats, lag: int) -> Floats:
    """Return the values ``lag`` windows earlier, NaN where there is no such window."""
    earlier = np.full(values.shape, np.nan)
    if lag < values.shape[1]:
        earlier[:, lag:] = values[:, : values.shape[1] - lag]
    return earlier


def growth(values: Floats, lag: int) -> Floats:
    """Return the change over ``lag`` windows in per cent; NaN where the earlier value is missing or zero."""
    earlier = lagged(values, lag)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100 * (values / earlier - 1)
    return np.where(np.isfinite(change), change, np.nan)


def mean_before(values: Floats, start: NDArray[np.intp]) -> Floats:
    """Return (n, t) the mean of each unit's known values before its start; NaN before it, and without one."""
    t = values.shape[1]
    before = (np.arange(t) < start[:, None]) & (start < t)[:, None] & np.isfinite(values)
    count = before.sum(axis=1)
    total = np.where(before, values, 0.0).sum(axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.where(np.arange(t) >= start[:, None], mean[:, None], np.nan)


def group_mean(values: Floats, group: NDArray[np.intp]) -> Floats:
    """Return (n, t) the mean of the known values of each unit's group; NaN where none is known."""
    size = int(group.max()) + 1 if len(group) else 0
    known = np.isfinite(values)
    totals, counts = np.zeros((size, values.shape[1])), np.zeros((size, values.shape[1]))
    np.add.at(totals, group, np.where(known, values, 0.0))
    np.add.at(counts, group, known)
    means = np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)
    return means[group]


def distance_from_peers(values: Floats, peers: NDArray[np.intp]) -> Floats:
    """Return (n, t) how far each value lies from the median of its peers, in robust standard deviations.

    NaN where fewer than `FEWEST_PEERS` are known or all are alike.
    """
    distance = np.full(values.shape, np.nan)
    order = np.argsort(peers, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(peers[order])) + 1):
        own = values[members]
        enough = np.isfinite(own).sum(axis=0) >= FEWEST_PEERS
        own = own[:, enough]
        middle = np.nanmedian(own, axis=0)
        spread = TO_DEVIATION * np.nanmedian(np.abs(own - middle), axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance[np.ix_(members, enough)] = np.where(spread > 0, (own - middle) / spread, np.nan)
    return distance


def running_all(truth: Truth, count: int) -> Truth:
    """Return whether the last ``count`` windows are all true; unknown where there are not as many, unless one is false.

    The windows before the first count as unknown.
    """
    result = truth.copy()
    for lag in range(1, count):
        earlier = np.full(truth.shape, UNKNOWN)
        if lag < truth.shape[1]:
            earlier[:, lag:] = truth[:, : truth.shape[1] - lag]
        result = np.minimum(result, earlier)
    return result


def running_union(mask: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """Return which bits are set in any of the last ``count`` windows."""
    result = mask.copy()
    for lag in range(1, min(count, mask.shape[1])):
        result[:, lag:] |= mask[:, : mask.shape[1] - lag]
    return result
