"""Spellings that evaluators use are read, and each is listed as a conversion."""

from __future__ import annotations

import math
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.contract.check import check
from pilotbook.panel.contract.conversion import row_ranges
from pilotbook.panel.contract.spelling import read_code, read_number, read_period, read_region

from .handed_in import valid


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024Q4", "2024Q4"),
        ("2024年四季度", "2024Q4"),
        ("2024年第4季度", "2024Q4"),
        ("2024年第四季", "2024Q4"),
        ("2024 q4", "2024Q4"),
        ("2024-Q4", "2024Q4"),
        ("Q4 2024", "2024Q4"),
        ("２０２４Ｑ４", "2024Q4"),
        ("2024-10", "2024-10"),
        ("2024/10", "2024-10"),
        ("2024年10月", "2024-10"),
        ("2024年1月", "2024-01"),
        ("202410", "2024-10"),
        ("2024-10-01", "2024-10"),
        ("45566", "2024-10"),  # the day number of 1 October 2024 in a spreadsheet
        ("2024", "2024"),
        ("2024年", "2024"),
        ("2024年度", "2024"),
    ],
)
def test_periods(text: str, value: str) -> None:
    reading = read_period(text)
    assert (reading.value, reading.fault) == (value, None)
    assert bool(reading.conversions) == (text != value)


@pytest.mark.parametrize("text", ["2024Q5", "2024-13", "Q4", "24Q4", "2024年五季度", "soon", "2024-02-30"])
def test_no_periods(text: str) -> None:
    assert read_period(text).fault == "period-spelling"


@pytest.mark.parametrize(
    ("text", "value", "conversions"),
    [
        ("52.3", 52.3, ()),
        ("-1e-3", -0.001, ()),
        ("５２．３", 52.3, ("full-width",)),
        ("52.3%", 52.3, ("percent-sign",)),
        ("52.3％", 52.3, ("full-width", "percent-sign")),
        ("1,234,567.5", 1_234_567.5, ("thousands-separator",)),
        ("－３", -3.0, ("full-width",)),
    ],
)
def test_numbers(text: str, value: float, conversions: tuple[str, ...]) -> None:
    reading = read_number(text)
    assert (reading.value, reading.conversions, reading.fault) == (value, conversions, None)


@pytest.mark.parametrize("text", ["—", "NA", "缺失", "/", "n/a"])
def test_markers_of_missing_values(text: str) -> None:
    reading = read_number(text)
    assert isinstance(reading.value, float)
    assert math.isnan(reading.value)
    assert reading.conversions == ("missing-marker",)


@pytest.mark.parametrize("text", ["1,23", "12 34", "1.2.3", "--5", "五十"])
def test_no_numbers(text: str) -> None:
    assert read_number(text).fault == "not-a-number"


def test_codes_and_regions() -> None:
    assert read_code("530121").conversions == ()
    assert read_code("530121.0").value == "530121"
    assert read_code("５３０１２１").value == "530121"
    assert read_code("030121").fault == "county-code"
    assert read_region("西部").value == "west"
    assert read_region("north").fault == "unknown-region"


def test_rows_are_listed_in_ranges() -> None:
    assert row_ranges([2, 3, 4, 9, 11, 12]) == "2-4, 9, 11-12"
    assert row_ranges([]) == ""


def test_every_indicator_is_known_by_its_chinese_name(tmp_path: Path) -> None:
    indicators = read_catalogue().panel_indicators
    row = {"县代码": "530121", "季度": "2024Q4"} | {i.name_zh: 50 for i in indicators}
    pd.DataFrame([row]).to_csv(tmp_path / "panel.csv", index=False, encoding="gb18030")
    found = check([tmp_path / "panel.csv"])
    assert {i.id for i in indicators} <= set(found.tables["panel"].frame)
    assert not [f for f in found.findings if f.rule == "unknown-column"]


def test_a_chinese_gb18030_file_reads_like_its_english_twin(tmp_path: Path) -> None:
    handed_in = valid()
    english = handed_in.check(tmp_path / "en")
    chinese = handed_in.panel.rename(
        columns={
            "county": "县代码",
            "period": "季度",
            "phc_visit_share": "基层诊疗量占比",
            "phc_visit_share.numerator": "基层诊疗量占比（分子）",
            "phc_visit_share.denominator": "基层诊疗量占比(分母)",
            "phc_visit_share.definition": "基层诊疗量占比(定义版本)",
            "fund_spending": "医保基金支出",
            "patient_satisfaction": "患者满意度",
            "exposed": "已实施",
        }
    )
    chinese["季度"] = [f"{p[:4]}年{'一二三四'[int(p[5]) - 1]}季度" for p in chinese["季度"]]
    chinese["患者满意度"] = [f"{v}%" for v in chinese["患者满意度"]]
    chinese["已实施"] = ["是" if v else "否" for v in chinese["已实施"]]
    chinese.to_csv(tmp_path / "panel.csv", index=False, encoding="gb18030")
    found = check([tmp_path / "panel.csv"])
    assert found.findings == ()
    pd.testing.assert_frame_equal(found.tables["panel"].frame, english.tables["panel"].frame)
    assert {c.kind for c in found.conversions} == {
        "encoding",
        "header-name",
        "period-spelling",
        "percent-sign",
        "truth-word",
    }
    percent = next(c for c in found.conversions if c.kind == "percent-sign")
    assert (percent.column, percent.rows, percent.count) == ("患者满意度", "2-41", 40)


