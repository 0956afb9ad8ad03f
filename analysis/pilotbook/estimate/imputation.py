"""Imputation (Borusyak, Jaravel and Spiess): unit and period effects fitted where nobody is treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.imputed import Imputed, MeanEffects, add_up, impute
from pilotbook.estimate.jackknife import CARRIED_BY_ONE, by_cluster, jackknife_errors, smaller_side
from pilotbook.estimate.path import Path, Support, support_at
from pilotbook.estimate.result import Counts, Effect, NotEstimable, Reason, StandardError, Variance
from pilotbook.estimate.sample import NEVER, BoolArray, FloatArray, IntArray, Sample

Window = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Imputation:
    """Effects from imputed untreated outcomes.

    Attributes
    ----------
    overall
        Mean effect over all treated unit-periods, weighted by unit.
    event_time, cohort
        Mean effects by periods since the start and by cohort.
    n_cells_lost
        Treated unit-periods whose untreated outcome cannot be imputed (no earlier period of the unit, or no
        untreated unit in the period); they are left out of every mean.
    """

    overall: Effect | NotEstimable
    event_time: Path
    cohort: Path
    n_cells_lost: int


def imputation(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    windows: Sequence[Window] = (),
) -> tuple[Imputation | NotEstimable, ...]:
    """Average effects on the treated from unit and period effects estimated on untreated cells only.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, or `NEVER`.
    weights, cluster : (n_units,), optional
        Weights of the units; codes of the assignment unit.
    anticipation
        Periods before the start that may already be affected: they are imputed too.
    windows
        Windows (first, last) of event times; the plain mean over the event times is returned in
        ``event_time.averages``.

    Returns
    -------
    tuple of Imputation or NotEstimable
        One per outcome. Errors are the jackknife over assignment units (recommended) and the conservative
        variance of the paper, whose treated residuals are deviations from the mean effect of the same
        cohort and period.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024); checked against diff-diff.
    """
    return by_outcome(partial(_imputation, windows=windows), y, cohort, weights, cluster, anticipation)


def average_effect(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> tuple[float | NotEstimable, ...]:
    """Return the estimate of ``overall`` of `imputation`, without any error, in a fraction of its time."""
    return by_outcome(_average_effect, y, cohort, weights, cluster, anticipation)


@dataclass(frozen=True, eq=False)
class _Targets:
    """Weighted sums over sets of treated cells.

    Attributes
    ----------
    estimate : (n_outcomes, n_targets)
    influence : (n_outcomes, n_units, n_targets)
    deleted : (n_outcomes, n_clusters, n_targets)
        Estimates without each assignment unit, NaN where it is not identified.
    pilots : (n_targets, n_units)
        Units with a cell in the set.
    """

    estimate: FloatArray
    influence: FloatArray
    deleted: FloatArray
    pilots: BoolArray

    def combined(self, rows: FloatArray) -> _Targets:
        """Linear combinations, rows (n_combinations, n_targets)."""
        known = np.isfinite(self.deleted).astype(np.float64)
        deleted = np.nan_to_num(self.deleted) @ rows.T
        deleted[(1 - known) @ np.abs(rows).T > 0] = np.nan
        pilots = np.asarray((rows != 0) @ self.pilots)
        return _Targets(self.estimate @ rows.T, self.influence @ rows.T, deleted, pilots)


@dataclass(frozen=True, eq=False)
class _Problem:
    """Units that say something, what is imputed for them, and the cells since the start, (n_units, n_periods)."""

    sample: Sample
    observed: BoolArray
    imputed: Imputed
    after: BoolArray

    @property
    def event_time(self) -> IntArray:
        """Periods since the start, (n_units, n_periods); of controls nothing that means anything."""
        start = np.where(self.sample.cohort != NEVER, self.sample.cohort, 0)
        return np.arange(self.sample.n_periods) - start[:, None]

    def report(self, means: MeanEffects, n_rows: int) -> _Report:
        """Return what wraps the mean effect over each set of cells."""
        counts = self.sample.counts(self.imputed.fit.used | self.imputed.cells)
        targets = _Targets(means.estimate, means.influence(), means.deleted(), means.members)
        return _Report(self.sample, targets, counts, n_rows)

    def flat(self, influence: FloatArray) -> BoolArray:
        """Tell of each outcome whether nothing is left of it but rounding, by (n_outcomes, n_units, n_targets)."""
        spread = np.abs(influence).max(axis=(1, 2))
        size = np.abs(np.where(self.observed, self.sample.y, 0.0)).max(axis=(1, 2))
        return np.asarray(spread <= 1e-14 * size)


FLAT = NotEstimable(Reason.NO_VARIATION, "the outcome does not vary once unit and period effects are taken out")


def _problem(sample: Sample, observed: BoolArray) -> _Problem | NotEstimable:
    """Impute; refuse where nothing can be imputed since the start."""
    refused = obstacle(sample, observed)
    if refused:
        return refused
    informative = (observed & ~sample.treated()).any(axis=1) & (observed.sum(axis=1) >= 2)
    sample, observed = sample.keep(informative), observed[informative]
    imputed = impute(sample, observed)
    problem = _Problem(sample, observed, imputed, after=imputed.cells)
    problem = replace(problem, after=imputed.cells & (problem.event_time >= 0))
    if not problem.after.any():
        return NotEstimable(Reason.NO_CONTROLS, "no treated period has an untreated unit to impute from")
    return problem


def _average_effect(sample: Sample, observed: BoolArray, n_rows: int) -> list[float | NotEstimable]:
    problem = _problem(sample, observed)
    if isinstance(problem, NotEstimable):
        return [problem] * len(sample.y)
    means = MeanEffects.of(problem.sample, problem.imputed, [problem.after])
    flat = problem.flat(means.influence())
    return [FLAT if none else float(found) for none, found in zip(flat, means.estimate[:, 0], strict=True)]


def _imputation(
    sample: Sample, observed: BoolArray, n_rows: int, windows: Sequence[Window]
) -> list[Imputation | NotEstimable]:
    problem = _problem(sample, observed)
    if isinstance(problem, NotEstimable):
        return [problem] * len(sample.y)
    n_treated = int((observed & sample.treated()).sum())
    cells, after, event_time = problem.imputed.cells, problem.after, problem.event_time
    cohort = problem.sample.cohort
    times, cohorts = np.unique(event_time[cells]), np.unique(cohort[after.any(axis=1)])
    sets = [after, *(cells & (event_time == e) for e in times)]
    sets += [after & (cohort == g)[:, None] for g in cohorts]
    report = problem.report(MeanEffects.of(problem.sample, problem.imputed, sets), n_rows)
    return [
        FLAT
        if flat
        else Imputation(
            overall=report.effect(o, 0),
            event_time=report.by_event_time(o, times, windows, cells),
            cohort=report.by_cohort(o, cohorts, 1 + len(times), after),
            n_cells_lost=n_treated - int(cells.sum()),
        )
        for o, flat in enumerate(problem.flat(report.targets.influence))
    ]


@dataclass(frozen=True, eq=False)
class _Report:
    """Wraps targets into effects and paths."""

    sample: Sample
    targets: _Targets
    counts: Counts
    n_rows: int

    def effect(self, outcome: int, target: int) -> Effect:
        estimate, influence = float(self.targets.estimate[outcome, target]), self._influence[outcome, target]
        return Effect(estimate, self._errors(outcome, target), self.counts, influence)

    @cached_property
    def _influence(self) -> FloatArray:
        """Influence in the caller's order, (n_outcomes, n_targets, n_rows)."""
        influence = np.swapaxes(self.targets.influence, 1, 2)
        out = np.zeros((*influence.shape[:2], self.n_rows))
        out[:, :, self.sample.order] = influence
        return out

    @cached_property
    def _df(self) -> list[float | None]:
        return [smaller_side(self.sample, pilots) for pilots in self.targets.pilots]

    @cached_property
    def _jackknife(self) -> FloatArray:
        """Jackknife errors, (n_outcomes, n_targets), NaN where one assignment unit carries the effect."""
        t = self.targets
        return jackknife_errors(np.swapaxes(t.deleted, 1, 2), t.estimate)

    @cached_property
    def _conservative(self) -> FloatArray:
        """Conservative errors, (n_outcomes, n_targets)."""
        sums = by_cluster(np.moveaxis(self.targets.influence, 1, 0), self.sample)
        return np.asarray(np.sqrt(np.ascontiguousarray(np.moveaxis(np.square(sums), 0, 2)).sum(axis=2)))

    def _errors(self, outcome: int, target: int) -> dict[Variance, StandardError | NotEstimable]:
        df, jackknife = self._df[target], float(self._jackknife[outcome, target])
        if df is None or np.isnan(jackknife):
            refusal = NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, CARRIED_BY_ONE)
            return dict.fromkeys((Variance.JACKKNIFE, Variance.CONSERVATIVE), refusal)
        conservative = float(self._conservative[outcome, target])
        return {
            Variance.JACKKNIFE: StandardError(jackknife, df),
            Variance.CONSERVATIVE: StandardError(conservative, df),
        }

    def by_event_time(self, outcome: int, times: IntArray, windows: Sequence[Window], cells: BoolArray) -> Path:
        keys, first = tuple(int(e) for e in times), 1
        return Path(
            keys=keys,
            effects=tuple(self.effect(outcome, first + i) for i in range(len(keys))),
            covariance=self._covariance(outcome, slice(first, first + len(keys))),
            support=support_at(self.sample, cells, keys),
            overall=self._mean(outcome, times >= 0, first),
            averages={(a, b): self._mean(outcome, (times >= a) & (times <= b), first) for a, b in windows},
        )

    def by_cohort(self, outcome: int, cohorts: IntArray, first: int, after: BoolArray) -> Path:
        pilots = [int((after.any(axis=1) & (self.sample.cohort == g)).sum()) for g in cohorts]
        return Path(
            keys=tuple(int(g) for g in cohorts),
            effects=tuple(self.effect(outcome, first + i) for i in range(len(cohorts))),
            covariance=self._covariance(outcome, slice(first, first + len(cohorts))),
            support=tuple(Support(n, 1) for n in pilots),
        )

    def _mean(self, outcome: int, inside: BoolArray, first: int) -> Effect | NotEstimable:
        if not inside.any():
            return NotEstimable(Reason.NO_POST_PERIOD, "no event time in the window")
        row = np.zeros((1, self.targets.estimate.shape[1]))
        row[0, first : first + len(inside)] = inside / inside.sum()
        t = self.targets
        this = [outcome]
        one = _Targets(t.estimate[this], t.influence[this], t.deleted[this], t.pilots).combined(row)
        return _Report(self.sample, one, self.counts, self.n_rows).effect(0, 0)

    def _covariance(self, outcome: int, targets: slice) -> dict[Variance, FloatArray]:
        t, n = self.targets, self.sample.n_clusters
        centred = t.deleted[outcome, :, targets] - t.estimate[outcome, targets]
        sums = add_up(t.influence[outcome, :, targets], self.sample.cluster)
        return {Variance.JACKKNIFE: (n - 1) / n * (centred.T @ centred), Variance.CONSERVATIVE: sums.T @ sums}
