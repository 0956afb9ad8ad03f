"""Columns of every shape, written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its.segments import (
    Interruption,
    Season,
    SeasonKind,
    Segments,
    Shape,
    design,
)

from .series_for_tests import plain

CASES = [
    (Shape.LEVEL, 0, [[0, 0, 0, 1, 1, 1, 1, 1]]),
    (Shape.SLOPE, 0, [[0, 0, 0, 1, 2, 3, 4, 5]]),
    (Shape.LEVEL_AND_SLOPE, 0, [[0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 2, 3, 4]]),
    (Shape.DELAYED, 2, [[0, 0, 0, 0, 0, 1, 1, 1]]),
    (Shape.RAMP, 4, [[0, 0, 0, 0.25, 0.5, 0.75, 1, 1]]),
    (Shape.TEMPORARY, 2, [[0, 0, 0, 1, 1, 0, 0, 0]]),
]


@pytest.mark.parametrize(("shape", "length", "expected"), CASES)
def test_shapes(shape, length, expected):
    columns = design(plain(8, 3, shape, length))
    np.testing.assert_array_equal(columns.X[:, columns.impact[0]].T, expected)
    np.testing.assert_array_equal(columns.X[:, 0], 1)
    np.testing.assert_array_equal(columns.X[:, 1], np.arange(8))


def test_quarter_dummies_follow_the_first_season():
    columns = design(Segments(8, (Interruption(4, Shape.LEVEL),), Season(SeasonKind.DUMMIES, 4, first=2)))
    third, fourth = (columns.names.index(name) for name in ("season 3", "season 4"))
    np.testing.assert_array_equal(columns.X[:, third], [1, 0, 0, 0, 1, 0, 0, 0])
    np.testing.assert_array_equal(columns.X[:, fourth], [0, 1, 0, 0, 0, 1, 0, 0])


def test_harmonics_span_the_months_and_drop_the_wave_that_is_zero():
    monthly = design(Segments(36, (Interruption(24),), Season(SeasonKind.HARMONICS, 12)))
    assert sum("sin" in name or "cos" in name for name in monthly.names) == 4
    quarterly = design(Segments(36, (Interruption(24),), Season(SeasonKind.HARMONICS, 4)))
    assert sum("sin" in name or "cos" in name for name in quarterly.names) == 3
    assert np.linalg.matrix_rank(quarterly.X) == quarterly.X.shape[1]


def test_excluded_and_missing_periods_carry_no_weight():
    observed = np.ones(8, dtype=bool)
    observed[1] = False
    columns = design(Segments(8, (Interruption(4, Shape.LEVEL),), excluded=(4,)), observed)
    assert columns.omitted == (1, 4)
    assert columns.kept.tolist() == [True, False, True, True, False, True, True, True]
    assert (columns.n_terms, columns.df) == (3, 3)


def test_interruptions_are_kept_in_order_of_time():
    late, early = Interruption(12, label="payment"), Interruption(6, label="price")
    columns = design(Segments(20, (late, early)))
    assert columns.names[2:6] == ("price: level", "price: slope", "payment: level", "payment: slope")
    assert columns.impact.shape == (2, 6)
