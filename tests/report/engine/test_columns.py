"""Widths of the columns of a wide table in the PDF: names get room, numbers stay on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypandoc

from pilotbook.report.engine.extension import extension_folder

NAME = "Growth of the income of doctors in township health centres and village clinics"
HEADS = ("Outcome", "Values outside the usual range", "Interval adjusted for the looks", "Share of placebo effects")


def typst(table: str) -> str:
    """Return the Typst source of a table."""
    arguments = [f"--lua-filter={extension_folder() / 'columns.lua'}"]
    source: str = pypandoc.convert_text(table, "typst", format="markdown", extra_args=arguments)
    return source


def widths(name: str, *numbers: str) -> list[float]:
    """Return the widths in per cent that a table of one line gets, none if it gets none."""
    return widths_of_lines([name, *numbers])


def widths_of_lines(*lines: Sequence[str]) -> list[float]:
    """Return the widths of a table with these lines, of which the first cell is a name."""
    table = [HEADS[: len(lines[0])], *lines]
    rows = [f"| {' | '.join(line)} |" for line in table]
    rows.insert(1, "|:--|" + "--:|" * (len(lines[0]) - 1))
    found = re.search(r"columns: \(([^)]*%[^)]*)\)", typst("\n".join(rows)))
    return [] if found is None else [float(width.strip(" %")) for width in found[1].split(",") if width.strip()]


def test_a_column_of_numbers_is_as_wide_as_they_are_and_not_as_its_head() -> None:
    outcome, count, interval, share = widths(NAME * 2, "12", "\u22120.1027 to 0.1057", "0.003")
    assert sum((outcome, count, interval, share)) > 99
    assert count < interval < outcome
    assert share < interval


def test_a_chinese_name_may_be_broken_anywhere() -> None:
    outcome, *numbers = widths("基层医疗卫生机构医生月均收入增长" * 3, "12", "\u22120.1027 to 0.1057", "0.003")
    assert outcome > max(numbers)


def test_a_narrow_table_keeps_its_own_widths() -> None:
    assert widths("Visits", "12") == []


def test_a_short_name_on_every_line_is_not_broken_to_make_room_for_one_long_name() -> None:
    few = widths_of_lines([NAME * 3, "Pilots less controls", "12"], *[["Visits", "Pilots less controls", "12"]] * 9)
    _, series, _ = few
    assert series > len("Pilots less controls") * 0.9  # a hundredth of the page is about a digit wide


def test_a_shape_and_its_word_stay_together() -> None:
    assert "●~green" in typst("| Gate |\n|:--|\n| ● green |")


def test_an_estimate_too_wide_for_a_line_breaks_before_its_interval() -> None:
    assert "(3.277~to~5.373)" in typst("| Effect |\n|--:|\n| 4.315 (3.277 to 5.373) |")