def test_a_long_file_reads_like_its_wide_twin(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.panel = handed_in.panel[["county", "period", "phc_visit_share", "fund_spending"]]
    wide = handed_in.check(tmp_path / "wide").tables["panel"]
    long = handed_in.panel.melt(["county", "period"], var_name="indicator")
    long.to_csv(tmp_path / "panel.csv", index=False)
    found = check([tmp_path / "panel.csv"])
    assert found.findings == ()
    assert [c.kind for c in found.conversions] == ["long-to-wide"]
    pd.testing.assert_frame_equal(found.tables["panel"].frame, wide.frame)


def test_a_fault_in_a_long_file_keeps_its_row(tmp_path: Path) -> None:
    long = valid().panel.melt(["county", "period"], ["phc_visit_share", "fund_spending"], "indicator", "value")
    long.loc[57, "value"] = -4
    long.loc[63, "value"] = "30%"
    long.loc[len(long)] = long.loc[3]
    long.to_csv(tmp_path / "panel.csv", index=False)
    found = {f.rule: (f.row, f.value) for f in check([tmp_path / "panel.csv"]).errors}
    assert found["below-hard"] == (59, "-4")
    assert found["percent-in-other-unit"] == (65, "30%")
    assert found["duplicate-key"][0] == len(long) + 1


def test_a_workbook_with_dates_and_per_cent_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "季度数据"
    sheet.append(["县代码", "月份", "基层诊疗量占比", "医保基金支出"])
    for month in range(1, 4):
        sheet.append([530121, datetime(2024, month, 1), 0.5 + month / 100, 300 + month])
        sheet.cell(row=month + 1, column=3).number_format = "0.0%"
    book.create_sheet("空白")
    book.save(tmp_path / "panel.xlsx")
    found = check([tmp_path / "panel.xlsx"])
    frame = found.tables["panel"].frame
    assert frame["county"].tolist() == ["530121"] * 3
    assert frame["period"].tolist() == ["2024-01", "2024-02", "2024-03"]
    np.testing.assert_array_equal(frame["phc_visit_share"], [51.0, 52.0, 53.0])
    kinds = {(c.kind, c.sheet, c.rows) for c in found.conversions if c.kind != "header-name"}
    assert ("percent-format", "季度数据", "2-4") in kinds
    assert ("excel-date", "季度数据", "2-4") in kinds
    assert found.valid


def test_a_title_above_the_header_is_left_out_and_said(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["附件1 各县季度数据"])
    sheet.append([])
    sheet.append(["县代码", "季度", "患者满意度"])
    sheet.append(["530121", "2024Q1", 0.75])
    sheet.append(["530121", "2024Q2", 134])
    sheet["C4"].number_format = "0%"
    book.save(tmp_path / "panel.xlsx")
    found = check([tmp_path / "panel.xlsx"])
    assert [(f.rule, f.row, f.column) for f in found.errors] == [("above-hard", 5, "患者满意度")]
    assert found.tables["panel"].frame["patient_satisfaction"].tolist() == [75.0, 134.0]
    listed = {(c.kind, c.rows) for c in found.conversions}
    assert {("title-row", "1"), ("header-name", "3"), ("percent-format", "4")} <= listed


def test_a_formula_without_a_stored_result_is_not_read_as_missing(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["county", "period", "fund_spending"])
    sheet.append(["530121", "2024Q1", 300])
    sheet.append(["530121", "2024Q2", "=C2*1.1"])
    book.save(tmp_path / "panel.xlsx")
    (finding,) = check([tmp_path / "panel.xlsx"]).errors
    assert (finding.rule, finding.row, finding.value) == ("formula-without-value", 3, "=C2*1.1")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_every_format_reads_alike(seed: int) -> None:
    panel = valid(seed, counties=3).panel
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        panel.to_csv(folder / "utf-8.csv", index=False)
        panel.to_csv(folder / "gb18030.csv", index=False, encoding="gb18030")
        panel.to_excel(folder / "book.xlsx", index=False)
        panel.infer_objects().to_parquet(folder / "typed.parquet")
        panel.astype(str).to_parquet(folder / "text.parquet")
        found = [check([path]) for path in sorted(folder.iterdir())]
    assert all(f.valid for f in found)
    for other in found[1:]:
        pd.testing.assert_frame_equal(other.tables["panel"].frame, found[0].tables["panel"].frame)


def test_json_says_what_the_sentences_say(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.panel.loc[3, "fund_spending"] = "#REF!"
    found = handed_in.check(tmp_path)
    (plain,) = found.as_dict()["findings"]
    assert plain == {
        "file": "panel.csv",
        "sheet": None,
        "row": 5,
        "column": "fund_spending",
        "value": "#REF!",
        "rule": "formula-error",
        "severity": "error",
        "message": "the cell holds the formula error #REF!; mend the formula or leave the cell empty",
    }
    assert str(found.findings[0]) == (
        "panel.csv, row 5, column 'fund_spending': the cell holds the formula error #REF!; "
        "mend the formula or leave the cell empty [formula-error]"
    )


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_as_it_is_written(number: float) -> None:
    assert read_number(repr(number)).value == number
    assert read_number(repr(number)).conversions == ()
