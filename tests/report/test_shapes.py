"""Plans and panels of other shapes go through the same chapters, in earnest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ..conftest import CommandLine
from ..example import COUNTIES, Example, text


def one_two_by_two(plan: dict[str, Any]) -> None:
    plan["analyses"] = [{"estimator": "two_by_two", "pre": 2017, "post": 2018, "headline": True}]


def two_outcomes_without_weights(plan: dict[str, Any]) -> None:
    del plan["weights"]
    count = {"id": "count", "title": "Count", "unit": "visits", "column": "visits", "direction": "lower"}
    plan["outcomes"].append({**count, "minimum_important_effect": 100})


def one_pilot(table: list[list[str]]) -> None:
    for cells in table[1:]:
        cells[2] = "2018" if cells[0] == COUNTIES[0] else ""


def quarters(example: Example) -> None:
    """Spread six years over twenty-four quarters, with two starts."""
    table = [["county", "period", "start", "visits", "people"]]
    for c, county in enumerate(COUNTIES):
        start = {0: "2018Q1", 1: "2018Q3"}.get(c, "")
        for t in range(24):
            visits = 200 + 10 * c + t + (7 * c * c + 5 * t * c + 3 * t * t) % 11 - 9 * (bool(start) and t >= 14)
            table.append([county, f"{2015 + t // 4}Q{t % 4 + 1}", start, str(visits), "1000"])
    example.data.write_text(text(table), encoding="utf-8")

    def change(plan: dict[str, Any]) -> None:
        plan["panel"]["period_kind"] = "quarter"
        plan["weights"]["period"] = "2017Q4"
        plan["analyses"] = [
            {"estimator": "twfe"},
            {"estimator": "callaway_santanna", "controls": "not_yet_treated", "average": [0, 3]},
            {"estimator": "imputation", "average": [0, 3], "headline": True},
        ]

    example.change_plan(change)


SHAPES = {
    "a 2×2 alone": lambda example: example.change_plan(one_two_by_two),
    "two outcomes, no weights, one pilot": lambda example: (
        example.change_plan(two_outcomes_without_weights),
        example.change_rows(one_pilot),
    ),
    "quarters and two starts": quarters,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_another_shape_renders(pilotbook: CommandLine, example: Example, shape):
    shape(example)
    result = pilotbook("render", example.plan, "--out", example.out)
    assert result.status == 0, result.err
    html, pdf = result.out.split()
    assert re.search(rb"startxref\s+\d+\s+%%EOF\s*$", Path(pdf).read_bytes())
    words = re.sub("<[^>]+>", " ", Path(html).read_text(encoding="utf-8"))
    for leak in ("nan", "None", "Traceback", "{python}", "@tbl-", "@fig-"):
        assert not re.search(rf"(?<![\w-]){re.escape(leak)}(?![\w-])", words), leak
