"""Placebo assignments: who could have been the pilots, all of them or a random draw."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from scipy import sparse

from pilotbook.estimate.sample import FloatArray, IntArray

FEWEST_DRAWS = 999
"""Fewer draws than this are refused: the Monte-Carlo error of a p value near 0.05 would exceed 0.007."""


DENSE = 400
"""Up to so many units a full matrix is multiplied faster than a sparse one, and is not large."""

Ones: TypeAlias = "FloatArray | sparse.csr_array"


@dataclass(frozen=True, eq=False)
class Assignments:
    """Pilots of each placebo assignment; everyone else is a control.

    Attributes
    ----------
    pilots : (n_assignments, n_pilots)
        Assignment units that get a start, ordered by cohort.
    label : (n_pilots,)
        Cohort of each column, ascending.
    n_units
        Number of assignment units.
    exact
        Whether these are all assignments there are, the actual one among them; otherwise they are random draws.
    """

    pilots: IntArray
    label: IntArray
    n_units: int
    exact: bool

    def __len__(self) -> int:
        return len(self.pilots)

    def members(self, cohort: int) -> Ones:
        """Return (n_assignments, n_units) ones where a unit belongs to a cohort."""
        if cohort not in self._members:
            self._members[cohort] = self._ones(self.pilots[:, self.label == cohort])
        return self._members[cohort]

    @cached_property
    def treated(self) -> Ones:
        """Ones where a unit gets a start, (n_assignments, n_units)."""
        return self._ones(self.pilots) if len(np.unique(self.label)) > 1 else self.members(int(self.label[0]))

    @cached_property
    def _members(self) -> dict[int, Ones]:
        """What `members` has made so far: every sum over a cohort asks for it."""
        return {}

    def _ones(self, chosen: IntArray) -> Ones:
        n, size = chosen.shape
        if self.n_units <= DENSE:
            ones = np.zeros(n * self.n_units)
            ones[np.arange(n)[:, None] * self.n_units + chosen] = 1
            return ones.reshape(n, self.n_units)
        pointer = np.arange(n + 1) * size
        return sparse.csr_array((np.ones(n * size), chosen.ravel(), pointer), shape=(n, self.n_units))


def count_assignments(sizes: list[int], n_units: int) -> int:
    """Return in how many ways cohorts of these sizes can be chosen from the units."""
    ways, left = 1, n_units
    for size in sizes:
        ways *= math.comb(left, size)
        left -= size
    return ways


def placebo_assignments(label: IntArray, n_cohorts: int, n_draws: int, rng: np.random.Generator) -> Assignments:
    """List all assignments that keep the size of every cohort, or draw from them if there are more than ``n_draws``.

    Parameters
    ----------
    label : (n_units,)
        Actual cohort of each unit, ``n_cohorts`` for controls.
    n_cohorts
        Number of cohorts.
    n_draws
        Number of random draws.
    rng
        Source of the draws.

    Raises
    ------
    ValueError
        If there are more than `FEWEST_DRAWS` assignments and ``n_draws`` is smaller than that.
    """
    sizes = [int((label == cohort).sum()) for cohort in range(n_cohorts)]
    columns = np.repeat(np.arange(n_cohorts), sizes)
    ways = count_assignments(sizes, len(label))
    refuse_few_draws(n_draws)
    if ways <= n_draws:
        return Assignments(_all(sizes, len(label)), columns, len(label), exact=True)
    return drawn_assignments(label, n_cohorts, n_draws, rng)


def drawn_assignments(label: IntArray, n_cohorts: int, n_draws: int, rng: np.random.Generator) -> Assignments:
    """Draw assignments however few there are: for tests that put the draws of several sets of units together.

    Parameters
    ----------
    label, n_cohorts, n_draws, rng
        As in `placebo_assignments`.
    """
    refuse_few_draws(n_draws)
    sizes = [int((label == cohort).sum()) for cohort in range(n_cohorts)]
    columns = np.repeat(np.arange(n_cohorts), sizes)
    return Assignments(_drawn(sum(sizes), len(label), n_draws, rng), columns, len(label), exact=False)


def actual_assignment(label: IntArray, n_cohorts: int) -> Assignments:
    """Return the one assignment that took place."""
    pilots = np.flatnonzero(label < n_cohorts)
    pilots = pilots[np.argsort(label[pilots], kind="stable")]
    return Assignments(pilots[None], label[pilots], len(label), exact=True)


def refuse_few_draws(n_draws: int) -> None:
    """Raise ValueError if a number of draws is too small for a p value."""
    if n_draws < FEWEST_DRAWS:
        raise ValueError(f"{n_draws} draws are too few for a p value; ask for at least {FEWEST_DRAWS}")


def _all(sizes: list[int], n_units: int) -> IntArray:
    """Every choice of cohorts, one after the other from the units that are left."""
    found: list[tuple[tuple[int, ...], frozenset[int]]] = [((), frozenset(range(n_units)))]
    for size in sizes:
        found = [
            ((*taken, *chosen), left.difference(chosen))
            for taken, left in found
            for chosen in itertools.combinations(sorted(left), size)
        ]
    return np.array([taken for taken, _ in found], dtype=np.int64)


def _drawn(n_pilots: int, n_units: int, n_draws: int, rng: np.random.Generator) -> IntArray:
    """First places of a random order of the units, as many as there are pilots (Fisher-Yates, all draws at once)."""
    order = np.repeat(np.arange(n_units, dtype=np.int32), n_draws)
    draw = np.arange(n_draws)
    for place in range(n_pilots):
        here = slice(place * n_draws, (place + 1) * n_draws)
        other = rng.integers(place, n_units, size=n_draws) * n_draws + draw
        moved = order[here].copy()
        order[here] = order[other]
        order[other] = moved
    return order[: n_pilots * n_draws].reshape(n_pilots, n_draws).T.astype(np.int64, order="C")
