"""The one preparation of an outcome for an analysis: what a plan says, handed to `pilotbook.panel.prepare`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.measured import Measured
from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import Analysis, AnalysisPlan
from pilotbook.design.scope import left_out
from pilotbook.panel.panel import Panel
from pilotbook.panel.prepare import Prepared, prepare


def prepared(
    plan: AnalysisPlan, panel: Panel, outcome: Measured, analysis: Analysis, weights: NDArray[np.float64] | None
) -> Prepared:
    """Choose, code and weight the counties of an analysis, for every estimator alike.

    Parameters
    ----------
    plan
        The plan; of it, the price index, which county-periods are left out, and what is done with gaps.
    panel
        The panel within the plan's scope, up to the period of the report.
    outcome, analysis
        Of the plan; the outcome may be a placebo outcome.
    weights
        (N,) county weights, or None for county-equal.
    """
    return prepare(
        panel,
        outcome_matrix(plan, outcome, panel),
        asked=~left_out(plan, panel),
        members=_members(panel, analysis),
        weights=weights,
        gaps=plan.gaps,
    )


def _members(panel: Panel, analysis: Analysis) -> NDArray[np.bool_] | None:
    """Return (N,) the pilots of the starts that an analysis names, and all controls; None if it names none."""
    if analysis.cohorts is None:
        return None
    chosen = {panel.period(text) for text in analysis.cohorts}
    named: NDArray[np.bool_] = np.asarray([start in chosen for start in panel.start], dtype=bool)
    return np.asarray(named | (panel.cohort(never=-1) == -1), dtype=bool)


def population_weights(plan: AnalysisPlan, panel: Panel) -> NDArray[np.float64] | None:
    """Return (N,) the plan's county weights, None if it has none; NaN where a county has no value."""
    if plan.weights is None:
        return None
    return panel.columns[plan.weights.column][:, panel.index(panel.period(plan.weights.period))]
