"""Widths of the columns of a wide table in the PDF: names get room, numbers stay on one line."""

from __future__ import annotations

import re

import pypandoc

from pilotbook.report.engine.extension import extension_folder

NAME = "Growth of the income of doctors in township health centres and village clinics"
HEADS = ("Outcome", "Values outside the usual range", "Interval adjusted for the looks", "Share of placebo effects")


def widths(name: str, *numbers: str) -> list[float]:
    """Return the widths in per cent that a table of one line gets, none if it gets none."""
    cells = [HEADS[: len(numbers) + 1], (name, *numbers)]
    lines = [f"| {' | '.join(line)} |" for line in cells]
    table = "\n".join([lines[0], "|:--|" + "--:|" * len(numbers), lines[1]])
    arguments = [f"--lua-filter={extension_folder() / 'columns.lua'}"]
    typst = pypandoc.convert_text(table, "typst", format="markdown", extra_args=arguments)
    found = re.search(r"columns: \(([^)]*%[^)]*)\)", typst)
    return [] if found is None else [float(width.strip(" %")) for width in found[1].split(",") if width.strip()]


def test_a_column_of_numbers_is_as_wide_as_they_are_and_not_as_its_head() -> None:
    outcome, count, interval, share = widths(NAME, "12", "\u22120.1027 to 0.1057", "0.003")
    assert sum((outcome, count, interval, share)) > 99
    assert count < interval < outcome
    assert share < interval


def test_a_chinese_name_may_be_broken_anywhere() -> None:
    outcome, *numbers = widths("基层医疗卫生机构医生月均收入增长" * 3, "12", "\u22120.1027 to 0.1057", "0.003")
    assert outcome > max(numbers)


def test_a_narrow_table_keeps_its_own_widths() -> None:
    assert widths("Visits", "12") == []
