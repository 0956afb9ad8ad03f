"""The panel at the unit of assignment: one weighted mean path for each unit that was assigned the reform or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.result import Counts, FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import NEVER, BoolArray, IntArray, Sample, arrange


@dataclass(frozen=True, eq=False)
class AssignedUnits:
    """Assignment units with their paths, weights and labels.

    With all cells observed and weights that stay constant, every estimator of this package is a function of these
    paths alone: rows of one assignment unit share their start, and their unit effects are removed by the mean.

    Attributes
    ----------
    paths : (n_outcomes, n_units, n_periods)
        Weighted means over the rows of each assignment unit, overall period means removed.
    weight : (n_units,)
        Sum of the weights of its rows.
    label : (n_units,)
        Position of its start in ``starts``; ``len(starts)`` if it is not treated in the window.
    starts : (n_cohorts,)
        First treated period of each cohort, ascending.
    anticipation
        Periods before the start that may already be affected.
    present : (n_periods,)
        Periods that are observed; those left out of the analysis as a whole are not, and have paths of zero.
    code : (n_units,)
        What the caller's ``cluster`` calls each unit; its row if there is none.
    counts
        What an estimate on all of them rests on.
    """

    paths: FloatArray
    weight: FloatArray
    label: IntArray
    starts: IntArray
    anticipation: int
    present: BoolArray
    code: IntArray
    counts: Counts

    @property
    def n_units(self) -> int:
        """Number of assignment units."""
        return len(self.weight)

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return int(self.paths.shape[2])

    @property
    def n_cohorts(self) -> int:
        """Number of start dates."""
        return len(self.starts)

    @property
    def onsets(self) -> IntArray:
        """First period of each cohort that may be affected."""
        return np.asarray(self.starts - self.anticipation)

    @property
    def n_pilots(self) -> int:
        """Number of assignment units with the reform."""
        return int((self.label < self.n_cohorts).sum())

    @property
    def before(self) -> FloatArray:
        """Paths in the observed periods before the first of all onsets, (n_outcomes, n_units, n_before)."""
        return np.asarray(self.paths[:, :, self.present & (np.arange(self.n_periods) < self.onsets.min())])

    @property
    def pre_periods(self) -> int:
        """Observed periods before the first of all onsets."""
        return int(self.before.shape[2])

    def treated(self) -> FloatArray:
        """Return (n_units, n_periods) one where a unit is under the reform, period means removed."""
        start = np.append(self.starts, NEVER)[self.label]
        dummy = (self.present & (np.arange(self.n_periods) >= start[:, None])).astype(np.float64)
        return np.asarray(dummy - dummy.mean(axis=0))

    def only(self, chosen: BoolArray) -> AssignedUnits | None:
        """Restrict to some units, None if no pilot or no control is among them."""
        label = self.label[chosen]
        cohorts = np.unique(label[label < self.n_cohorts])
        if not len(cohorts) or not (label == self.n_cohorts).any():
            return None
        return replace(
            self,
            paths=self.paths[:, chosen],
            weight=self.weight[chosen],
            label=np.where(label < self.n_cohorts, np.searchsorted(cohorts, label), len(cohorts)),
            starts=self.starts[cohorts],
            code=self.code[chosen],
        )

    def select(self, outcomes: IntArray) -> AssignedUnits:
        """Restrict to some outcomes."""
        return replace(self, paths=self.paths[outcomes])


def assigned_units(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> AssignedUnits | NotEstimable:
    """Collapse a panel without missing cells, except for whole periods, to its assignment units.

    Parameters
    ----------
    y : (n_rows, n_periods) or (n_outcomes, n_rows, n_periods)
        Outcomes.
    cohort, weights, cluster, anticipation
        As in `pilotbook.estimate.sample.arrange`.

    Returns
    -------
    AssignedUnits or NotEstimable
        `NotEstimable` if cells are missing (`complete_rows` leaves rows out first), if rows of one assignment unit
        start at different times, or if there is nothing to compare.
    """
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return sample
    observed: BoolArray = np.asarray(np.isfinite(sample.y).all(axis=0))
    present: BoolArray = np.asarray(np.isfinite(sample.y).any(axis=(0, 1)))
    refused = obstacle(sample, observed, never_treated=True) or _unsuited(sample, observed[:, present])
    if refused:
        return refused
    first = np.unique(sample.cluster, return_index=True)[1]
    starts = sample.cohorts
    weight = np.zeros(sample.n_clusters)
    np.add.at(weight, sample.cluster, sample.weights)
    totals = np.zeros((sample.n_clusters, len(sample.y), sample.n_periods))
    np.add.at(totals, sample.cluster, (np.where(present, sample.y, 0.0) * sample.weights[:, None]).transpose(1, 0, 2))
    paths = totals.transpose(1, 0, 2) / weight[:, None]
    return AssignedUnits(
        paths=paths - paths.mean(axis=1, keepdims=True),
        weight=weight,
        label=np.searchsorted(starts, sample.cohort[first]).astype(np.int64),
        starts=starts,
        anticipation=anticipation,
        present=present,
        code=(np.arange(len(np.asarray(cohort))) if cluster is None else np.asarray(cluster))[sample.order[first]],
        counts=sample.counts(observed),
    )


def complete_rows(y: ArrayLike) -> BoolArray:
    """Return (n_rows,) which rows are observed, in every outcome, in all periods in which any row is."""
    known = np.isfinite(np.asarray(y, dtype=np.float64))
    known = known if known.ndim == 3 else known[None]
    return np.asarray((known | ~known.any(axis=1, keepdims=True)).all(axis=(0, 2)))


def _unsuited(sample: Sample, observed: BoolArray) -> NotEstimable | None:
    if not observed.all():
        return NotEstimable(
            Reason.NO_OBSERVATIONS,
            f"{int((~observed).sum())} cells are missing; leave incomplete rows out, or estimate anew for each draw",
        )
    return one_start_each(sample)


def one_start_each(sample: Sample) -> NotEstimable | None:
    """Return why the assignment units are none, if rows of one of them start at different times."""
    low, high = np.full(sample.n_clusters, NEVER), np.full(sample.n_clusters, -NEVER)
    np.minimum.at(low, sample.cluster, sample.cohort)
    np.maximum.at(high, sample.cluster, sample.cohort)
    if (low != high).any():
        return NotEstimable(
            Reason.NO_OVERLAP,
            f"{int((low != high).sum())} assignment units have rows with different starts; the unit at which the "
            "reform was assigned must be one that has one start",
        )
    return None
