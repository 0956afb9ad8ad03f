"""A start that never was, on data before any start."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, IntArray


def placebo_in_time(
    y: FloatArray, cohort: IntArray, earlier: int, anticipation: int = 0
) -> tuple[FloatArray, IntArray] | NotEstimable:
    """Return the panel before the first onset, with every start moved to earlier periods.

    Parameters
    ----------
    y : (..., n_rows, n_periods)
        Outcomes.
    cohort : (n_rows,)
        Index of the first treated period, or `NEVER`.
    earlier
        Number of periods by which the first start is moved; all pilots start together there.
    anticipation
        Periods before the start that may be affected; they are cut off too.

    Returns
    -------
    y, cohort
        Any effect found on them is none of the reform's. `NotEstimable` if no period would be left before.
    """
    treated = cohort[cohort < y.shape[-1]]
    if not len(treated):
        return NotEstimable(Reason.NO_PILOTS, "no unit is treated in the window")
    end = int(treated.min()) - anticipation
    start = end - earlier
    if earlier < 1 or start < 2:
        return NotEstimable(
            Reason.NO_PRE_PERIOD, f"{end} periods lie before the first start, too few for one {earlier} periods earlier"
        )
    return y[..., :end], np.where(cohort < y.shape[-1], np.int64(start), np.int64(NEVER))
