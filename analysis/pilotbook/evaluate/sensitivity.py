"""How far the headline of an outcome carries: rows on trends, placebo starts, single pilots and violations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.inference.variance_ratio import variance_ratio
from pilotbook.estimate.path import Path
from pilotbook.estimate.result import Effect, NotEstimable
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.leave_one_out import leave_one_out
from pilotbook.estimate.sensitivity.placebo_in_time import placebo_in_time
from pilotbook.estimate.sensitivity.pretrends import PreTrend, joint_test, randomisation_test
from pilotbook.estimate.sensitivity.relative_magnitudes import RobustInterval, breakdown_multiple, relative_magnitudes
from pilotbook.estimate.sensitivity.smoothness import breakdown_bound, smoothness
from pilotbook.evaluate.drawn_tests import DRAWN, linear_target, tested_sample, with_test
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import Question
from pilotbook.evaluate.sample import ON_COMPLETE_COUNTIES
from pilotbook.evaluate.series import KINDS

MULTIPLES = (0.5, 1.0, 1.5, 2.0)
EARLIER = (4, 8)
FIRST_PERIODS = 4
DRAWS = 4_999
FEWEST_FOR_COVARIANCE = 10
"""Assigned pilots from which coefficients before the start have a covariance that a joint test can rest on."""


@dataclass(frozen=True, slots=True)
class Examination:
    """The headline of one outcome, examined."""

    question: Question
    lead: Row
    target: Target
    units: AssignedUnits

    def rows(self) -> Iterator[Row]:
        """Give every row; what cannot be evaluated says why."""
        yield from self._variance_ratio()
        path = self._path()
        yield from self._pre_trend(path)
        yield from self._placebos_in_time()
        yield from self._without_each_pilot()
        yield from self._violations(path)

    def _row(self, name: str, **spec: str) -> Row:
        """Begin a row on the lead's question."""
        kept = {key: value for key, value in self.lead.spec.items() if key in {"weights", "cohorts"}}
        return Row(
            estimator="sensitivity",
            estimand=name,
            spec={**kept, **spec},
            role="description",
            plan=self.lead.plan,
            outcome=self.lead.outcome,
            unit=self.lead.unit,
        )

    def _variance_ratio(self) -> Iterator[Row]:
        (found,) = variance_ratio(self.units, np.random.default_rng(self.question.sample.seed))
        row = replace(self._row("variance_ratio"), unit="")
        if isinstance(found, NotEstimable):
            yield replace(row, reason=found.detail)
        else:
            yield replace(row, estimate=found.ratio, p=found.p, p_method="randomisation")

    def _path(self) -> Path | NotEstimable:
        """Return group-time effects against the last period before the start, by event time."""
        sample = self.question.sample
        (found,) = callaway_santanna(
            sample.y,
            sample.cohort,
            weights=sample.weights,
            cluster=sample.assignment,
            controls="never",
            base="universal",
            anticipation=sample.anticipation,
        )
        return found if isinstance(found, NotEstimable) else found.by_event_time()

    def _supported(self, path: Path) -> list[int]:
        """Event times that every cohort reaches, the reference left out."""
        n_cohorts = self.units.n_cohorts
        return [
            event
            for event, effect, support in zip(path.keys, path.effects, path.support, strict=True)
            if event != -1 and support.n_cohorts == n_cohorts and isinstance(effect, Effect)
        ]

    def _pre_trend(self, path: Path | NotEstimable) -> Iterator[Row]:
        found: PreTrend | NotEstimable
        if isinstance(path, NotEstimable):
            found, method = path, ""
        elif self.units.n_pilots < FEWEST_FOR_COVARIANCE:
            before = [event for event in self._supported(path) if event < -1]
            (found,) = randomisation_test(self.units, before, DRAWS, np.random.default_rng(self.question.sample.seed))
            method = "randomisation, largest studentised coefficient"
        else:
            estimates, before = self._estimates(path)
            n = estimates.n_before
            found = joint_test(estimates.before, estimates.covariance[:n, :n], before, self.units.n_units - 1)
            method = "joint Wald test"
        row, slope = self._row("pre_trend"), self._row("pre_trend_detectable")
        if isinstance(found, NotEstimable):
            yield replace(row, reason=found.detail)
            return
        yield replace(row, unit="", estimate=found.statistic, p=found.p, p_method=method)
        bounded = bool(np.isfinite(found.detectable_slope))
        yield replace(
            slope,
            estimate=found.detectable_slope if bounded else None,
            reason=None if bounded else "no linear trend, however steep, would be found four times in five",
        )

    def _estimates(self, path: Path) -> tuple[EventEstimates, list[int]]:
        """Coefficients before the start and of the first periods after it, where every cohort is observed."""
        events = [event for event in self._supported(path) if event < FIRST_PERIODS]
        at = [path.keys.index(event) for event in events]
        values = np.array([effect.estimate for i in at if isinstance(effect := path.effects[i], Effect)])
        covariance = next(iter(path.covariance.values()))[np.ix_(at, at)]
        n = sum(event < -1 for event in events)
        return EventEstimates(values[:n], values[n:], covariance), events[:n]

    def _placebos_in_time(self) -> Iterator[Row]:
        sample = tested_sample(self.question.sample, self.question.analysis)
        for earlier in EARLIER:
            row = self._row("placebo_in_time", earlier=str(earlier))
            moved = placebo_in_time(sample.y, sample.cohort, earlier, sample.anticipation)
            if isinstance(moved, NotEstimable):
                yield replace(row, reason=moved.detail)
                continue
            placebo = replace(sample, y=moved[0], cohort=moved[1], anticipation=0)
            target = Target("two_way")
            level = self.question.plan.level
            test, flags = DRAWN["randomisation"](placebo, target, level), ()
            if isinstance(test, NotEstimable):
                test = DRAWN["randomisation_coefficient"](placebo, target, level)
            filled = row if isinstance(test, NotEstimable) else replace(row, estimate=test.estimate)
            yield with_test(filled, test, "randomisation", flags)

    def _without_each_pilot(self) -> Iterator[Row]:
        pilot = self.units.label < self.units.n_cohorts
        group = np.where(pilot, np.cumsum(pilot) - 1, -1)
        found = leave_one_out(self.units, self.target, group)[0]
        names = self.question.sample.assigned_units
        left_out = sorted(zip((names[code] for code in self.units.code[pilot]), found, strict=True))
        for name, value in left_out:
            row = self._row("without_pilot", left_out=name)
            known = bool(np.isfinite(value))
            yield replace(
                row, estimate=float(value) if known else None, reason=None if known else "no other pilot is left"
            )

    def _violations(self, path: Path | NotEstimable) -> Iterator[Row]:
        """HonestDiD for the mean of the first periods: intervals by multiple, and breakdown values."""
        row = self._row("robust_to_violations")
        if isinstance(path, NotEstimable) or self.units.n_pilots < FEWEST_FOR_COVARIANCE:
            why = f"fewer than {FEWEST_FOR_COVARIANCE} assigned pilots: the coefficients have no valid covariance"
            yield replace(row, reason=path.detail if isinstance(path, NotEstimable) else why)
            return
        estimates, before = self._estimates(path)
        if not estimates.n_before or not estimates.n_after or not np.isfinite(estimates.covariance).all():
            yield replace(row, reason="no coefficient before the start that every cohort reaches, or none after it")
            return
        if np.diag(estimates.covariance).min() <= (1e-10 * np.abs(estimates.coefficients).max()) ** 2:
            yield replace(row, reason="the coefficients do not vary between assigned units")
            return
        weights, level = estimates.mean_of_first(FIRST_PERIODS), self.question.plan.level
        blocks, steps = self._in_years(estimates, before)
        block_weights = blocks.mean_of_first(FIRST_PERIODS)
        for multiple in MULTIPLES:
            interval = relative_magnitudes(blocks, block_weights, multiple, level=level)
            row = self._row("robust_to_violations", restriction="relative_magnitudes", bound=f"{multiple:g}", **steps)
            yield _bounded(row, float(block_weights @ blocks.after), interval, level)
        row = self._row("robust_to_violations", restriction="smoothness", bound="0")
        effect = float(weights @ estimates.after)
        yield _bounded(row, effect, smoothness(estimates, weights, 0.0, level=level), level)
        multiple = breakdown_multiple(blocks, block_weights, level=level)
        yield replace(
            self._row("breakdown", restriction="relative_magnitudes", **steps),
            unit="",
            estimate=multiple if np.isfinite(multiple) else None,
            reason=None if np.isfinite(multiple) else "above the largest multiple tried",
        )
        bound = breakdown_bound(estimates, weights, level=level)
        yield replace(self._row("breakdown", restriction="smoothness"), estimate=bound if np.isfinite(bound) else None)

    def _in_years(self, estimates: EventEstimates, before: list[int]) -> tuple[EventEstimates, dict[str, str]]:
        """Return the coefficients by whole years, where two lie before the start, and how a row names that."""
        _, length = KINDS[self.question.sample.periods[0].freqstr[0]]
        gapless = before == list(range(-1 - len(before), -1))
        if length > 1 and gapless and len(before) + 1 >= 2 * length:
            return estimates.in_blocks(length), {"steps": "years"}
        return estimates, {}


