"""A plan reads its panel from the newest vintage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.ingest import ingest
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel

from .handed_in import valid
from .test_vintage import PROVENANCE, hand_over, next_quarter


def layout(**changes: object) -> Layout:
    parts = {
        "unit": "county",
        "period": "period",
        "start": "start",
        "assignment": "assigned_unit",
        "kind": "quarter",
        "values": ("fund_spending", "population"),
    }
    return Layout(**(parts | changes))  # type: ignore[arg-type]  # the tests change the parts


def read(folder: Path, **changes: object) -> Panel:
    return find_dataset("counties", folder, folder).read(layout(**changes))


def test_the_newest_vintage_is_the_panel(tmp_path: Path) -> None:
    handed_in = valid()
    hand_over(handed_in, tmp_path, "2020Q4")
    hand_over(next_quarter(valid(), 3), tmp_path, "2021Q1")
    panel = read(tmp_path)
    assert panel.shape == (5, 9)
    assert panel.source.vintage == "2021Q1"
    assert panel.source.simulated is False
    assert panel.start == (pd.Period("2020Q1"), pd.Period("2020Q1"), None, None, None)
    assert panel.assignment.tolist() == ["A", "B", "530123", "530124", "530125"]
    np.testing.assert_array_equal(panel.columns["population"][:, 3], handed_in.counties["population"].astype(float))
    first = handed_in.panel["fund_spending"].astype(float).to_numpy().reshape(5, 8)
    np.testing.assert_array_equal(panel.columns["fund_spending"][0, :3], first[0, :3] + 1.5)
    np.testing.assert_array_equal(panel.columns["fund_spending"][1, :8], first[1])


def test_what_the_plan_names_must_be_there(tmp_path: Path) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    with pytest.raises(UnknownNameError, match="did you mean 'fund_spending'"):
        read(tmp_path, values=("fund_spendings",))
    with pytest.raises(UnknownNameError, match="unknown reform 'drg-dip'"):
        read(tmp_path, start="start[drg-dip]")
    with pytest.raises(DataError, match="has one row per quarter"):
        read(tmp_path, kind="month")
    with pytest.raises(UnknownNameError, match="data set"):
        find_dataset("countries", tmp_path, tmp_path)


def test_several_reforms_are_told_apart(tmp_path: Path) -> None:
    handed_in = valid()
    more = handed_in.exposure.copy()
    more["reform"], more["start"] = "drg-dip", "2020-08"
    handed_in.exposure = pd.concat([handed_in.exposure, more.iloc[:1]], ignore_index=True)
    hand_over(handed_in, tmp_path, "2020Q4")
    with pytest.raises(DataError, match=r"write start\[drg-dip\]"):
        read(tmp_path, assignment="region")
    panel = read(tmp_path, start="start[drg-dip]", assignment="region")
    assert panel.start[0] == pd.Period("2020Q3")
    assert set(panel.assignment) <= {"east", "central", "west", "ethnic-remote"}


def test_no_exposure_table_is_said(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.write(tmp_path / "files-2020Q4")
    (tmp_path / "files-2020Q4" / "exposure.csv").unlink()
    ingest([tmp_path / "files-2020Q4"], tmp_path / "counties", "2020Q4", PROVENANCE)
    with pytest.raises(DataError, match="no exposure table"):
        read(tmp_path)


def test_whom_another_reform_reached_is_read_from_the_exposure_table(tmp_path: Path) -> None:
    handed_in = valid()
    reform = handed_in.exposure["reform"].iloc[0]
    hand_over(handed_in, tmp_path, "2020Q4")
    panel = read(tmp_path, values=("fund_spending", f"exposed[{reform}]"))
    own = np.array([[start is not None and start <= period for period in panel.periods] for start in panel.start])
    assert own.any()
    np.testing.assert_array_equal(panel.columns[f"exposed[{reform}]"], own.astype(float))


def test_an_unknown_other_reform_names_those_in_the_table(tmp_path: Path) -> None:
    handed_in = valid()
    hand_over(handed_in, tmp_path, "2020Q4")
    with pytest.raises(UnknownNameError, match=handed_in.exposure["reform"].iloc[0]):
        read(tmp_path, values=("fund_spending", "exposed[no-such-reform]"))
