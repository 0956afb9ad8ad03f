"""What depends on the structure of a panel alone, computed at once, against the plain way of computing it."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.fixed_effects import _first_of_each
from pilotbook.estimate.jackknife import jackknife_errors
from pilotbook.estimate.path import Support, support_at
from pilotbook.estimate.sample import NEVER, arrange

from .panels import random_panel


def test_kinds_of_rows_are_those_of_numpy() -> None:
    keys = np.random.default_rng(1).integers(0, 3, size=(200, 4))
    alike, kind = _first_of_each(keys)
    expected, inverse = np.unique(keys, axis=0, return_inverse=True)
    assert (keys[alike] == expected).all()
    assert (kind == inverse.ravel()).all()


def test_jackknife_errors_of_many_estimates() -> None:
    rng = np.random.default_rng(2)
    deleted, estimate = rng.normal(size=(3, 4, 20)), rng.normal(size=(3, 4))
    deleted[1, 2, 5], deleted[2, 0, 1] = np.nan, np.inf
    found = jackknife_errors(deleted, estimate)
    for at in np.ndindex(3, 4):
        plain = np.sqrt(np.square(deleted[at] - estimate[at]).sum() * 19 / 20)
        expected = plain if np.isfinite(plain) else np.nan
        np.testing.assert_allclose(found[at], expected, rtol=1e-14)


def test_support_counts_pilots_and_cohorts() -> None:
    panel = random_panel(cohorts=(2, 4, 6)).without_cells(0.6, seed=3)
    sample = arrange(panel.y, panel.cohort)
    used = np.isfinite(sample.y[0])
    times = tuple(range(-8, 8))
    for time, found in zip(times, support_at(sample, used, times), strict=True):
        here = [
            start
            for cells, start in zip(used, sample.cohort, strict=True)
            if start != NEVER and 0 <= start + time < sample.n_periods and cells[start + time]
        ]
        assert found == Support(len(here), len(set(here)))