def _bounded(row: Row, effect: float, interval: RobustInterval, level: float) -> Row:
    """Fill in an interval that allows for violations."""
    bounded = bool(np.isfinite([interval.low, interval.high]).all())
    return replace(
        row,
        estimate=effect,
        ci_low=interval.low if bounded else None,
        ci_high=interval.high if bounded else None,
        level=level,
        reason=None if bounded else "not bounded within reach",
    )


def sensitivity_rows(question: Question, lead: Row) -> Iterator[Row]:
    """Examine a headline; where its sample does not allow it, one row says why.

    What permutes counties needs complete ones: those with gaps are left out here, and every row is flagged.
    """
    flags = () if question.sample.gaps is None else (ON_COMPLETE_COUNTIES,)
    question = replace(question, sample=question.sample.without_gaps())
    target = linear_target(question.analysis, lead.spec)
    if target is None or lead.estimate is None:
        return
    sample = tested_sample(question.sample, question.analysis)
    units = assigned_units(
        sample.y,
        sample.cohort,
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
    )
    if isinstance(units, NotEstimable):
        yield Row(
            estimator="sensitivity",
            estimand="all",
            spec={"weights": lead.spec["weights"]},
            role="description",
            plan=lead.plan,
            outcome=lead.outcome,
            unit=lead.unit,
            reason=units.detail,
        )
        return
    for row in Examination(question, lead, target, units).rows():
        yield replace(row, flags=(*row.flags, *flags))
