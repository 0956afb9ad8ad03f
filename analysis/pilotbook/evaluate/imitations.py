"""What could imitate an effect: who is counted, the season, and why these pilots were chosen, as rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pilotbook.estimate.imputation import average_effect
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sensitivity.selection import dip, with_outcome_held_equal
from pilotbook.evaluate.drawn_tests import DRAWN, tested_sample
from pilotbook.evaluate.ledger import IMITATION, PER_CENT, SHARE, Row
from pilotbook.evaluate.rows import Question
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.series import KINDS

DRAWS = 4_999
JUST_BEFORE = {1: 1, 4: 2, 12: 6}
"""Periods that count as just before the start, by periods a year: half a year, or the one year there is."""


def imitation_rows(question: Question, lead: Row) -> Iterator[Row]:
    """Look for what could imitate the effect of a headline; what cannot be evaluated says why."""
    looked = Imitations(question, lead)
    yield from looked.denominator()
    yield from looked.fixed_panel()
    yield looked.own_season()
    yield from looked.chosen_for_the_outcome()


@dataclass(frozen=True, slots=True)
class Imitations:
    """The headline of one outcome, and what could imitate it."""

    question: Question
    lead: Row

    @property
    def sample(self) -> AnalysisSample:
        """Return the counties and periods of the headline."""
        return self.question.sample

    def denominator(self) -> Iterator[Row]:
        """Give the effect on the denominator in per cent: who is counted must not change with the reform."""
        row = self._row("denominator", PER_CENT)
        exposure = self.sample.exposure
        if exposure is None:
            yield replace(row, reason="the outcome has no denominator in the plan, so that a change of it is not seen")
            return
        counted = replace(self.sample, y=np.log(np.where(np.isfinite(self.sample.y), exposure, np.nan)), exposure=None)
        test = DRAWN["randomisation_coefficient"](
            tested_sample(counted.without_gaps(), self.question.analysis),
            Target("imputation"),
            self.question.plan.level,
        )
        if isinstance(test, NotEstimable):
            yield replace(row, reason=test.detail)
            return
        yield replace(row, estimate=100 * float(np.expm1(test.estimate)), p=test.p, p_method="randomisation")

    def fixed_panel(self) -> Iterator[Row]:
        """Give the share of counties observed throughout in each arm, and what the effect changes by among them."""
        pilots, gaps = self.sample.pilots, self.sample.gaps
        stays = np.ones(len(pilots), dtype=bool) if gaps is None else ~gaps
        for name, arm in (("stayers_pilots", pilots), ("stayers_controls", ~pilots)):
            row = self._row(name, SHARE)
            yield replace(row, estimate=float(stays[arm].mean())) if arm.any() else replace(row, reason="no county")
        if gaps is None:
            yield replace(self._row("fixed_panel"), reason="every county is observed throughout")
        else:
            kept = _average(self.sample.without_gaps())
            yield self._twin("fixed_panel", kept, "no pilot or no control is observed throughout")

    def own_season(self) -> Row:
        """Give the change of the estimate if every county keeps a season of its own, as it had before the start."""
        _, seasons = KINDS[self.sample.periods[0].freqstr[0]]
        if seasons == 1:
            return replace(self._row("own_season"), reason="years have no season")
        before = int(self.sample.cohort[self.sample.pilots].min()) - self.sample.anticipation
        if before < seasons:
            return replace(self._row("own_season"), reason="less than a whole year lies before the first start")
        return self._twin("own_season", _average(_by_season(self.sample, seasons)), "a season is not observed before")

    def chosen_for_the_outcome(self) -> Iterator[Row]:
        """Give the dip before the start, and the effect with the outcome before the start held equal."""
        rows = (self._row("dip"), self._row("outcome_held_equal"))
        _, a_year = KINDS[self.sample.periods[0].freqstr[0]]
        sample = tested_sample(self.sample.without_gaps(), self.question.analysis)
        units = sample.units()
        if isinstance(units, NotEstimable):
            yield from (replace(row, reason=units.detail) for row in rows)
            return
        (found,) = dip(units, JUST_BEFORE[a_year], DRAWS, np.random.default_rng(sample.seed), a_year)
        if isinstance(found, NotEstimable):
            yield from (replace(row, reason=found.detail) for row in rows)
            return
        yield replace(rows[0], estimate=found.size, p=found.p, p_method="placebo choices of pilots")
        (equal,) = with_outcome_held_equal(units, JUST_BEFORE[a_year])
        known = bool(np.isfinite(equal))
        yield replace(rows[1], estimate=equal if known else None, reason=None if known else "too few assigned units")

    def _twin(self, name: str, estimate: float | None, otherwise: str) -> Row:
        """Compare an average over all periods since the start with the same on the sample as it is."""
        own = _average(self.sample)
        if estimate is None or own is None:
            return replace(self._row(name), reason=otherwise)
        return replace(self._row(name), estimate=estimate - own)

    def _row(self, name: str, unit: str | None = None) -> Row:
        kept = {key: value for key, value in self.lead.spec.items() if key in {"weights", "cohorts"}}
        return Row(
            plan=self.lead.plan,
            outcome=self.lead.outcome,
            estimator=IMITATION,
            estimand=name,
            spec=kept,
            role="description",
            unit=self.lead.unit if unit is None else unit,
        )


def _average(sample: AnalysisSample) -> float | None:
    """Return the imputation estimate of the average effect, None if there is none."""
    if not sample.pilots.any() or sample.pilots.all():
        return None
    (found,) = average_effect(
        sample.y,
        sample.cohort,
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
    )
    return None if isinstance(found, NotEstimable) else found


def _by_season(sample: AnalysisSample, seasons: int) -> AnalysisSample:
    """Split every county into one row a season, so that its own effect becomes one of county and season."""
    season = np.arange(sample.y.shape[1]) % seasons
    y = np.concatenate([np.where(season == s, sample.y, np.nan) for s in range(seasons)])
    weights = None if sample.weights is None else np.tile(sample.weights, seasons)
    return replace(
        sample,
        y=y,
        cohort=np.tile(sample.cohort, seasons),
        weights=weights,
        assignment=np.tile(sample.assignment, seasons),
        county=np.arange(len(y)),
        exposure=None,
        gaps=None,
    )
