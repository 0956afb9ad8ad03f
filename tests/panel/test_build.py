"""A data file that cannot be used: one message with file, row as an editor counts, column, value; nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..conftest import CommandLine
from ..example import Example

VISITS, PEOPLE = 3, 4


def put(row: int, column: int, value: str) -> Callable[[list[list[str]]], Any]:
    """Change one cell; the row is counted as an editor does, the header being row 1."""

    def change(table: list[list[str]]) -> None:
        table[row - 1][column] = value

    return change


def several(*changes: Callable[[list[list[str]]], Any]) -> Callable[[list[list[str]]], Any]:
    def change(table: list[list[str]]) -> None:
        for one in changes:
            one(table)

    return change


def refused(pilotbook: CommandLine, example: Example) -> str:
    """Render, see that it is refused and that nothing is written; return the message."""
    result = pilotbook("render", example.plan, "--out", example.out)
    assert result.status == 1
    assert result.out == ""
    assert not example.out.exists()
    return result.err


@pytest.mark.parametrize("value", ["n/a", "1 234", "12a", "NaN", "inf", "-inf", "1e999", "0x10", "一百", "--", "1_000"])
def test_text_in_a_number_column(pilotbook, example, value):
    example.change_rows(put(9, VISITS, value))
    message = refused(pilotbook, example)
    assert "panel.csv, row 9, column 'visits'" in message
    assert f"'{value}'" in message


def test_a_thousands_comma_inside_quotes(pilotbook, example):
    example.change_rows(put(9, VISITS, '"1,234"'))
    assert "row 9, column 'visits': '1,234' is not a number" in refused(pilotbook, example)


def test_every_fault_is_named_at_once(pilotbook, example):
    example.change_rows(several(put(5, VISITS, "x"), put(7, PEOPLE, "y"), put(8, 1, "20x7")))
    message = refused(pilotbook, example)
    for place in ("row 5, column 'visits'", "row 7, column 'people'", "row 8, column 'period'"):
        assert place in message


def test_a_long_list_is_cut_and_says_so(pilotbook, example):
    example.change_rows(several(*(put(row, VISITS, "x") for row in range(2, 38))))
    message = refused(pilotbook, example)
    assert "and 16 more" in message
    assert message.count("not-a-number") == 20


def test_missing_file(pilotbook, example):
    example.data.unlink()
    assert "panel.csv: the data file does not exist" in refused(pilotbook, example)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"county,period,start,visits,people\n", "a header but no rows"),
        (b"county,period,start,visits,people\n,,,,\n", "a header but no rows"),
        (b"county,period,start,visits,people\n\xff\xfe1,2020,,1,1\n", "row 2: the file is not UTF-8"),
        (b"\ncounty,period,start,visits,people\n1,2020,,1,1\n", "row 1: the first row is empty"),
    ],
    ids=["empty", "blank-lines", "header-only", "header-and-blank-row", "latin-1", "header-in-row-2"],
)
def test_a_file_without_a_table(pilotbook, example, content, said):
    example.data.write_bytes(content)
    message = refused(pilotbook, example)
    assert "panel.csv" in message
    assert said in message


def test_a_row_with_too_many_cells(pilotbook, example):
    example.change_rows(lambda table: table[9].append("7"))
    message = refused(pilotbook, example)
    assert "panel.csv, row 10" in message
    assert "6 cells" in message


def test_a_row_with_too_few_cells(pilotbook, example):
    example.change_rows(lambda table: table[9].pop())
    message = refused(pilotbook, example)
    assert "panel.csv, row 10" in message
    assert "4 cells" in message


def test_a_quote_that_is_never_closed(pilotbook, example):
    example.change_rows(put(9, VISITS, '"1234'))
    message = refused(pilotbook, example)
    assert "panel.csv, row 9" in message
    assert "a quote that is opened must be closed" in message


def test_rows_are_counted_as_lines_after_a_line_break_in_a_cell(pilotbook, example):
    def change(table: list[list[str]]) -> None:
        table[0].append("note")
        for cells in table[1:]:
            cells.append("")
        table[3][5] = '"two\nlines"'
        table[8][VISITS] = "x"

    example.change_rows(change)
    # the broken cell stands in the ninth record but, as an editor counts, in line 10
    assert "row 10, column 'visits': 'x'" in refused(pilotbook, example)


def test_duplicate_header(pilotbook, example):
    example.change_rows(put(1, VISITS, "people"))
    message = refused(pilotbook, example)
    assert "row 1, column 'people'" in message
    assert "twice" in message


def test_missing_column_names_the_nearest(pilotbook, example):
    example.change_rows(put(1, VISITS, "vists"))
    message = refused(pilotbook, example)
    assert "column 'visits'" in message
    assert "did you mean 'vists'?" in message


def test_blank_county(pilotbook, example):
    example.change_rows(put(12, 0, ""))
    assert "row 12, column 'county': the cell is empty" in refused(pilotbook, example)


@pytest.mark.parametrize("value", ["", "202O", "2020Q1", "2020-01", "20", "20201"])
def test_bad_period(pilotbook, example, value):
    example.change_rows(put(12, 1, value))
    message = refused(pilotbook, example)
    assert "panel.csv, row 12, column 'period'" in message
    assert "like 2019" in message


def test_duplicate_county_year(pilotbook, example):
    example.change_rows(put(12, 1, "2018"))
    message = refused(pilotbook, example)
    assert "row 12" in message
    assert "330102 already has 2018 in row 11" in message


def test_start_that_differs_between_rows_of_a_county(pilotbook, example):
    example.change_rows(put(4, 2, "2019"))
    message = refused(pilotbook, example)
    assert "row 4, column 'start': '2019' differs from '2018'" in message
    assert "county 330101" in message


def test_start_that_is_blank_in_one_row_of_a_county(pilotbook, example):
    example.change_rows(put(4, 2, ""))
    assert "row 4, column 'start': '' differs from '2018'" in refused(pilotbook, example)


def test_start_that_differs_within_a_state(pilotbook, example):
    def change(table: list[list[str]]) -> None:
        table[0].append("city")
        for cells in table[1:]:
            cells.append("A" if cells[0] < "330104" else "B")

    example.change_rows(change)
    example.change_plan(lambda plan: plan["panel"].update(assignment_unit="city"))
    message = refused(pilotbook, example)
    assert "row 14, column 'start'" in message
    assert "city A" in message


@pytest.mark.parametrize("value", ["0", "-3", "0.0"])
def test_denominator_that_is_not_above_zero(pilotbook, example, value):
    example.change_rows(put(6, PEOPLE, value))
    message = refused(pilotbook, example)
    assert "row 6, column 'people'" in message
    assert "above zero" in message


def test_a_year_that_no_county_has(pilotbook, example):
    def change(table: list[list[str]]) -> None:
        table[:] = [cells for cells in table if cells[1] != "2016"]

    example.change_rows(change)
    assert "no county has a row for 2016" in refused(pilotbook, example)


def test_a_folder_in_place_of_the_file(pilotbook, example):
    example.data.unlink()
    example.data.mkdir()
    assert "panel.csv" in refused(pilotbook, example)


def test_blank_lines_and_surrounding_blanks_do_no_harm(pilotbook, example):
    lines = example.data.read_text(encoding="utf-8").splitlines()
    lines.insert(5, "")
    spaced = [line.replace(",", " , ") for line in lines]
    example.data.write_text("\ufeff" + "\r\n".join(spaced) + "\r\n\r\n", encoding="utf-8")
    assert pilotbook("plan", "check", example.plan).status == 0


def test_an_empty_cell_is_a_missing_value(pilotbook, example):
    example.change_rows(put(9, VISITS, ""))
    assert pilotbook("plan", "check", example.plan).status == 0
