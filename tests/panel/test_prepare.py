"""Preparation leaves out what it says, counts it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotbook.panel.panel import Panel
from pilotbook.panel.prepare import Arms, Gaps, prepare
from pilotbook.panel.source import Source


def panel(n: int = 6, quarters: int = 8, seed: int = 0) -> Panel:
    periods = tuple(pd.period_range("2019Q1", periods=quarters, freq="Q"))
    rng = np.random.default_rng(seed)
    return Panel(
        units=tuple(f"5301{i:02d}" for i in range(n)),
        periods=periods,
        assignment=np.array([f"5301{i:02d}" for i in range(n)]),
        start=(periods[4], periods[0], *[None] * (n - 2)),
        columns={name: rng.normal(50, 5, (n, quarters)) for name in ("alos", "oop_share")},
        source=Source("test", "0"),
    )


def without(whole: Panel, column: str, cells: list[tuple[int, int]]) -> Panel:
    values = whole.columns[column].copy()
    for cell in cells:
        values[cell] = np.nan
    return replace(whole, columns={**whole.columns, column: values})


def test_each_county_is_counted_once_and_by_arm() -> None:
    whole = without(panel(), "alos", [(0, 3), (4, 0), (4, 1)])
    weights = np.array([1.0, 1.0, 2.0, 0.0, 1.0, 4.0])
    done = prepare(whole, whole.columns["alos"], weights=weights, gaps="drop")
    assert np.asarray(whole.units)[done.kept].tolist() == ["530102", "530105"]
    assert done.counts.always == Arms(pilots=1, controls=0)
    assert done.counts.without_weight == Arms(pilots=0, controls=1)
    assert done.counts.incomplete == Arms(pilots=1, controls=1)
    assert done.counts.kept == Arms(pilots=0, controls=2)
    assert (done.counts.missing, done.counts.lost) == (3, 2 * 8 - 3)
    assert done.weights is not None
    np.testing.assert_allclose(done.weights, [2 / 3, 4 / 3])
    assert done.cohort(never=-9).tolist() == [-9, -9]


def test_gaps_that_are_kept_are_counted() -> None:
    whole = without(panel(), "alos", [(0, 3), (4, 0), (4, 1)])
    done = prepare(whole, whole.columns["alos"])
    assert (done.counts.kept, done.counts.with_gaps) == (Arms(1, 4), Arms(1, 1))
    assert (done.counts.missing, done.counts.lost) == (3, 0)
    assert done.weights is None
    np.testing.assert_array_equal(done.y, whole.columns["alos"][[0, 2, 3, 4, 5]])
    assert done.cohort(never=99).tolist() == [4, 99, 99, 99, 99]


def test_what_is_not_asked_for_is_no_gap() -> None:
    whole = without(panel(), "alos", [(0, 4)])
    asked = np.ones((6, 8), dtype=bool)
    asked[0, 4] = asked[:, 6] = False
    done = prepare(whole, whole.columns["alos"], asked=asked, gaps="drop")
    assert done.counts.kept == Arms(1, 4)
    assert (done.counts.missing, done.counts.set_aside) == (0, 5)
    assert done.counts.empty_periods == ("2020Q3",)
    assert np.isnan(done.y[:, 6]).all()


def test_a_period_that_nobody_has_is_no_gap_of_a_county() -> None:
    whole = without(panel(), "alos", [(i, 2) for i in range(6)])
    done = prepare(whole, whole.columns["alos"], gaps="drop")
    assert (done.counts.kept, done.counts.missing, done.counts.empty_periods) == (Arms(1, 4), 0, ("2019Q3",))


def test_a_start_after_the_panel_is_recoded_and_counted() -> None:
    whole = replace(panel(), start=(*panel().start[:5], panel().periods[-1] + 3))
    done = prepare(whole, whole.columns["alos"])
    assert (done.counts.later, done.counts.kept) == (1, Arms(1, 4))
    assert done.cohort(never=-7)[-1] == -7


def test_counties_of_other_starts_and_without_a_value_leave() -> None:
    whole = without(panel(), "alos", [(3, t) for t in range(8)])
    members = np.array([False, False, True, True, True, True])
    done = prepare(whole, whole.columns["alos"], members=members)
    assert (done.counts.other_start, done.counts.always) == (Arms(1, 0), Arms(1, 0))
    assert (done.counts.without_value, done.counts.kept) == (Arms(0, 1), Arms(0, 3))


def test_nothing_left_is_all_counties_without_a_value() -> None:
    whole = panel()
    scattered = without(whole, "alos", [(i, i) for i in range(6)])
    done = prepare(scattered, scattered.columns["alos"], gaps="drop")
    assert done.counts.kept == Arms(0, 0)
    assert done.y.shape == (5, 8)
    assert np.isnan(done.y).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.3), st.sampled_from(["keep", "drop"]))
def test_every_county_has_one_place_and_every_value_is_kept_or_counted(seed: int, share: float, gaps: Gaps) -> None:
    rng = np.random.default_rng(seed)
    whole = panel(n=12, seed=seed)
    values = np.where(rng.random((12, 8)) < share, np.nan, whole.columns["alos"])
    weights = np.where(rng.random(12) < 0.1, np.nan, rng.uniform(1, 9, 12))
    done = prepare(whole, values, weights=weights, gaps=gaps)
    c = done.counts
    assert (
        sum(a.counties for a in (c.always, c.other_start, c.without_weight, c.without_value, c.incomplete, c.kept))
        == 12
    )
    if c.kept.counties == 0:
        return
    np.testing.assert_array_equal(done.y, values[done.kept])
    assert done.weights is not None
    assert done.weights.mean() == pytest.approx(1.0)
    if gaps == "drop":
        present = np.isfinite(done.y).any(axis=0)
        assert np.isfinite(done.y[:, present]).all()
    else:
        holes = np.isnan(done.y[:, np.isfinite(done.y).any(axis=0)])
        assert (c.missing, c.with_gaps.counties) == (holes.sum(), holes.any(axis=1).sum())
