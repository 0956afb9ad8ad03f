"""The outcome of a plan as a matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.measured import Measured
from pilotbook.design.plan import AnalysisPlan
from pilotbook.panel.panel import Panel

LOG_POINTS = 100.0
"""Log points in a unit of the natural logarithm: a small difference reads as per cent."""


def outcome_matrix(plan: AnalysisPlan, outcome: Measured, panel: Panel) -> NDArray[np.float64]:
    """Return (N, T) the outcome as it is estimated: deflated and on its scale; NaN where a part of it is missing.

    Parameters
    ----------
    plan
        The plan; of it, the price index.
    outcome
        One of its outcomes, or a placebo outcome.
    panel
        The panel; if the outcome is deflated, the base period must be in it.
    """
    values = _in_prices(plan, outcome, panel)
    return LOG_POINTS * np.log(values) if outcome.scale == "log" else values


def without_logarithm(outcome: Measured, panel: Panel) -> NDArray[np.bool_]:
    """Return (N, T) the known values that have no logarithm though the plan asks for it."""
    found = _in_its_unit(outcome, panel) <= 0
    return found if outcome.scale == "log" else np.zeros_like(found)


def _in_prices(plan: AnalysisPlan, outcome: Measured, panel: Panel) -> NDArray[np.float64]:
    values = _in_its_unit(outcome, panel)
    if plan.deflator is None or not outcome.deflate:
        return values
    prices = panel.columns[plan.deflator.column]
    base = panel.index(panel.period(plan.deflator.base))
    return values / (prices / prices[:, [base]])


def _in_its_unit(outcome: Measured, panel: Panel) -> NDArray[np.float64]:
    if outcome.column is not None:
        return panel.columns[outcome.column] * outcome.per
    assert outcome.numerator is not None
    assert outcome.denominator is not None
    return panel.columns[outcome.numerator] / panel.columns[outcome.denominator] * outcome.per
