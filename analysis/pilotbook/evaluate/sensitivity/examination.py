"""The headline of one outcome, and everything that is needed to examine it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import Outcome
from pilotbook.estimate.inference.assigned_units import AssignedUnits, complete_rows
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.evaluate.drawn_tests import DRAWN, tested_sample
from pilotbook.evaluate.ledger import SENSITIVITY, Row
from pilotbook.evaluate.places import provinces
from pilotbook.evaluate.rows import Question
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.panel.panel import Panel

ESTIMATOR = SENSITIVITY
"""Estimator of every row of this subpackage."""

COMPLETE = "complete-counties"
"""Flag: the row rests on the counties without missing values, the headline on all."""

FEWEST_COMPLETE = {"pilots": 2, "controls": 8}
"""Assigned units without missing values that an examination of them alone needs; a single pilot is enough itself."""


@dataclass(frozen=True, eq=False)
class Examination:
    """The headline of one outcome, to be examined.

    Attributes
    ----------
    question, lead
        The question of the headline, and its row.
    target
        The estimate as a linear form.
    panel
        The panel that the question's sample was drawn from.
    """

    question: Question
    lead: Row
    target: Target
    panel: Panel

    @property
    def sample(self) -> AnalysisSample:
        """The counties and periods of the headline."""
        return self.question.sample

    @property
    def outcome(self) -> Outcome:
        """The outcome."""
        return self.question.outcome

    @property
    def level(self) -> float:
        """Level of the intervals."""
        return self.question.plan.level

    @property
    def by_draws(self) -> bool:
        """Whether a test made of draws leads."""
        return self.question.leads in DRAWN

    @property
    def estimate(self) -> float:
        """The headline's estimate."""
        assert self.lead.estimate is not None
        return self.lead.estimate

    @cached_property
    def gaps(self) -> bool:
        """Whether values are missing in some counties only."""
        return not complete_rows(tested_sample(self.sample, self.question.analysis).y).all()

    @cached_property
    def complete(self) -> AnalysisSample:
        """The counties without missing values."""
        tested = tested_sample(self.sample, self.question.analysis)
        return tested.only(complete_rows(tested.y))

    @cached_property
    def units(self) -> AssignedUnits | NotEstimable:
        """The complete counties at the unit of assignment."""
        sample = self.complete
        if self.gaps and not self._enough():
            return NotEstimable(Reason.NO_OBSERVATIONS, "values are missing in nearly all pilots or controls")
        return sample.units()

    def _enough(self) -> bool:
        """Tell whether enough assigned units are complete."""
        for name, arm in (("pilots", True), ("controls", False)):
            whole, rest = (len(np.unique(s.assignment[s.pilots == arm])) for s in (self.sample, self.complete))
            if rest < min(whole, FEWEST_COMPLETE[name]):
                return False
        return True

    @cached_property
    def provinces(self) -> NDArray[np.str_] | None:
        """(n,) province of each county of the sample, None if not known."""
        return provinces(self.question.plan, self.panel, self.sample)

    def rng(self) -> np.random.Generator:
        """Return the draws of the plan's seed, from the beginning."""
        return np.random.default_rng(self.sample.seed)

    def row(self, estimand: str, *, complete: bool = False, **spec: str) -> Row:
        """Begin a row; ``complete`` says that it rests on the counties without missing values alone."""
        kept = {key: value for key, value in self.lead.spec.items() if key in {"weights", "cohorts"}}
        return Row(
            estimator=ESTIMATOR,
            estimand=estimand,
            spec={**kept, **spec},
            role="description",
            plan=self.lead.plan,
            outcome=self.lead.outcome,
            unit=self.lead.unit,
            n_units=len(self.complete.cohort) if complete and self.gaps else None,
            flags=(COMPLETE,) if complete and self.gaps else (),
        )

    def without_unit(self, estimand: str, *, complete: bool = False, **spec: str) -> Row:
        """Begin a row whose estimate is a pure number."""
        return replace(self.row(estimand, complete=complete, **spec), unit="")
