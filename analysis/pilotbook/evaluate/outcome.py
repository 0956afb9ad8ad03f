"""The outcome of a plan as a matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import Outcome
from pilotbook.panel.panel import Panel


def outcome_matrix(outcome: Outcome, panel: Panel) -> NDArray[np.float64]:
    """Return (N, T) the outcome in its unit; NaN where a part of it is missing."""
    if outcome.column is not None:
        return panel.columns[outcome.column] * outcome.per
    assert outcome.numerator is not None
    assert outcome.denominator is not None
    return panel.columns[outcome.numerator] / panel.columns[outcome.denominator] * outcome.per
