"""Suppressing small counts of a table so that its totals do not give them away.

Primary: a count from 1 to one below the smallest that may be shown. Complementary: as many further cells as it takes
so that no suppressed cell follows from the rows' and columns' totals. Method: Willenborg and de Waal, *Elements of
Statistical Disclosure Control* (2001), chapter 3; here for two-way tables with published totals, decided exactly by
linear algebra, cells added from the smallest up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DETERMINED = 1e-9
"""A cell whose value every solution shares has a null space of rounding error alone."""


def suppressed(counts: NDArray[np.int64], smallest: int) -> NDArray[np.bool_]:
    """Mark the cells of a table that must not be shown beside its totals.

    Parameters
    ----------
    counts
        (R, C) counts of people, without totals; zero says that there is nobody.
    smallest
        The smallest count that may be shown.

    Returns
    -------
    ndarray
        (R, C) bool. No marked cell can be computed from the others and the totals of rows and columns.

    Raises
    ------
    ValueError
        If the table has a single row or column and one small cell: then its total gives it away, and must not be
        shown either.
    """
    hidden = (counts > 0) & (counts < smallest)
    while (known := hidden & _determined(hidden)).any():
        row, column = np.argwhere(known)[0].tolist()
        rectangle = _cheapest_rectangle(counts, hidden, row, column)
        if rectangle is None:
            raise ValueError("no cell is left that could hide a small count; leave out the totals")
        hidden[np.ix_(*rectangle)] = True
    return hidden


def rounded(counts: NDArray[np.int64], base: int) -> NDArray[np.int64]:
    """Round counts to the nearest multiple of a base, halves up."""
    return ((2 * counts + base) // (2 * base)) * base


def _determined(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the hidden cells that follow from the totals of rows and columns."""
    cells = np.argwhere(hidden)
    rows, columns = hidden.shape
    totals = np.zeros((rows + columns, len(cells)))
    totals[cells[:, 0], np.arange(len(cells))] = 1
    totals[rows + cells[:, 1], np.arange(len(cells))] = 1
    found = np.zeros_like(hidden)
    if len(cells):
        _, values, directions = np.linalg.svd(totals)
        free = directions[int((values > DETERMINED).sum()) :]  # ways in which cells can move with all totals fixed
        found[cells[:, 0], cells[:, 1]] = np.abs(free).max(axis=0, initial=0) < DETERMINED
    return found


def _cheapest_rectangle(
    counts: NDArray[np.int64], hidden: NDArray[np.bool_], row: int, column: int
) -> tuple[list[int], list[int]] | None:
    """Return rows and columns of the four cells, one of them given, that hide the fewest people anew; None if none is.

    Within a rectangle of hidden cells people can be moved around without a change of any total.
    """
    cost = np.where(hidden, 0, counts) + np.where(counts == 0, counts.sum(), 0)  # nobody can be moved out of a zero
    rows = [r for r in range(counts.shape[0]) if r != row]
    columns = [c for c in range(counts.shape[1]) if c != column]
    corners = [(cost[row, c] + cost[r, column] + cost[r, c], r, c) for r in rows for c in columns]
    if not corners:
        return None
    _, r, c = min(corners)
    return [row, r], [column, c]
