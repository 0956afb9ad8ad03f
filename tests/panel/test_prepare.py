"""Preparation leaves out what it says, counts it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotbook.errors import DataError
from pilotbook.panel.panel import Panel, Source
from pilotbook.panel.prepare import Loss, prepare


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


def test_each_loss_is_counted_once_and_by_arm() -> None:
    whole = without(panel(), "alos", [(0, 3), (4, 0), (4, 1)])
    weights = np.array([1.0, 1.0, 2.0, 0.0, 1.0, 4.0])
    done = prepare(whole, ["alos", "oop_share"], weights)
    assert done.panel.units == ("530102", "530105")
    assert done.dropped.always_treated == Loss(pilots=1, controls=0)
    assert done.dropped.without_weight == Loss(pilots=0, controls=1)
    assert done.dropped.incomplete == Loss(pilots=1, controls=1)
    assert done.dropped.missing_cells == 3
    assert done.dropped.known_cells_lost == 2 * 2 * 8 - 3
    np.testing.assert_allclose(done.weights, [2 / 3, 4 / 3])
    assert done.cohort(never=-9).tolist() == [-9, -9]


def test_a_column_that_is_not_asked_for_costs_nothing() -> None:
    done = prepare(without(panel(), "alos", [(2, 2)]), ["oop_share"])
    assert len(done.panel.units) == 5
    assert list(done.panel.columns) == ["oop_share"]
    assert done.dropped.missing_cells == 0


def test_a_yearly_indicator_is_read_at_the_end_of_the_year() -> None:
    whole = panel()
    cells = [(i, t) for i in range(6) for t in range(8) if t % 4 != 3]
    yearly = without(whole, "alos", cells)
    done = prepare(yearly, ["alos"], yearly=True)
    assert [str(period) for period in done.panel.periods] == ["2019", "2020"]
    np.testing.assert_array_equal(done.panel.columns["alos"], whole.columns["alos"][[0, 2, 3, 4, 5]][:, [3, 7]])
    assert done.dropped.periods == 6
    assert done.cohort(never=-1).tolist() == [1, -1, -1, -1, -1]


def test_nothing_left_is_explained() -> None:
    gone = without(panel(), "alos", [(i, 2) for i in range(6)])
    with pytest.raises(DataError, match=r"no county has a value in every period; the worst is 2019Q3, where 5 of 5"):
        prepare(gone, ["alos"])
    with pytest.raises(DataError, match="no county is left that has a weight"):
        prepare(panel(), ["alos"], np.zeros(6))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.05))
def test_what_is_kept_is_complete_and_what_is_not_is_counted(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    whole = panel(n=12, seed=seed)
    cells = [tuple(cell) for cell in np.argwhere(rng.random((12, 8)) < share).tolist()]
    whole = without(whole, "alos", cells)  # type: ignore[arg-type]  # argwhere yields pairs
    try:
        done = prepare(whole, ["alos"])
    except DataError:
        assert np.isnan(whole.columns["alos"]).any(axis=1)[np.arange(12) != 1].all()
        return
    assert np.isfinite(done.panel.columns["alos"]).all()
    lost = (done.dropped.always_treated, done.dropped.without_weight, done.dropped.incomplete)
    assert len(done.panel.units) + sum(loss.counties for loss in lost) == 12
    assert done.weights.mean() == pytest.approx(1.0)
    rows = [whole.units.index(unit) for unit in done.panel.units]
    np.testing.assert_array_equal(done.panel.columns["alos"], whole.columns["alos"][rows])
