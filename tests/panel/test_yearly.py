"""A plan by year reads what a quarterly panel has once a year, and is told clearly where it cannot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotbook.errors import DataError
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel
from pilotbook.panel.source import Source
from pilotbook.panel.vintage import newest
from pilotbook.panel.yearly import by_year, counted_yearly
from pilotbook.project import DATA

DEMO = "three-county-demo"


def panel(first: str = "2019Q2", quarters: int = 8) -> Panel:
    periods = tuple(pd.period_range(first, periods=quarters, freq="Q"))
    columns = {"alos": np.arange(2.0 * quarters).reshape(2, quarters)}
    start = (pd.Period("2020Q3", "Q"), None)
    return Panel(("530101", "530102"), periods, np.array(["a", "b"]), start, columns, Source("test", "0"))


def test_a_year_is_its_last_quarter_and_a_start_counts_from_its_year() -> None:
    done = by_year(panel())
    assert [str(period) for period in done.periods] == ["2019", "2020"]
    np.testing.assert_array_equal(done.columns["alos"], [[2, 6], [10, 14]])
    assert [str(start) for start in done.start] == ["2020", "None"]


def test_a_panel_without_the_end_of_a_year_is_refused() -> None:
    with pytest.raises(DataError, match="no year is complete up to 2019Q3"):
        by_year(panel("2019Q1", 3))


def test_values_at_the_ends_of_years_only_are_counted_yearly() -> None:
    whole = panel()
    ends = np.full((2, 8), np.nan)
    ends[0, [2, 6]] = 1.0
    assert counted_yearly(whole, ends)
    ends[1, 0] = 1.0
    assert not counted_yearly(whole, ends)
    assert not counted_yearly(whole, np.full((2, 8), np.nan))
    assert not counted_yearly(by_year(whole), np.ones((2, 2)))


def layout(kind: str, *values: str) -> Layout:
    return Layout("county", "period", "start", "county", kind, values)  # type: ignore[arg-type]  # literals below


def read(wanted: Layout) -> Panel:
    return find_dataset(DEMO, DATA, DATA).read(wanted)


def test_a_yearly_indicator_of_a_quarterly_vintage_is_read_by_year() -> None:
    read_ = read(layout("year", "capability_rate", "population"))
    table = newest(DATA / DEMO).table("panel", ["county", "period", "capability_rate"])
    ends = table[table["period"].str.endswith("Q4")].sort_values(["county", "period"])
    np.testing.assert_array_equal(read_.columns["capability_rate"].ravel(), ends["capability_rate"])
    assert read_.periods[0].freqstr.startswith("Y")


def test_a_quarterly_indicator_is_not_read_by_year() -> None:
    with pytest.raises(DataError, match=r"but alos is counted more than once a year and its last quarter is not the"):
        read(layout("year", "alos", "capability_rate"))


def test_any_other_kind_is_refused() -> None:
    with pytest.raises(DataError, match="has one row per quarter, the plan says `period_kind: month`"):
        read(layout("month", "alos"))
