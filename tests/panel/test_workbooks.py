"""Workbooks and folders as they are really handed in: what a sheet merges, hides or stores otherwise is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from pilotbook.panel.contract.check import Check, check

from .handed_in import valid

PLANTED = (
    "merged-cells",
    "hidden-sheet",
    "hidden-cells",
    "separator",
    "no-files",
    "file-left-out",
    "unknown-indicator",
)
"""Faults of the contract that are planted here."""


def sheet_of(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def workbook(folder: Path, change: Callable[[Workbook, Worksheet], None] = lambda book, sheet: None) -> Check:
    """Check a valid panel in a workbook after a change."""
    panel, book = valid().panel, Workbook()
    sheet = sheet_of(book)
    sheet.title = "数据"
    sheet.append(list(panel.columns))
    for row in panel.itertuples(index=False):
        sheet.append(list(row))
    change(book, sheet)
    book.save(folder / "panel.xlsx")
    return check([folder / "panel.xlsx"])


def places(found: Check) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(finding.rule, finding.sheet, finding.row, finding.column) for finding in found.findings]


def test_a_plain_workbook_has_nothing_to_say(tmp_path: Path) -> None:
    found = workbook(tmp_path)
    assert (found.valid, found.findings, found.conversions) == (True, (), ())


def test_merged_cells_lose_values_and_are_refused_once(tmp_path: Path) -> None:
    found = workbook(tmp_path, lambda book, sheet: sheet.merge_cells("A2:A9"))
    assert places(found) == [("merged-cells", "数据", 2, "county")]
    assert "A2:A9" in found.findings[0].message


def test_a_merged_title_is_no_fault(tmp_path: Path) -> None:
    def titled(book: Workbook, sheet: Worksheet) -> None:
        sheet.insert_rows(1)
        sheet["A1"] = "2020年四季度"
        sheet.merge_cells("A1:I1")

    found = workbook(tmp_path, titled)
    assert found.valid
    assert [c.kind for c in found.conversions] == ["title-row"]


def test_hidden_parts_are_read_and_said(tmp_path: Path) -> None:
    def hide(book: Workbook, sheet: Worksheet) -> None:
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["G"].hidden = True
        other = book.create_sheet("县")
        other.append(list(valid().counties.columns))
        for row in valid().counties.itertuples(index=False):
            other.append(list(row))
        other.sheet_state = "hidden"

    found = workbook(tmp_path, hide)
    assert found.valid
    assert places(found) == [("hidden-cells", "数据", None, None), ("hidden-sheet", "县", None, None)]
    assert len(found.tables["panel"]) == 40


def test_numbers_stored_as_text_are_listed(tmp_path: Path) -> None:
    def as_text(book: Workbook, sheet: Worksheet) -> None:
        for row in (3, 4):
            sheet.cell(row, 7).value = str(sheet.cell(row, 7).value)

    found = workbook(tmp_path, as_text)
    assert found.valid
    assert [(c.kind, c.column, c.rows, c.count) for c in found.conversions] == [
        ("number-as-text", "fund_spending", "3-4", 2)
    ]


def test_dates_follow_the_calendar_of_the_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = sheet_of(book)
    sheet.append(["county", "period", "fund_spending"])
    sheet.append(["530121", datetime(2020, 3, 1), 300])
    book.save(tmp_path / "mac.xlsx")
    assert check([tmp_path / "mac.xlsx"]).tables["panel"].frame["period"].tolist() == ["2020-03"]


def test_a_million_formatted_rows_without_a_value_cost_nothing(tmp_path: Path) -> None:
    found = workbook(tmp_path, lambda book, sheet: sheet.cell(1_048_576, 16_384).__setattr__("number_format", "0.00"))
    assert found.valid
    assert len(found.tables["panel"]) == 40


@pytest.mark.parametrize(("sign", "word"), [("\t", "tabs"), (";", "semicolons"), ("，", "full-width commas")])
def test_another_separator_is_named(sign: str, word: str, tmp_path: Path) -> None:
    text = valid().panel.to_csv(index=False).replace(",", sign)
    (tmp_path / "panel.csv").write_text(text, "utf-8")
    found = check([tmp_path])
    assert places(found) == [("separator", None, 1, None)]
    assert word in found.findings[0].message


def test_a_folder_without_a_table_is_no_valid_hand_over(tmp_path: Path) -> None:
    assert places(check([tmp_path])) == [("no-files", None, None, None)]
    (tmp_path / "~$panel.xlsx").write_bytes(b"lock")
    assert not check([tmp_path]).valid


def test_what_a_folder_holds_beside_tables_is_said(tmp_path: Path) -> None:
    folder = valid().write(tmp_path / "handed")
    (folder / "letter.docx").write_bytes(b"PK")
    found = check([folder])
    assert (found.valid, [(f.file, f.rule) for f in found.findings]) == (True, [("letter.docx", "file-left-out")])
    (folder / "last_quarter.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert [(f.file, f.rule) for f in check([folder]).errors] == [("last_quarter.xls", "file-type")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_text_in_two_bytes_is_not_read_as_one(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "panel.csv").write_bytes(valid().panel.to_csv(index=False).encode(encoding))
    assert [f.rule for f in check([tmp_path]).errors] == ["encoding"]


@pytest.mark.parametrize("text", ["١٢", "−300", "0x10", "1_000"])
def test_a_number_in_another_script_is_not_guessed(text: str, tmp_path: Path) -> None:
    handed = valid()
    handed.panel.loc[3, "fund_spending"] = text
    assert [(f.rule, f.row, f.value) for f in handed.check(tmp_path).errors] == [("not-a-number", 5, text)]


def test_blanks_around_a_number_are_listed_unless_plain(tmp_path: Path) -> None:
    handed = valid()
    handed.panel.loc[3, "fund_spending"] = "\u00a0300\u3000"
    handed.panel.loc[4, "fund_spending"] = " 300 "
    found = handed.check(tmp_path)
    assert [(c.kind, c.rows) for c in found.conversions] == [("full-width", "5")]
    assert found.tables["panel"].frame["fund_spending"].iloc[3:5].tolist() == [300.0, 300.0]


def test_one_wrong_year_is_one_fault(tmp_path: Path) -> None:
    handed = valid()
    handed.panel.loc[0, "period"] = "1920Q1"
    found = [f for f in handed.check(tmp_path).errors if f.rule == "missing-period"]
    assert [f.message.partition(",")[0] for f in found] == ["no county has a row for 1920Q2 to 2018Q4"]


def test_five_digits_that_are_no_day_of_our_time_are_no_period(tmp_path: Path) -> None:
    handed = valid()
    handed.panel.loc[2, "period"] = "20193"
    assert ("period-spelling", None, 4, "period") in places(handed.check(tmp_path))


def test_a_county_that_really_falls_so_low_is_no_wrong_unit(tmp_path: Path) -> None:
    """Quarter by quarter down to a hundredth is a series; at once, with nothing in between, is a unit."""
    handed = valid()
    mine = handed.panel["county"] == "530121"
    handed.panel.loc[mine, "patient_satisfaction"] = [70, 70, 70, 70, 70, 30, 8, 0.7]
    assert "fraction-among-percents" not in {f.rule for f in handed.check(tmp_path / "falls").findings}
    handed.panel.loc[mine, "patient_satisfaction"] = [70, 72, 70, 69, 70, 71, 70, 0.7]
    found = handed.check(tmp_path / "unit").errors
    assert [(f.rule, f.row) for f in found] == [("fraction-among-percents", 9)]


def test_an_unknown_indicator_of_a_long_table_is_said_once(tmp_path: Path) -> None:
    wide = valid().panel[["county", "period", "fund_spending", "patient_satisfaction"]]
    long = wide.melt(["county", "period"], var_name="indicator", value_name="value")
    long["indicator"] = long["indicator"].replace("patient_satisfaction", "patient_satisfacton")
    long.to_csv(tmp_path / "panel.csv", index=False)
    found = check([tmp_path])
    assert places(found) == [("unknown-indicator", None, 42, "indicator")]
    assert found.findings[0].value == "patient_satisfacton"
    assert "40 of them" in found.findings[0].message
    assert "did you mean 'patient_satisfaction'?" in found.findings[0].message
