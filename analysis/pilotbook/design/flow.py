"""From the counties in the data to those that are analysed, with the reason for every county that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pilotbook.design.plan import AnalysisPlan
from pilotbook.design.preparation import population_weights, prepared
from pilotbook.panel.panel import Panel
from pilotbook.panel.prepare import Counts


@dataclass(frozen=True, slots=True)
class Excluded:
    """Counties that a plan leaves out for one reason."""

    because: str
    counties: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Counts of counties; every county is counted once.

    Attributes
    ----------
    in_data
        Counties in the data.
    excluded
        Counties that the plan leaves out, in the order of its reasons.
    gaps
        What the plan does with counties that lack a value in some period: ``keep`` or ``drop``.
    outcomes
        How the preparation for the headline went on from there, by outcome: with the leading weights.
    """

    in_data: int
    excluded: tuple[Excluded, ...]
    gaps: str
    outcomes: Mapping[str, Counts]


def flow(plan: AnalysisPlan, panel: Panel) -> Flow:
    """Count who takes part.

    Parameters
    ----------
    plan
        The plan.
    panel
        The panel within the plan's scope, up to the period of the report: excluded counties are not in it.
    """
    headline = next(analysis for analysis in plan.analyses if analysis.headline)
    weights = population_weights(plan, panel)
    return Flow(
        in_data=len(panel.units) + len({unit for group in plan.exclusions for unit in group.units}),
        excluded=tuple(Excluded(group.because.en, len(set(group.units))) for group in plan.exclusions),
        gaps=plan.gaps,
        outcomes={o.id: prepared(plan, panel, o, headline, weights).counts for o in plan.outcomes},
    )
