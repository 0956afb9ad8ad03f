"""The sample an estimator works on: checked, in canonical order, with the counts that every result prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilotbook.estimate.result import Counts, NotEstimable, Reason

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEVER: Final[int] = int(np.iinfo(np.int64).max)
"""Cohort of a unit that is never treated. A cohort after the last period means the same."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Outcomes and design in canonical order.

    Units are sorted by cohort, weight and outcome, so that neither the order of the rows nor the names of
    the counties can change a digit of a result: every sum is taken in the same order.

    Attributes
    ----------
    y : (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period, `NEVER` for units not treated in the window.
    weights : (n_units,)
        Weights with mean one.
    cluster : (n_units,)
        Codes 0, 1, … of the assignment unit.
    order : (n_units,)
        ``order[i]`` is the caller's row of unit ``i``.
    anticipation
        Number of periods before the first treated one that may already be affected.
    """

    y: FloatArray
    cohort: IntArray
    weights: FloatArray
    cluster: IntArray
    order: IntArray
    anticipation: int

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.y.shape[1])

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return int(self.y.shape[2])

    @property
    def n_clusters(self) -> int:
        """Number of assignment units."""
        return int(self.cluster.max()) + 1 if self.n_units else 0

    @property
    def onset(self) -> IntArray:
        """First period that may be affected: the cohort less anticipation; `NEVER` stays."""
        return np.where(self.cohort == NEVER, NEVER, self.cohort - self.anticipation)

    @property
    def cohorts(self) -> IntArray:
        """The cohorts treated in the window, ascending."""
        return np.unique(self.cohort[self.cohort != NEVER])

    def treated(self) -> BoolArray:
        """Cells that may be affected, (n_units, n_periods)."""
        affected: BoolArray = np.arange(self.n_periods) >= self.onset[:, None]
        return affected

    def keep(self, units: BoolArray) -> Sample:
        """Restrict the sample to some units."""
        if units.all():
            return self
        _, cluster = np.unique(self.cluster[units], return_inverse=True)
        return Sample(
            self.y[:, units],
            self.cohort[units],
            self.weights[units],
            cluster,
            self.order[units],
            self.anticipation,
        )

    def select(self, outcomes: IntArray) -> Sample:
        """Restrict the sample to some outcomes."""
        if len(outcomes) == len(self.y):
            return self
        return Sample(self.y[outcomes], self.cohort, self.weights, self.cluster, self.order, self.anticipation)

    def by_missingness(self) -> Iterator[tuple[IntArray, BoolArray]]:
        """Outcomes that are observed in the same cells, with those cells (n_units, n_periods)."""
        observed = np.isfinite(self.y)
        if observed.all():
            yield np.arange(len(self.y)), observed[0]
            return
        groups: dict[bytes, list[int]] = {}
        for outcome, cells in enumerate(observed):
            groups.setdefault(np.packbits(cells).tobytes(), []).append(outcome)
        for outcomes in groups.values():
            yield np.array(outcomes), observed[outcomes[0]]

    def counts(self, used: BoolArray) -> Counts:
        """Count what the cells ``used`` (n_units, n_periods) contain."""
        present = used.any(axis=1)
        pilot = present & (self.cohort != NEVER)
        return Counts(
            n_obs=int(used.sum()),
            n_units=int(present.sum()),
            n_pilots=int(pilot.sum()),
            n_controls=int((present & (self.cohort == NEVER)).sum()),
            n_clusters=int(np.count_nonzero(np.bincount(self.cluster[present]))),
            n_pilot_clusters=int(np.count_nonzero(np.bincount(self.cluster[pilot]))),
        )

    def original(self, by_unit: FloatArray, n_rows: int) -> FloatArray:
        """Values by unit (first axis) in the caller's order; rows that were not used get zero."""
        out = np.zeros((n_rows, *by_unit.shape[1:]))
        out[self.order] = by_unit
        return out


def arrange(
    y: ArrayLike,
    cohort: ArrayLike,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
) -> Sample | NotEstimable:
    """Check the arrays of a design and put them in canonical order.

    Parameters
    ----------
    y : (n_units, n_periods) or (n_outcomes, n_units, n_periods)
        Outcomes, NaN where missing.
    cohort : (n_units,)
        Index of the first treated period; `NEVER`, or any index beyond the window, if not treated in it.
    weights : (n_units,), optional
        Weights of the units, by default all equal.
    cluster : (n_units,), optional
        Codes of the assignment unit, by default the unit itself.
    anticipation
        Periods before the start that may already be affected.

    Returns
    -------
    Sample or NotEstimable
        `NotEstimable` for weights that are negative, missing or all zero. Units of zero weight are left out.

    Raises
    ------
    ValueError
        If the shapes do not fit together or cohorts are not integers: a fault of the calling code.
    """
    outcomes = np.asarray(y, dtype=np.float64)
    outcomes = outcomes[None] if outcomes.ndim == 2 else outcomes
    if outcomes.ndim != 3:
        raise ValueError(f"y must be (units, periods) or (outcomes, units, periods), not {outcomes.ndim}-dimensional")
    n_units, n_periods = outcomes.shape[1:]
    first = _by_unit(cohort, n_units, "cohort")
    if not np.issubdtype(first.dtype, np.integer):
        raise ValueError("cohort must be integers: the index of the first treated period, or NEVER")
    first = first.astype(np.int64)
    first = np.where(first >= n_periods + anticipation, NEVER, first)
    w = np.ones(n_units) if weights is None else _by_unit(weights, n_units, "weights").astype(np.float64)
    if not np.isfinite(w).all() or (w < 0).any() or not (w > 0).any():
        return NotEstimable(Reason.BAD_WEIGHTS, "weights must be positive numbers; some are negative or missing")
    codes = np.arange(n_units) if cluster is None else _by_unit(cluster, n_units, "cluster")
    order = _canonical_order(outcomes[0], first, w)
    order = order[w[order] > 0]
    w = w[order]
    return Sample(outcomes[:, order], first[order], w / w.mean(), _relabel(codes[order]), order, anticipation)


def _by_unit(values: ArrayLike, n_units: int, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape != (n_units,):
        raise ValueError(f"{name} must have one value per unit ({n_units}), not shape {array.shape}")
    return array


def _canonical_order(y: FloatArray, cohort: IntArray, weights: FloatArray) -> IntArray:
    """Order of the units by cohort, weight and a fingerprint of their first outcome."""
    irrational = np.sqrt(np.arange(2.0, y.shape[1] + 2.0))
    fingerprint = (np.nan_to_num(y) * irrational).sum(axis=1)
    return np.lexsort((fingerprint, weights, cohort)).astype(np.int64)


def _relabel(codes: NDArray[Any]) -> IntArray:
    """Codes 0, 1, … in order of first appearance."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def n_rows_of(y: ArrayLike) -> tuple[int, int]:
    """Return the number of outcomes and of units in ``y``."""
    shape = np.shape(y)
    return (shape[0], shape[1]) if len(shape) == 3 else (1, shape[0])
