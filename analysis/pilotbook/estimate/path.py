"""Effects along event time, cohorts or calendar periods, with their joint covariance and averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pilotbook.estimate.result import Effect, FloatArray, NotEstimable, Variance
from pilotbook.estimate.sample import NEVER, BoolArray, Sample


@dataclass(frozen=True)
class Support:
    """How many pilots and cohorts stand behind one point of a path."""

    n_pilots: int
    n_cohorts: int


@dataclass(frozen=True, eq=False)
class Path:
    """Effects by event time (periods since the start), by cohort or by calendar period.

    Attributes
    ----------
    keys
        Event times, cohorts or periods, ascending.
    effects
        One per key.
    covariance : by kind, (n_keys, n_keys)
        Joint covariance; rows and columns of keys that are not estimable are NaN.
    support
        One per key.
    overall
        The path's own summary: for event times the mean over all from 0 on, for cohorts the mean over
        pilots, for periods the mean over treated periods; None where the estimator has none.
    averages
        Mean over event times first..last, both included, for each window that was asked for.
    reference
        The event time set to zero, if the estimator has one.
    """

    keys: tuple[int, ...]
    effects: tuple[Effect | NotEstimable, ...]
    covariance: Mapping[Variance, FloatArray] = field(repr=False)
    support: tuple[Support, ...]
    overall: Effect | NotEstimable | None = None
    averages: Mapping[tuple[int, int], Effect | NotEstimable] = field(default_factory=dict)
    reference: int | None = None

    def __getitem__(self, key: int) -> Effect | NotEstimable:
        """Effect at one key."""
        return self.effects[self.keys.index(key)]


def support_at(sample: Sample, used: BoolArray, event_times: tuple[int, ...]) -> tuple[Support, ...]:
    """Pilots and cohorts with a used cell (n_units, n_periods) at each event time."""
    pilots = np.flatnonzero(sample.cohort != NEVER)
    start = sample.cohort[pilots]
    period = start[:, None] + np.array(event_times, dtype=np.int64)
    inside = (period >= 0) & (period < sample.n_periods)
    here = inside & used[pilots[:, None], np.where(inside, period, 0)]
    n_cohorts = sum(here[start == cohort].any(axis=0).astype(int) for cohort in sample.cohorts)
    return tuple(map(Support, here.sum(axis=0).tolist(), np.broadcast_to(n_cohorts, len(event_times)).tolist()))
