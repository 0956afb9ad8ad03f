"""A small example that any test can write down and change: six counties in six years, two pilots from 2018 on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HEADER = ("county", "period", "start", "visits", "people")
COUNTIES = ("330101", "330102", "330103", "330104", "330105", "330106")
PILOTS = COUNTIES[:2]
YEARS = (2015, 2016, 2017, 2018, 2019, 2020)

PLAN: dict[str, Any] = {
    "title": "Visits under a global budget",
    "reform": "global-budget",
    "date": "2026-01-31",
    "authors": ["A. Reader"],
    "question": "By how much did the budget change visits per thousand?",
    "dataset": "panel.csv",
    "panel": {"period_kind": "year"},
    "outcomes": [
        {
            "id": "visits",
            "title": "Visits",
            "unit": "per 1,000",
            "numerator": "visits",
            "denominator": "people",
            "per": 1000,
            "direction": "lower",
            "minimum_important_effect": 5,
        }
    ],
    "weights": {"column": "people", "period": 2017},
    "analyses": [
        {"estimator": "two_by_two", "pre": 2017, "post": 2018},
        {"estimator": "event_study", "average": [0, 1]},
        {"estimator": "imputation", "average": [0, 1], "headline": True},
    ],
}

Row = list[str]


def rows() -> list[Row]:
    """Return the header and 36 rows; the budget takes 12 visits per thousand from the pilots."""
    table = [list(HEADER)]
    for c, county in enumerate(COUNTIES):
        for t, year in enumerate(YEARS):
            people = 1000 * (c + 2)
            wobble = (7 * c * c + 5 * t * c + 3 * t * t) % 11 - 5
            effect = -12 if county in PILOTS and year >= 2018 else 0
            visits = (200 + 10 * c + 4 * t + wobble + effect) * (c + 2)
            table.append([county, str(year), "2018" if county in PILOTS else "", str(visits), str(people)])
    return table


def text(table: Iterable[Row]) -> str:
    """Write a table as CSV; cells stand as they are."""
    return "".join(",".join(cells) + "\n" for cells in table)


@dataclass(frozen=True)
class Example:
    """A folder with a plan and its data."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "budget.yml"

    @property
    def data(self) -> Path:
        return self.folder / "panel.csv"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def report(self) -> Path:
        return self.out / "budget" / "2020"

    def change_plan(self, change: Callable[[dict[str, Any]], Any]) -> None:
        content = copy.deepcopy(PLAN)
        change(content)
        self.plan.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def change_rows(self, change: Callable[[list[Row]], Any]) -> None:
        table = rows()
        change(table)
        self.data.write_text(text(table), encoding="utf-8")


def write_example(folder: Path) -> Example:
    """Write the plan and its data into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    example = Example(folder)
    example.change_plan(lambda plan: None)
    example.change_rows(lambda table: None)
    return example
