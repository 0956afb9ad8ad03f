"""Why an outcome cannot be evaluated: what its verdict would rest on is not in the data."""

from __future__ import annotations

import numpy as np

from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import AnalysisPlan, Outcome
from pilotbook.panel.absence import NO_DATES, WHOLE, Lost
from pilotbook.panel.panel import Panel

REASONS = {
    Lost.DATASET: "the data set of this plan is missing",
    Lost.FILE: "the data file of this plan is missing",
    Lost.EMPTY: "the data file of this plan has no rows",
    Lost.CHANGED: "the data file is not the one that its description records",
    Lost.COLUMN: "its column is missing in the data",
    Lost.START: "the column of start dates is missing in the data",
    Lost.EXPOSURE: "the table of start dates is missing in the data",
}
NOT_BEGUN = "no county starts the reform in these data, so that there is nothing to estimate"
"""Why a reform without start dates has no effect, by whatever estimator needs pilots."""

NO_CONTROLS = "every county has started the reform, so that none is left to compare with"
"""Why the pilots' series cannot be read against another one."""

NO_VALUE = "no county has a value of this outcome"


def gone(plan: AnalysisPlan, panel: Panel, outcome: Outcome) -> str | None:
    """Say what is missing that no estimate of an outcome can do without; None if nothing is.

    Parameters
    ----------
    plan, panel
        The plan, and its panel up to the period of the report.
    outcome
        One of the plan.
    """
    for absence in panel.absent:
        own = absence.what is Lost.COLUMN and absence.name in outcome.columns
        if own or absence.what in WHOLE | NO_DATES:
            return REASONS[absence.what]
    return None if np.isfinite(outcome_matrix(plan, outcome, panel)).any() else NO_VALUE
