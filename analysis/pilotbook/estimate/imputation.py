"""Imputation (Borusyak, Jaravel and Spiess): unit and period effects fitted where nobody is treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.by_outcome import by_outcome
from pilotbook.estimate.cluster_robust import deletion_shifts
from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.fixed_effects import Regressors, TwoWayFit, cluster_sums, fit_two_way
from pilotbook.estimate.jackknife import CARRIED_BY_ONE, by_cluster, jackknife_error, smaller_side
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
) -> tuple[Effect | NotEstimable, ...]:
    """Return the ``overall`` of `imputation`, which takes the same, in a fraction of its time."""
    return by_outcome(_average_effect, y, cohort, weights, cluster, anticipation)


@dataclass(frozen=True, eq=False)
class _Imputed:
    """The fit on untreated cells and the differences from it on treated cells.

    Attributes
    ----------
    fit
        Regression on the untreated cells.
    cells : (n_units, n_periods)
        Treated cells that can be imputed.
    tau : (n_outcomes, n_units, n_periods)
        Outcome less imputed outcome on ``cells``, zero elsewhere.
    shares : (n_units, n_periods)
        Each unit's untreated cells divided by their number: the period effects inside its unit effect.
    """

    fit: TwoWayFit
    cells: BoolArray
    tau: FloatArray
    shares: FloatArray


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
    imputed: _Imputed
    after: BoolArray

    @property
    def event_time(self) -> IntArray:
        """Periods since the start, (n_units, n_periods); of controls nothing that means anything."""
        start = np.where(self.sample.cohort != NEVER, self.sample.cohort, 0)
        return np.arange(self.sample.n_periods) - start[:, None]

    def report(self, sets: Sequence[BoolArray], n_rows: int) -> _Report:
        """Return what wraps the mean effect over each set of cells."""
        counts = self.sample.counts(self.imputed.fit.used | self.imputed.cells)
        return _Report(self.sample, _targets(self.sample, self.imputed, sets), counts, n_rows)

    def flat(self, report: _Report) -> BoolArray:
        """Tell of each outcome whether nothing is left of it but rounding."""
        spread = np.abs(report.targets.influence).max(axis=(1, 2))
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
    imputed = _impute(sample, observed)
    problem = _Problem(sample, observed, imputed, after=imputed.cells)
    problem = replace(problem, after=imputed.cells & (problem.event_time >= 0))
    if not problem.after.any():
        return NotEstimable(Reason.NO_CONTROLS, "no treated period has an untreated unit to impute from")
    return problem


def _average_effect(sample: Sample, observed: BoolArray, n_rows: int) -> list[Effect | NotEstimable]:
    problem = _problem(sample, observed)
    if isinstance(problem, NotEstimable):
        return [problem] * len(sample.y)
    report = problem.report([problem.after], n_rows)
    return [FLAT if flat else report.effect(o, 0) for o, flat in enumerate(problem.flat(report))]


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
    report = problem.report(sets, n_rows)
    return [
        FLAT
        if flat
        else Imputation(
            overall=report.effect(o, 0),
            event_time=report.by_event_time(o, times, windows, cells),
            cohort=report.by_cohort(o, cohorts, 1 + len(times), after),
            n_cells_lost=n_treated - int(cells.sum()),
        )
        for o, flat in enumerate(problem.flat(report))
    ]


def _impute(sample: Sample, observed: BoolArray) -> _Imputed:
    """Fit the untreated cells and subtract the fit from the treated ones."""
    treated = sample.treated()
    untreated = observed & ~treated
    none = Regressors(np.zeros((1, sample.n_periods, 0)), np.zeros(sample.n_units, dtype=np.int64))
    fit = fit_two_way(sample, untreated, none)
    shares = untreated / untreated.sum(axis=1, keepdims=True)
    cells = observed & treated
    if fit.rank < sample.n_periods - 1:
        cells = cells & _identified(fit, shares)
    period = np.concatenate([np.zeros((len(sample.y), 1)), fit.coefficients / fit.scale], axis=1)
    rest = np.where(observed, sample.y, 0.0) - period[:, None, :]
    unit = (rest * shares).sum(axis=2)
    tau = np.where(cells, rest - unit[:, :, None], 0.0)
    return _Imputed(fit, cells, tau, shares)


def _identified(fit: TwoWayFit, shares: FloatArray) -> BoolArray:
    """Cells whose period effect, relative to the unit's untreated periods, the untreated cells identify."""
    n_units, n_periods = shares.shape
    rows = (np.eye(n_periods)[None] - shares[:, None, :])[:, :, 1:] / fit.scale
    return fit.estimable(rows.reshape(-1, n_periods - 1)).reshape(n_units, n_periods)


