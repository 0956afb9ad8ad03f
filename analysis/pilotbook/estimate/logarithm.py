"""The logarithm of an outcome, refused where it does not exist."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.result import FloatArray, NotEstimable, Reason


def log_outcome(y: ArrayLike) -> FloatArray | NotEstimable:
    """Take logarithms of an outcome (n_units, n_periods), missing values stay missing.

    Returns
    -------
    array or NotEstimable
        `NotEstimable` if a value is zero or negative: adding a constant would make the effect depend on the
        unit of measurement, so `poisson` is the alternative.
    """
    values = np.asarray(y, dtype=np.float64)
    bad = int((values <= 0).sum())
    if bad:
        return NotEstimable(
            Reason.NOT_POSITIVE,
            f"{bad} values are zero or negative, so the logarithm does not exist; use the Poisson estimator",
        )
    return np.log(values)
