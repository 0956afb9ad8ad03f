"""The headline's question asked again: of other counties or periods, or by another estimator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import Analysis
from pilotbook.estimate.inference.assigned_units import complete_rows
from pilotbook.estimate.inference.assignments import actual_assignment
from pilotbook.estimate.inference.cohort_sums import CohortSums
from pilotbook.estimate.inference.left_out import estimates_without
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.result import Effect, NotEstimable, Reason, StandardError
from pilotbook.evaluate.drawn_tests import linear_target, randomised, tested_sample
from pilotbook.evaluate.estimators import Estimand, estimands
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import LEADING
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.sensitivity.examination import Examination

DRAWS = 1_999
"""Draws of an interval that is one of many; the headline has more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An estimate with the interval of the kind of inference that leads; why it or the interval is not there."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    n_units: int | None = None

    def into(self, row: Row, level: float) -> Row:
        """Return a row with the answer in it."""
        bounded = self.low is not None and self.high is not None
        return replace(
            row,
            estimate=self.estimate,
            ci_low=self.low,
            ci_high=self.high,
            level=level if bounded else None,
            reason=self.reason,
            n_units=self.n_units,
        )


def ask(examination: Examination, sample: AnalysisSample, analysis: Analysis | None = None) -> Answer:
    """Estimate the headline's quantity anew, with an interval.

    Parameters
    ----------
    examination
        The headline.
    sample
        Other counties, periods or values.
    analysis
        Another analysis; by default the headline's.
    """
    analysis = analysis or examination.question.analysis
    if examination.by_draws:
        return _by_draws(examination, sample, analysis)
    return _by_error(examination, sample, analysis)


def point(examination: Examination, sample: AnalysisSample, analysis: Analysis | None = None) -> float | NotEstimable:
    """Estimate the headline's quantity anew, without any error.

    Parameters
    ----------
    examination, sample, analysis
        As in `ask`.
    """
    analysis = analysis or examination.question.analysis
    target, tested = linear_target(analysis, examination.lead.spec), tested_sample(sample, analysis)
    if target is not None and complete_rows(tested.y).all():
        units = tested.units()
        if isinstance(units, NotEstimable):
            return units
        sums = CohortSums(units, actual_assignment(units.label, units.n_cohorts))
        found = float(sums.estimates(units.paths, sums.coefficients(target))[0, 0])
        return found if np.isfinite(found) else NotEstimable(Reason.NO_POST_PERIOD, "nothing is left to compare")
    if target is not None and target.form == "imputation":
        return _imputed_without(tested, target, np.zeros((1, len(tested.cohort)), dtype=bool))[0]
    effect = _chosen(examination, sample, analysis)
    return effect if isinstance(effect, NotEstimable) else effect.estimate


def points_without(examination: Examination, groups: Sequence[NDArray[np.bool_]]) -> Iterator[float | NotEstimable]:
    """Estimate the headline's quantity without each group of counties, without any error.

    Parameters
    ----------
    examination
        The headline.
    groups : each (n,)
        The counties that an estimate does without.
    """
    sample, analysis = examination.sample, examination.question.analysis
    target = linear_target(analysis, examination.lead.spec)
    if groups and target is not None and target.form == "imputation":
        yield from _imputed_without(sample, target, np.array(groups))
    else:
        yield from (point(examination, sample.only(~members)) for members in groups)


def _imputed_without(sample: AnalysisSample, target: Target, left_out: NDArray[np.bool_]) -> list[float | NotEstimable]:
    return estimates_without(
        sample.y,
        sample.cohort,
        left_out,
        estimand=target,
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
    )


def _by_draws(examination: Examination, sample: AnalysisSample, analysis: Analysis) -> Answer:
    target = linear_target(analysis, examination.lead.spec)
    tested = tested_sample(sample, analysis)
    if target is not None:
        test, _ = randomised(tested, target, examination.level, DRAWS)
        if not isinstance(test, NotEstimable):
            bounded = bool(np.isfinite([test.low, test.high]).all())
            n_units = test.counts.n_units
            if bounded:
                return Answer(test.estimate, test.low, test.high, None, n_units)
            return Answer(test.estimate, reason="no interval at this level", n_units=n_units)
    found = point(examination, sample, analysis)
    if isinstance(found, NotEstimable):
        return Answer(reason=found.detail)
    return Answer(found, reason="no interval: there are no placebo assignments for this estimate")


def _by_error(examination: Examination, sample: AnalysisSample, analysis: Analysis) -> Answer:
    effect = _chosen(examination, sample, analysis)
    if isinstance(effect, NotEstimable):
        return Answer(reason=effect.detail)
    leading = [kind for kind in effect.standard_errors if kind in LEADING[examination.question.leads]]
    error = effect.standard_errors[leading[0]] if leading else effect.error
    n_units = effect.counts.n_units
    if isinstance(error, StandardError):
        return Answer(effect.estimate, *error.interval(effect.estimate, examination.level), None, n_units)
    return Answer(effect.estimate, reason=error.detail, n_units=n_units)


def _chosen(examination: Examination, sample: AnalysisSample, analysis: Analysis) -> Effect | NotEstimable:
    """Run an estimator and choose the headline's quantity, or the overall effect of one that has no other."""
    found = list(estimands(sample, analysis, by_assignment=True))
    return next((e.effect for e in found if _same(e, examination.lead)), found[0].effect)


def _same(estimand: Estimand, lead: Row) -> bool:
    return estimand.name == lead.estimand and all(lead.spec.get(key) == value for key, value in estimand.spec.items())
