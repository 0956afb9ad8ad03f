"""The design contract: what is known of plan and panel before any model is fitted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from pilotbook.design.comparison import Comparison, compare
from pilotbook.design.flow import Flow, flow
from pilotbook.design.plan import AnalysisPlan
from pilotbook.design.preparation import population_weights
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period

NEVER = -1


Inference = Literal[
    "none",
    "placebo_rank",
    "randomisation",
    "randomisation_coefficient",
    "randomisation_studentised",
    "wild_bootstrap",
    "ferman_pinto",
    "cluster_robust",
    "cr2_satterthwaite",
]
"""Kinds of inference that a rule can name."""


class InferenceRule(BaseModel):
    """One line of the rule table ``inference.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: str
    pilots: tuple[int, int | None]
    controls: tuple[int, int | None] = (0, None)
    largest_weight: float = 1.0
    leads: Inference
    others: Inference | None = None
    beside: tuple[Inference, ...] = ()
    because: str

    def leading(self, headline: bool) -> Inference:
        """Return what leads: in the plan's headline analysis, or in an analysis beside it."""
        return self.leads if headline or self.others is None else self.others

    def fits(self, pilots: int, controls: int, largest_weight: float) -> bool:
        """Tell whether a design falls under this rule."""
        return (
            _within(pilots, self.pilots) and _within(controls, self.controls) and largest_weight <= self.largest_weight
        )


def _within(count: int, bounds: tuple[int, int | None]) -> bool:
    return bounds[0] <= count and (bounds[1] is None or count <= bounds[1])


@cache
def inference_rules() -> tuple[InferenceRule, ...]:
    """Return the rule table, in the order in which it is read."""
    text = Path(__file__).with_name("inference.yml").read_text(encoding="utf-8")
    return tuple(InferenceRule.model_validate(entry) for entry in yaml.safe_load(text))


NO_COMPARISON = InferenceRule(
    rule="no-comparison",
    pilots=(0, None),
    leads="none",
    because="there are no pilots, or no counties without the reform to compare them with",
)


def permitted_inference(pilots: int, controls: int, largest_weight: float) -> InferenceRule:
    """Return the rule for a design.

    Parameters
    ----------
    pilots, controls
        Assigned units with the reform and without.
    largest_weight
        Largest share of one assigned unit in the weight of all, between 0 and 1.
    """
    if pilots == 0 or controls == 0:
        return NO_COMPARISON
    return next(rule for rule in inference_rules() if rule.fits(pilots, controls, largest_weight))


@dataclass(frozen=True, slots=True)
class Cohort:
    """The counties whose reform starts in one period."""

    start: str
    counties: int
    assigned_units: int
    periods_before: int
    periods_after: int


@dataclass(frozen=True, slots=True)
class Contract:
    """Facts of the design, and the inference that follows from them.

    Attributes
    ----------
    periods, first_period, last_period
        Number of periods, the first and the last.
    cohorts
        The pilots by start, those within the panel; ascending.
    pilots, controls
        Counties with the reform within the panel, and without.
    assigned_pilots, assigned_controls
        The same, counted at the unit of assignment.
    later
        Counties whose reform starts after the panel ends; they count as controls.
    always
        Counties whose reform started in or before the first period; they can teach nothing and are left out.
    largest_weight
        Largest share of one assigned unit in the weight of all.
    staggered
        Whether there is more than one start.
    rule, leads, beside, because
        The rule of ``inference.yml`` that fits, what leads by it, what is shown beside it, and why.
    comparison
        Pilots and controls side by side; None if one of them is not there.
    flow
        From the counties in the data to those that each outcome's headline rests on.
    """

    periods: int
    first_period: str
    last_period: str
    cohorts: tuple[Cohort, ...]
    pilots: int
    controls: int
    assigned_pilots: int
    assigned_controls: int
    later: int
    always: int
    largest_weight: float
    staggered: bool
    rule: str
    leads: str
    beside: tuple[str, ...]
    because: str
    comparison: Comparison | None
    flow: Flow

    def as_dict(self) -> dict[str, Any]:
        """Return the contract as plain values for the ledger."""
        return asdict(self)


def draw_contract(plan: AnalysisPlan, panel: Panel) -> Contract:
    """Compute the contract of a plan on a panel.

    Parameters
    ----------
    plan
        The analysis plan; of it, the weights.
    panel
        The panel up to the period of the report.
    """
    cohort = panel.cohort(never=NEVER)
    treated, never, always = cohort > 0, cohort == NEVER, cohort == 0
    last = panel.periods[-1]
    later = sum(start is not None and start > last for start in panel.start)
    pilots, controls = _distinct(panel, treated), _distinct(panel, never)
    population, used = population_weights(plan, panel), treated | never
    weight = np.ones(len(panel.units)) if population is None else np.nan_to_num(population)
    largest = largest_share(weight[used], panel.assignment[used])
    rule = permitted_inference(pilots, controls, largest)
    return Contract(
        periods=len(panel.periods),
        first_period=format_period(panel.periods[0]),
        last_period=format_period(last),
        cohorts=tuple(_cohort(panel, cohort, int(start)) for start in np.unique(cohort[treated])),
        pilots=int(treated.sum()),
        controls=int(never.sum()),
        assigned_pilots=pilots,
        assigned_controls=controls,
        later=later,
        always=int(always.sum()),
        largest_weight=largest,
        staggered=len(np.unique(cohort[treated])) > 1,
        rule=rule.rule,
        leads=rule.leads,
        beside=rule.beside,
        because=rule.because,
        comparison=compare(plan, panel, population) if treated.any() and never.any() else None,
        flow=flow(plan, panel),
    )


def _distinct(panel: Panel, counties: NDArray[np.bool_]) -> int:
    return len(np.unique(panel.assignment[counties]))


def _cohort(panel: Panel, cohort: NDArray[np.intp], start: int) -> Cohort:
    members = cohort == start
    return Cohort(
        start=format_period(panel.periods[start]),
        counties=int(members.sum()),
        assigned_units=_distinct(panel, members),
        periods_before=start,
        periods_after=len(panel.periods) - start,
    )


def largest_share(weights: NDArray[np.float64], assignment: NDArray[Any]) -> float:
    """Return the largest share that one assigned unit has in the weight of all, 1 if there is none.

    Parameters
    ----------
    weights, assignment : (n,)
        Weight and assigned unit of each county.
    """
    _, unit = np.unique(assignment, return_inverse=True)
    totals = np.bincount(unit, weights=weights)
    return float(totals.max() / totals.sum()) if totals.size and totals.sum() > 0 else 1.0
