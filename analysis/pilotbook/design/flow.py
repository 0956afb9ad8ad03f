"""From the counties in the data to those that are analysed, with the reason for every county that is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.design.contract import NEVER, population_weights
from pilotbook.design.outcome import outcome_matrix
from pilotbook.design.plan import AnalysisPlan, Words
from pilotbook.panel.panel import Panel


@dataclass(frozen=True, slots=True)
class Flow:
    """Counts of counties; every county is counted once.

    Attributes
    ----------
    in_data
        Counties in the data.
    excluded
        Counties that the plan leaves out, by its reasons.
    always
        Under the reform from the first period on.
    unweighted
        Without a value of the weight, where the plan has one.
    eligible
        What remains.
    analysed
        Of these, counties with a value of the outcome, by its id.
    """

    in_data: int
    excluded: tuple[tuple[Words, int], ...]
    always: int
    unweighted: int
    eligible: int
    analysed: dict[str, int]


def flow(plan: AnalysisPlan, panel: Panel) -> Flow:
    """Count who takes part.

    Parameters
    ----------
    plan
        The plan; of it, exclusions, weights and outcomes.
    panel
        The panel within the plan's scope, up to the period of the report: excluded counties are not in it.
    """
    excluded = tuple((group.because, len(set(group.units))) for group in plan.exclusions)
    total = len(panel.units) + len({unit for group in plan.exclusions for unit in group.units})
    always = panel.cohort(NEVER) == 0
    weights = population_weights(plan, panel)
    unweighted = np.zeros(len(always), dtype=bool) if weights is None else ~np.isfinite(weights) & ~always
    eligible = ~always & ~unweighted
    analysed = {
        outcome.id: int((np.isfinite(outcome_matrix(plan, outcome, panel)).any(axis=1) & eligible).sum())
        for outcome in plan.outcomes
    }
    return Flow(total, excluded, int(always.sum()), int(unweighted.sum()), int(eligible.sum()), analysed)
