"""One quantile of many draws."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import FloatArray


def quantile(values: FloatArray, probability: float) -> float:
    """Return a quantile like `numpy.quantile`, which looks for both ends as well and takes four times as long.

    Parameters
    ----------
    values : (n,)
        At least two; NaN if one of them is.
    probability
        Below one.
    """
    place = (len(values) - 1) * probability
    below = int(place)
    parted = np.partition(values, below)
    low, high = parted[below], parted[below + 1 :].min()
    return float(low + (high - low) * (place - below))
