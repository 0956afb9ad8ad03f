"""The counties and periods that one analysis rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.design.measured import Measured
from pilotbook.design.plan import SEED, Analysis, AnalysisPlan
from pilotbook.design.preparation import prepared
from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.panel.panel import Panel


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisSample:
    """Arrays for the estimators.

    Attributes
    ----------
    y : (n, t)
        The outcome.
    cohort : (n,)
        Index of the first period under the reform, or `NEVER`.
    weights : (n,) or None
        County weights; None for county-equal.
    assignment, county : (n,)
        Codes of the assigned unit and of the county.
    periods : length t
        The periods.
    assigned_units
        Names of the assigned units, by code.
    anticipation
        Periods before the start that may be affected.
    exposure : (n, t) or None
        The denominator of an outcome that is a ratio.
    seed
        Of every test made of draws; the same for all outcomes, so that they share placebo assignments.
    gaps : (n,) or None
        Counties that lack a value in a period in which others have one; None if there is none.
    names : (n,)
        Codes of the counties in the data.
    """

    y: NDArray[np.float64]
    cohort: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    assignment: NDArray[np.intp]
    county: NDArray[np.intp]
    periods: tuple[pd.Period, ...]
    assigned_units: tuple[str, ...] = ()
    anticipation: int = 0
    exposure: NDArray[np.float64] | None = None
    seed: int = SEED
    gaps: NDArray[np.bool_] | None = None
    names: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, dtype=str))

    @property
    def pilots(self) -> NDArray[np.bool_]:
        """Return (n,) which counties are pilots within the panel."""
        return np.asarray(self.cohort != NEVER)

    def weight(self) -> NDArray[np.float64]:
        """Return (n,) the weights, ones if they are equal."""
        return np.ones(len(self.cohort)) if self.weights is None else self.weights

    def only(self, rows: NDArray[np.bool_]) -> AnalysisSample:
        """Return the sample of the counties marked in ``rows`` (n,)."""
        return replace(
            self,
            y=self.y[rows],
            cohort=self.cohort[rows],
            weights=None if self.weights is None else self.weights[rows],
            assignment=self.assignment[rows],
            county=self.county[rows],
            exposure=None if self.exposure is None else self.exposure[rows],
            gaps=None if self.gaps is None else self.gaps[rows],
            names=self.names[rows],
        )

    def without_gaps(self) -> AnalysisSample:
        """Return the sample of the counties that lack no value."""
        return self if self.gaps is None else replace(self.only(~self.gaps), gaps=None)

    def units(self, y: NDArray[np.float64] | None = None) -> AssignedUnits | NotEstimable:
        """Return the sample at the unit of assignment.

        Parameters
        ----------
        y : (n, t) or (k, n, t), optional
            Other outcomes of the same counties, or fewer periods; by default the sample's own.
        """
        return assigned_units(
            self.y if y is None else y,
            self.cohort,
            weights=self.weights,
            cluster=self.assignment,
            anticipation=self.anticipation,
        )

    def between(self, pre: pd.Period, post: pd.Period) -> AnalysisSample:
        """Return the sample of two periods only."""
        first, second = self.periods.index(pre), self.periods.index(post)
        cohort = np.where(self.pilots & (self.cohort <= second), np.int64(1), np.int64(NEVER))
        exposure = None if self.exposure is None else self.exposure[:, [first, second]]
        pair = replace(self, y=self.y[:, [first, second]], exposure=exposure)
        return replace(pair, cohort=cohort, periods=(pre, post), anticipation=0)


def draw_sample(
    plan: AnalysisPlan, panel: Panel, outcome: Measured, analysis: Analysis, weights: NDArray[np.float64] | None
) -> AnalysisSample:
    """Choose the counties of an analysis and code them once, for every estimator alike.

    Who is left out, and what is counted, is said in `pilotbook.panel.prepare`.

    Parameters
    ----------
    plan
        The plan.
    panel
        The panel up to the period of the report.
    outcome, analysis
        Of the plan; the outcome may be a placebo outcome.
    weights
        (N,) county weights, or None for county-equal.
    """
    ready = prepared(plan, panel, outcome, analysis, weights)
    kept = panel.select(ready.kept)
    names, assignment = np.unique(kept.assignment, return_inverse=True)
    return AnalysisSample(
        y=ready.y,
        cohort=ready.cohort(NEVER),
        weights=ready.weights,
        assignment=assignment,
        county=np.arange(len(kept.units)),
        periods=kept.periods,
        assigned_units=tuple(map(str, names)),
        anticipation=plan.anticipation,
        exposure=None if outcome.denominator is None else kept.columns[outcome.denominator],
        seed=plan.seed,
        gaps=ready.gaps if ready.gaps.any() else None,
        names=np.asarray(kept.units),
    )
