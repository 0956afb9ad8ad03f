"""The quality chapter's numbers, against tables in which the answer can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pilotbook.panel.ingest import ingest
from pilotbook.panel.panel import Panel
from pilotbook.panel.quality import Gate, missing_gate, run_out
from pilotbook.panel.quality_of import most_revised, quality_of, quality_of_panel, revision_triangle
from pilotbook.panel.simulate import Scenario, scenario, simulate, write_simulation
from pilotbook.panel.source import Source
from pilotbook.panel.vintage import newest

from .handed_in import valid
from .test_vintage import PROVENANCE, hand_over, next_quarter


def test_completeness_is_counted_by_arm(tmp_path: Path) -> None:
    handed_in = valid()  # five counties, eight quarters; the first is the pilot here
    handed_in.panel.loc[[0, 1], "fund_spending"] = ""
    handed_in.panel.loc[[9], "fund_spending"] = ""
    handed_in.panel.loc[[20], "patient_satisfaction"] = "41"
    hand_over(handed_in, tmp_path, "2020Q4")
    vintage = newest(tmp_path / "counties")
    quality = quality_of(vintage, ["530121"], ["fund_spending", "patient_satisfaction", "alos"])
    spending, satisfaction, absent = quality.completeness
    assert (spending.expected, spending.known) == (40, 37)
    assert spending.missing_pilots == pytest.approx(25.0)
    assert spending.missing_controls == pytest.approx(100 / 32)
    assert spending.difference == pytest.approx(25 - 100 / 32)
    assert spending.gate is Gate.RED  # 7.5 % are missing, but the arms differ by more than 5 points
    assert (satisfaction.flagged, satisfaction.gate) == (1, Gate.GREEN)
    assert (absent.known, absent.missing, absent.gate) == (0, 100.0, Gate.RED)
    assert spending.revised is None
    missing = quality.missingness
    assert (missing.counties[0], missing.pilots) == ("530121", 1)
    np.testing.assert_allclose(missing.share[0, :3], [200 / 3, 200 / 3, 100 / 3])
    assert quality.worst is Gate.RED


def test_breaks_and_revisions_are_counted(tmp_path: Path) -> None:
    broken = valid()
    later = (broken.panel["county"] == "530122") & (broken.panel["period"] >= "2020Q2")
    for part in ("numerator", "denominator"):
        column = f"phc_visit_share.{part}"
        broken.panel.loc[later, column] = broken.panel.loc[later, column].astype(float) * 1.4
    broken.panel.loc[broken.panel["county"] == "530123", "phc_visit_share.definition"] = [*["v1"] * 4, *["v2"] * 4]
    hand_over(broken, tmp_path, "2020Q4")
    hand_over(next_quarter(valid(), 3), tmp_path, "2021Q1")
    share, spending = quality_of(
        newest(tmp_path / "counties"), ["530121"], ["phc_visit_share", "fund_spending"]
    ).completeness
    # up by two fifths in 2020Q2, and down when the next quarter comes without the break; a definition there and back
    assert share.breaks == 2 + 2
    assert spending.revised == 3


def test_a_yearly_indicator_is_expected_once_a_year(tmp_path: Path) -> None:
    plain = Scenario.model_validate(scenario("no-effect").model_dump() | {"missing": 0.0})
    world = simulate(plain, 1)
    write_simulation(world, tmp_path / "counties")
    pilots = world.counties.codes[world.pilots].tolist()
    quality = quality_of(newest(tmp_path / "counties"), pilots, ["capability_rate", "alos"])
    yearly, quarterly = quality.completeness
    assert (yearly.expected, yearly.known, yearly.gate) == (60 * 6, 60 * 6, Gate.GREEN)
    assert quarterly.expected == 60 * 24
    assert quality.missingness.share.max() == 0


@pytest.mark.parametrize(
    ("missing", "pilots", "controls", "gate"),
    [
        (5.0, 5.0, 5.0, Gate.GREEN),
        (5.1, 5.1, 5.1, Gate.YELLOW),
        (20.1, 20.0, 20.1, Gate.RED),
        (3.0, 4.5, 2.4, Gate.YELLOW),
        (3.0, 8.0, 2.9, Gate.RED),
        (3.0, None, 3.0, Gate.GREEN),
        (None, None, None, Gate.NOT_EVALUABLE),
    ],
)
def test_gates(missing: float | None, pilots: float | None, controls: float | None, gate: Gate) -> None:
    assert missing_gate(missing, pilots, controls) is gate


@pytest.mark.parametrize(
    ("last", "extracted", "months", "gate"),
    [
        ("2024Q4", "2025-04-01", 3, Gate.GREEN),
        ("2024Q4", "2025-03-31", 2, Gate.RED),
        ("2024-11", "2024-12-20", 0, Gate.RED),
        ("2024Q4", "2024-12-31", 0, Gate.RED),
        ("2023", "2025-01-01", 12, Gate.GREEN),
        ("2024Q4", None, None, Gate.NOT_EVALUABLE),
    ],
)
def test_run_out(last: str, extracted: str | None, months: int | None, gate: Gate) -> None:
    judged = run_out(last, extracted)
    assert (judged.months, judged.gate) == (months, gate)


def test_the_triangle_shows_each_vintage_as_it_was(tmp_path: Path) -> None:
    handed_in = valid()
    hand_over(handed_in, tmp_path, "2020Q4")
    hand_over(next_quarter(valid(), 3), tmp_path, "2021Q1")
    triangle = revision_triangle(tmp_path / "counties", "fund_spending")
    assert list(triangle) == ["2020Q4", "2021Q1"]
    assert np.isnan(triangle.loc["2021Q1", "2020Q4"])
    changed = triangle["2021Q1"] - triangle["2020Q4"]
    # one of five counties was revised by 1.5 in each of its first three quarters
    np.testing.assert_allclose(changed[["2019Q1", "2019Q2", "2019Q3"]], 0.3)
    np.testing.assert_allclose(changed["2019Q4":"2020Q4"], 0)  # type: ignore[misc]  # a slice of labels


def test_a_column_that_came_later_is_missing_before(tmp_path: Path) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    more = next_quarter(valid(), 0)
    more.panel["alos"] = 8.0
    files = more.write(tmp_path / "files")
    ingest([files], tmp_path / "counties", "2021Q1", PROVENANCE)
    triangle = revision_triangle(tmp_path / "counties", "alos")
    assert triangle["2020Q4"].isna().all()
    assert triangle.loc["2021Q1", "2021Q1"] == 8.0


def test_only_the_counties_and_periods_of_the_report_count(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.panel.loc[[0, 1], "fund_spending"] = ""  # the first county in the first two quarters
    handed_in.panel.loc[[15], "fund_spending"] = ""  # the second county in the last quarter
    hand_over(handed_in, tmp_path, "2020Q4")
    vintage = newest(tmp_path / "counties")
    until = pd.Period("2020Q3", "Q")
    (found,) = quality_of(vintage, ["530121"], ["fund_spending"], ["530121", "530122"], until).completeness
    assert (found.expected, found.known) == (14, 12)
    (whole,) = quality_of(vintage, ["530121"], ["fund_spending"], until=pd.Period("2020", "Y")).completeness
    assert (whole.expected, whole.known) == (40, 37)


def test_flags_and_breaks_name_county_and_period(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.panel.loc[[20], "patient_satisfaction"] = "41"
    later = (handed_in.panel["county"] == "530122") & (handed_in.panel["period"] >= "2020Q2")
    for part in ("numerator", "denominator"):
        column = f"phc_visit_share.{part}"
        handed_in.panel.loc[later, column] = handed_in.panel.loc[later, column].astype(float) * 1.4
    handed_in.panel.loc[handed_in.panel["county"] == "530123", "phc_visit_share.definition"] = [
        *["v1"] * 4,
        *["v2"] * 4,
    ]
    hand_over(handed_in, tmp_path, "2020Q4")
    quality = quality_of(newest(tmp_path / "counties"), [], ["patient_satisfaction", "phc_visit_share"])
    (flag,) = quality.flags
    assert (flag.county, flag.period, flag.value) == ("530123", "2020Q1", 41.0)
    words, size = quality.breaks
    assert (words.county, words.period, words.words, words.change) == ("530123", "2020Q1", "v1 → v2", None)
    assert (size.county, size.period) == ("530122", "2020Q2")
    assert size.change == pytest.approx(40.0)


def test_a_panel_that_is_no_vintage_is_judged_by_its_values() -> None:
    periods = tuple(pd.period_range("2019", periods=3, freq="Y"))
    deaths = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    people = np.array([[100.0, 100.0, 100.0], [100.0, 120.0, 120.0]])
    panel = Panel(
        ("a", "b"),
        periods,
        np.array(["a", "b"]),
        (periods[1], None),
        {"deaths": deaths, "people": people},
        Source("t", ""),
    )
    quality = quality_of_panel(panel, {"deaths": "people", "people": None})
    first, second = quality.completeness
    assert (first.missing_pilots, first.missing_controls) == (pytest.approx(100 / 3), 0.0)
    assert (first.gate, first.breaks, first.flagged, first.revised) == (Gate.RED, 1, None, None)
    assert (second.gate, second.breaks) == (Gate.GREEN, None)
    assert [(b.county, b.period) for b in quality.breaks] == [("b", "2020")]
    assert quality.run_out is None


def test_the_triangle_is_of_what_was_revised_most(tmp_path: Path) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    columns = ["patient_satisfaction", "fund_spending"]
    assert most_revised(tmp_path / "counties", columns) is None
    hand_over(next_quarter(valid(), 3), tmp_path, "2021Q1")
    assert most_revised(tmp_path / "counties", columns) == "fund_spending"
    assert most_revised(tmp_path / "counties", ["patient_satisfaction"]) is None
