"""Small counts are hidden, and no hidden one follows from the totals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pilotbook.estimate.suppression import rounded, suppressed

SMALLEST = 11


def test_one_small_cell_hides_a_rectangle():
    counts = np.array([[4, 30, 50], [20, 40, 60], [70, 80, 90]])
    hidden = suppressed(counts, SMALLEST)
    assert hidden[0, 0]
    assert hidden.sum() == 4
    assert set(hidden.sum(axis=0)) | set(hidden.sum(axis=1)) == {0, 2}


def test_nothing_small_hides_nothing():
    assert not suppressed(np.array([[0, 11], [12, 13]]), SMALLEST).any()


def solutions(counts: np.ndarray, hidden: np.ndarray, limit: int) -> dict[tuple[int, int], set[int]]:
    """Return the values that each hidden cell can have, by trying all; an attacker's view."""
    cells = [tuple(cell) for cell in np.argwhere(hidden)]
    possible = {cell: set() for cell in cells}
    for values in itertools.product(range(limit + 1), repeat=len(cells)):
        trial = counts.copy()
        for cell, value in zip(cells, values, strict=True):
            trial[cell] = value
        if (trial.sum(0) == counts.sum(0)).all() and (trial.sum(1) == counts.sum(1)).all():
            for cell, value in zip(cells, values, strict=True):
                possible[cell].add(value)
    return possible


def test_an_attacker_who_tries_all_values_finds_several():
    counts = np.array([[1, 6, 5], [4, 5, 6], [6, 5, 4]])
    hidden = suppressed(counts, 3)
    assert hidden.sum() == 4
    assert all(len(values) > 1 for values in solutions(counts, hidden, 8).values())


@given(arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 40)))
def test_no_hidden_cell_follows_from_the_totals(counts: np.ndarray):
    hidden = suppressed(counts, SMALLEST)
    assert hidden[(counts > 0) & (counts < SMALLEST)].all()
    cells = np.argwhere(hidden)
    if len(cells):
        equations = np.array(
            [[cell[0] == r for cell in cells] for r in range(counts.shape[0])]
            + [[cell[1] == c for cell in cells] for c in range(counts.shape[1])],
            dtype=float,
        )
        for position in range(len(cells)):  # determined exactly if its unit vector lies in the row space
            unit = np.eye(len(cells))[position]
            rest = np.linalg.lstsq(equations.T, unit, rcond=None)[0] @ equations - unit
            assert np.abs(rest).max() > 1e-6


def test_a_single_row_cannot_hide_it():
    with pytest.raises(ValueError, match="leave out the totals"):
        suppressed(np.array([[4, 30, 50]]), SMALLEST)


def test_shown_counts_are_rounded():
    assert rounded(np.array([0, 2, 3, 7, 8, 12]), 5).tolist() == [0, 0, 5, 5, 10, 10]