def _targets(sample: Sample, imputed: _Imputed, sets: Sequence[BoolArray]) -> _Targets:
    """Mean effect over each set of treated cells, every unit with its weight."""
    fit = imputed.fit
    pilots = np.flatnonzero(imputed.cells.any(axis=1))
    w = sample.weights[pilots]
    chosen = np.stack([cells[pilots] for cells in sets], axis=2).astype(np.float64)
    n = chosen.sum(axis=1)
    total = w @ n
    sums = _sum_cells(imputed.tau[:, pilots], chosen) * w[:, None]
    estimate = sums.sum(axis=1) / total
    load = (np.swapaxes(chosen, 1, 2) - n[:, :, None] * imputed.shares[pilots][:, None, :])[:, :, 1:]
    load = load * w[:, None, None] / fit.scale
    all_load = load.sum(axis=0)
    deviation = imputed.tau[:, pilots] - _auxiliary_means(sample, imputed, pilots)
    influence = -(fit.unit_scores @ (fit.bread @ all_load.T)) / total
    influence[:, pilots] += _sum_cells(deviation, chosen) * w[:, None] / total

    cluster, n_clusters = sample.cluster, sample.n_clusters
    shifts, lost = deletion_shifts(fit.gram, fit.blocks(cluster), cluster_sums(fit.unit_scores, cluster))
    cluster_load, own = np.unique(cluster[pilots], return_inverse=True)
    load_c, sums_c = _add_up(load, own), np.moveaxis(_add_up(np.moveaxis(sums, 1, 0), own), 1, 0)
    left = np.repeat(total[None], n_clusters, axis=0)
    left[cluster_load] -= _add_up(w[:, None] * n, own)
    deleted = sums.sum(axis=1)[:, None, :] - shifts @ all_load.T
    deleted[:, cluster_load] += np.einsum("ogp,gkp->ogk", shifts[:, cluster_load], load_c) - sums_c
    exists = left > 1e-10 * total
    deleted = np.where(exists, deleted / np.where(exists, left, 1.0), np.nan)
    for g, direction in lost:
        rest = all_load - (load_c[np.searchsorted(cluster_load, g)] if g in cluster_load else 0.0)
        deleted[:, g, np.abs(rest @ direction) > 1e-6 * np.abs(rest).max()] = np.nan
    return _Targets(estimate, influence, deleted, np.stack([cells.any(axis=1) for cells in sets]))


def _sum_cells(values: FloatArray, chosen: FloatArray) -> FloatArray:
    """Add up the cells chosen (n_units, n_periods, n_targets) of each unit."""
    return np.moveaxis(np.moveaxis(values, 1, 0) @ chosen, 0, 1)


def _add_up(values: FloatArray, codes: IntArray) -> FloatArray:
    out = np.zeros((int(codes.max()) + 1, *values.shape[1:]))
    np.add.at(out, codes, values)
    return out


def _auxiliary_means(sample: Sample, imputed: _Imputed, pilots: IntArray) -> FloatArray:
    """Mean effect by cohort and period, clusters weighted by squared weight (equation 8 of the paper)."""
    out = np.zeros((len(imputed.tau), len(pilots), sample.n_periods))
    for g in np.unique(sample.cohort[pilots]):
        rows = np.flatnonzero(sample.cohort[pilots] == g)
        units = pilots[rows]
        _, own = np.unique(sample.cluster[units], return_inverse=True)
        w = sample.weights[units][:, None]
        weight = _add_up(w * imputed.cells[units], own)
        effect = _add_up(np.moveaxis(w * imputed.tau[:, units], 1, 0), own)
        square = np.square(weight).sum(axis=0)
        mean = np.einsum("ct,cot->ot", weight, effect) / np.where(square > 0, square, 1.0)
        out[:, rows] = np.where(imputed.cells[units], mean[:, None, :], 0.0)
    return out


@dataclass(frozen=True, eq=False)
class _Report:
    """Wraps targets into effects and paths."""

    sample: Sample
    targets: _Targets
    counts: Counts
    n_rows: int

    def effect(self, outcome: int, target: int) -> Effect:
        t, sample = self.targets, self.sample
        influence = t.influence[outcome, :, target]
        estimate = float(t.estimate[outcome, target])
        return Effect(
            estimate,
            self._errors(estimate, influence, t.deleted[outcome, :, target], t.pilots[target]),
            self.counts,
            sample.original(influence, self.n_rows),
        )

    def _errors(
        self, estimate: float, influence: FloatArray, deleted: FloatArray, pilots: BoolArray
    ) -> dict[Variance, StandardError | NotEstimable]:
        df = smaller_side(self.sample, pilots)
        jackknife = jackknife_error(deleted, estimate, df or 1.0)
        if df is None or isinstance(jackknife, NotEstimable):
            refusal = NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, CARRIED_BY_ONE)
            return dict.fromkeys((Variance.JACKKNIFE, Variance.CONSERVATIVE), refusal)
        sums = by_cluster(influence[:, None], self.sample)
        conservative = StandardError(float(np.sqrt(np.square(sums).sum())), df)
        return {Variance.JACKKNIFE: jackknife, Variance.CONSERVATIVE: conservative}

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
        sums = _add_up(t.influence[outcome, :, targets], self.sample.cluster)
        return {Variance.JACKKNIFE: (n - 1) / n * (centred.T @ centred), Variance.CONSERVATIVE: sums.T @ sums}
