"""Group-time effects and their aggregation over groups, event times and calendar periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pilotbook.estimate.jackknife import CARRIED_BY_ONE, by_cluster, jackknife_error, smaller_side
from pilotbook.estimate.path import Path, Support
from pilotbook.estimate.result import (
    Counts,
    Effect,
    FloatArray,
    NotEstimable,
    Reason,
    StandardError,
    Variance,
)
from pilotbook.estimate.sample import IntArray, Sample

Window = tuple[int, int]


@dataclass(frozen=True, eq=False)
class GroupTimeEffects:
    """Average effects on each cohort in each period, ATT(g, t).

    Attributes
    ----------
    cohort, period : (n_pairs,)
        The pairs (g, t).
    estimate : (n_pairs,)
        ATT(g, t); before g they are placebo effects.
    influence : (n_units, n_pairs)
        Contribution of each unit (in the order of ``sample``) to the error of each pair.
    deleted : (n_clusters, n_pairs) or None
        The estimates without each assignment unit in turn, NaN where nothing is left; None with covariates.
    support
        Pilots behind each pair.
    sample
        The units, with cohorts, weights and assignment units.
    counts
        What the estimates rest on.
    n_rows
        Rows of the caller's arrays.
    """

    cohort: IntArray
    period: IntArray
    estimate: FloatArray
    influence: FloatArray = field(repr=False)
    deleted: FloatArray | None = field(repr=False)
    support: tuple[Support, ...]
    sample: Sample = field(repr=False)
    counts: Counts
    n_rows: int

    @property
    def event_time(self) -> IntArray:
        """Periods since the start, by pair."""
        return self.period - self.cohort

    def effects(self) -> tuple[Effect | NotEstimable, ...]:
        """Each ATT(g, t) as an effect."""
        return tuple(_Aggregate.pair(self, m).effect() for m in range(len(self.estimate)))

    def simple(self) -> Effect | NotEstimable:
        """Mean over all pairs from the start on, each weighted by the size of its cohort."""
        post = np.flatnonzero(self.event_time >= 0)
        return _Aggregate.weighted(self, post).effect() if len(post) else _nothing("no pair after the start")

    def by_cohort(self) -> Path:
        """Mean effect on each cohort from its start on; overall the mean over cohorts by size."""
        keys = np.unique(self.cohort[self.event_time >= 0])
        parts = [_Aggregate.flat(self, np.flatnonzero((self.cohort == g) & (self.event_time >= 0))) for g in keys]
        return self._path(keys, parts, lambda: _Aggregate.combine_by_size(self, keys, parts))

    def by_period(self) -> Path:
        """Mean effect in each period on the cohorts treated by then; overall the mean over periods."""
        keys = np.unique(self.period[self.event_time >= 0])
        parts = [_Aggregate.weighted(self, np.flatnonzero((self.period == t) & (self.event_time >= 0))) for t in keys]
        return self._path(keys, parts, lambda: _Aggregate.mean(parts))

    def by_event_time(self, windows: Sequence[Window] = ()) -> Path:
        """Mean effect by periods since the start; overall the mean over all from 0 on.

        Parameters
        ----------
        windows
            Windows (first, last) of event times to average over; event times that no pair reaches are left
            out.
        """
        keys = np.unique(self.event_time)
        parts = [_Aggregate.weighted(self, np.flatnonzero(self.event_time == e)) for e in keys]

        def window_mean(first: int, last: int) -> Effect | NotEstimable:
            inside = [part for e, part in zip(keys, parts, strict=True) if first <= e <= last]
            return _Aggregate.mean(inside).effect() if inside else _nothing(f"no event time from {first} to {last}")

        after = [part for e, part in zip(keys, parts, strict=True) if e >= 0]
        return self._path(
            keys, parts, lambda: _Aggregate.mean(after), {window: window_mean(*window) for window in windows}
        )

    def _path(
        self,
        keys: IntArray,
        parts: Sequence[_Aggregate],
        overall: Callable[[], _Aggregate],
        averages: dict[Window, Effect | NotEstimable] | None = None,
    ) -> Path:
        return Path(
            keys=tuple(int(key) for key in keys),
            effects=tuple(part.effect() for part in parts),
            covariance=_covariance(parts, self.sample),
            support=tuple(part.support() for part in parts),
            overall=overall().effect() if parts else _nothing("no pair after the start"),
            averages=averages or {},
        )


@dataclass(frozen=True, eq=False)
class _Aggregate:
    """A weighted mean of pairs, with what its errors are made of."""

    source: GroupTimeEffects
    pairs: IntArray
    estimate: float
    influence: FloatArray
    deleted: FloatArray | None

    @classmethod
    def pair(cls, source: GroupTimeEffects, m: int) -> _Aggregate:
        deleted = None if source.deleted is None else source.deleted[:, m]
        return cls(source, np.array([m]), float(source.estimate[m]), source.influence[:, m], deleted)

    @classmethod
    def flat(cls, source: GroupTimeEffects, pairs: IntArray) -> _Aggregate:
        """Equal weights."""
        deleted = None if source.deleted is None else source.deleted[:, pairs].mean(axis=1)
        return cls(
            source,
            pairs,
            float(source.estimate[pairs].mean()),
            source.influence[:, pairs].mean(axis=1),
            deleted,
        )

    @classmethod
    def weighted(cls, source: GroupTimeEffects, pairs: IntArray) -> _Aggregate:
        """Weights by the size of the cohorts."""
        deleted = None if source.deleted is None else source.deleted[:, pairs]
        estimate, influence, left = _by_size(
            source.sample, source.cohort[pairs], source.estimate[pairs], source.influence[:, pairs], deleted
        )
        return cls(source, pairs, estimate, influence, left)

    @classmethod
    def combine_by_size(cls, source: GroupTimeEffects, cohorts: IntArray, parts: Sequence[_Aggregate]) -> _Aggregate:
        """Mean of one aggregate per cohort, weighted by the size of the cohorts."""
        deleted = None if source.deleted is None else np.column_stack([_known(part.deleted) for part in parts])
        estimate, influence, left = _by_size(
            source.sample, cohorts, np.array([part.estimate for part in parts]),
            np.column_stack([part.influence for part in parts]), deleted,
        )  # fmt: skip
        return cls(source, np.concatenate([part.pairs for part in parts]), estimate, influence, left)

    @classmethod
    def mean(cls, parts: Sequence[_Aggregate]) -> _Aggregate:
        """Plain mean of aggregates."""
        source = parts[0].source
        deleted = None
        if source.deleted is not None:
            deleted = _mean_of_known(np.column_stack([_known(part.deleted) for part in parts]))
        return cls(
            source,
            np.concatenate([part.pairs for part in parts]),
            float(np.mean([part.estimate for part in parts])),
            np.mean([part.influence for part in parts], axis=0),
            deleted,
        )

    def support(self) -> Support:
        chosen = np.unique(self.source.cohort[self.pairs], return_index=True)[1]
        pilots = sum(self.source.support[self.pairs[m]].n_pilots for m in chosen)
        return Support(pilots, len(chosen))

    def effect(self) -> Effect:
        sample = self.source.sample
        influence = sample.original(self.influence, self.source.n_rows)
        return Effect(self.estimate, self._errors(), self.source.counts, influence)

    def _errors(self) -> dict[Variance, StandardError | NotEstimable]:
        sample = self.source.sample
        df = smaller_side(sample, (sample.cohort == self.source.cohort[self.pairs][:, None]).any(axis=0))
        if df is None:
            kinds = [Variance.JACKKNIFE, Variance.INFLUENCE][self.deleted is None :]
            return dict.fromkeys(kinds, NotEstimable(Reason.ONE_ASSIGNMENT_UNIT, CARRIED_BY_ONE))
        sums = by_cluster(self.influence[:, None], sample)
        influence = StandardError(float(np.sqrt(np.square(sums).sum())), df)
        if self.deleted is None:
            return {Variance.INFLUENCE: influence}
        return {
            Variance.JACKKNIFE: jackknife_error(self.deleted, self.estimate, df),
            Variance.INFLUENCE: influence,
        }


def _by_size(
    sample: Sample,
    cohorts: IntArray,
    estimates: FloatArray,
    influence: FloatArray,
    deleted: FloatArray | None,
) -> tuple[float, FloatArray, FloatArray | None]:
    """Mean weighted by cohort size, whose sampling error is part of the influence."""
    member = (sample.cohort[:, None] == cohorts) * (sample.weights / sample.weights.sum())[:, None]
    size = member.sum(axis=0)
    share = size / size.sum()
    estimate = float(share @ estimates)
    deviation = estimates - estimate
    combined = influence @ share + (member @ deviation - (size @ deviation) / sample.n_units) / size.sum()
    if deleted is None:
        return estimate, combined, None
    lost = by_cluster(member, sample)
    left = np.where(np.isfinite(deleted), np.maximum(size - lost, 0.0), 0.0)
    total = left.sum(axis=1)
    with np.errstate(invalid="ignore"):
        means = (left * np.nan_to_num(deleted)).sum(axis=1) / np.where(total > 0, total, np.nan)
    return estimate, combined, means


def _covariance(parts: Sequence[_Aggregate], sample: Sample) -> dict[Variance, FloatArray]:
    """Joint covariance of aggregates by kind."""
    if not parts:
        return {}
    sums = by_cluster(np.column_stack([part.influence for part in parts]), sample)
    out = {Variance.INFLUENCE: sums.T @ sums}
    if parts[0].deleted is not None:
        n = sample.n_clusters
        centred = np.column_stack([_known(part.deleted) - part.estimate for part in parts])
        out = {Variance.JACKKNIFE: (n - 1) / n * (centred.T @ centred), **out}
    return out


def _known(deleted: FloatArray | None) -> FloatArray:
    if deleted is None:
        raise AssertionError("aggregates of one source either all have deletions or none has")
    return deleted


def _mean_of_known(columns: FloatArray) -> FloatArray:
    """Row means over the finite entries, NaN where there is none."""
    known = np.isfinite(columns)
    total = np.where(known, columns, 0.0).sum(axis=1)
    n = known.sum(axis=1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _nothing(detail: str) -> NotEstimable:
    return NotEstimable(Reason.NO_POST_PERIOD, detail)
