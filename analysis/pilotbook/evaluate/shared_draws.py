"""Draws that all outcomes and quantities of a plan share, because its seed is the same for all of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.assignments import Assignments, placebo_assignments
from pilotbook.estimate.inference.wild_bootstrap import SignDraws, Signs, draw_signs

FEW = 50
"""Assigned units up to which draws are kept for the next test: with more they are large, and the test takes longer."""


def placebos(units: AssignedUnits, n_draws: int, seed: int) -> Assignments:
    """Return the placebo assignments of a seed, which depend on how many units get which start alone.

    Parameters
    ----------
    units
        The panel at the unit of assignment.
    n_draws, seed
        Number and source of the draws.
    """
    sizes = np.bincount(units.label, minlength=units.n_cohorts + 1)
    draw = _kept_placebos if units.n_units <= FEW else _placebos
    return draw(tuple(map(int, sizes)), n_draws, seed)


def signs(n_units: int, kind: Signs, n_draws: int, seed: int) -> SignDraws:
    """Return the signs of a seed for the wild bootstrap.

    Parameters
    ----------
    n_units
        Number of assignment units.
    kind, n_draws, seed
        Kind, number and source of the draws.
    """
    draw = _kept_signs if n_units <= FEW else _signs
    return draw(n_units, kind, n_draws, seed)


def _placebos(sizes: tuple[int, ...], n_draws: int, seed: int) -> Assignments:
    label = np.repeat(np.arange(len(sizes)), sizes)
    return placebo_assignments(label, len(sizes) - 1, n_draws, np.random.default_rng(seed))


def _signs(n_units: int, kind: Signs, n_draws: int, seed: int) -> SignDraws:
    return draw_signs(n_units, kind, n_draws, np.random.default_rng(seed))


_kept_placebos = lru_cache(maxsize=2)(_placebos)  # of the starts, and of the one start that is pretended earlier
_kept_signs = lru_cache(maxsize=1)(_signs)
