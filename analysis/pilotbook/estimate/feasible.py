"""What every comparison needs: pilots, controls, and periods before and after the start."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, Sample


def obstacle(sample: Sample, observed: BoolArray, *, never_treated: bool = False) -> NotEstimable | None:
    """Say what makes any difference-in-differences impossible, or None.

    Parameters
    ----------
    sample
        The sample.
    observed : (n_units, n_periods)
        Cells with an outcome.
    never_treated
        Whether the controls must be never treated, rather than not yet treated.
    """
    if not observed.any():
        return NotEstimable(Reason.NO_OBSERVATIONS, "the outcome has no observed value in the window")
    present = observed.any(axis=1)
    pilot = present & (sample.cohort != NEVER)
    if not pilot.any():
        return NotEstimable(Reason.NO_PILOTS, "no unit with observations is treated in the window")
    treated = sample.treated()
    before = (observed & ~treated).any(axis=1)
    if not (pilot & before).any():
        return NotEstimable(
            Reason.NO_PRE_PERIOD,
            "every pilot is treated from its first observed period on; add earlier periods",
        )
    if not (pilot & (observed & treated).any(axis=1)).any():
        return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed after its start; add later periods")
    never = present & (sample.cohort == NEVER)
    if not never.any() and (never_treated or len(np.unique(sample.onset[pilot])) == 1):
        several = len(np.unique(sample.onset[pilot])) > 1
        remedy = "; compare with units not yet treated instead" if several else ""
        return NotEstimable(Reason.NO_CONTROLS, f"no unit stays untreated{remedy}")
    return None
