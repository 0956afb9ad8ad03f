"""A plan that counts people, from its data to the release: no small count leaves, nor one that gives it away."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import PEOPLE
from pilotbook.evaluate.registered import register_plan
from pilotbook.release.disclosure.cells import tables_of_notebook, tables_of_page
from pilotbook.release.freeze import freeze
from pilotbook.report.engine import choose_engine
from pilotbook.report.pdf_text import read_pdf
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..example import PILOTS, Example, Row, write_example
from .conftest import COMMITTED, Shelf

BEFORE, FEW = ("2015", "2016", "2017"), (1, 2, 0, 0, 3, 1)
"""Years before the start, and the visits of the two pilots in them: seven together."""


def few_visits(table: list[Row]) -> None:
    few = iter(FEW)
    for row in table[1:]:
        if row[0] in PILOTS and row[1] in BEFORE:
            row[3] = str(next(few))


def counting(plan: dict[str, Any]) -> None:
    plan["outcomes"][0]["counts_people"] = True
    plan["disclosure"] = {"rounding": 5}


@pytest.fixture
def small(tmp_path: Path) -> Example:
    example = write_example(tmp_path / "example")
    example.change_plan(counting)
    example.change_rows(few_visits)
    return example


def counts(example: Example) -> dict[tuple[str, str], float | None]:
    plan = read_plan(example.plan)
    ledger = evaluate(plan, load_panel(plan), "2020").ledger
    return {(r.spec["group"], r.spec["when"]): r.estimate for r in ledger.select(estimator=PEOPLE)}


def visits(example: Example, pilots: bool, before: bool) -> int:
    """Sum the visits of an arm by hand."""
    table = [line.split(",") for line in example.data.read_text("utf-8").splitlines()[1:]]
    return sum(int(r[3]) for r in table if (r[0] in PILOTS) == pilots and (r[1] in BEFORE) == before)


def test_a_small_cell_hides_a_rectangle_and_totals_are_shown_rounded(small: Example):
    assert visits(small, pilots=True, before=True) == sum(FEW)
    found = counts(small)
    assert {cell for cell, count in found.items() if count is None} == {
        (group, when) for group in ("pilots", "controls") for when in ("before", "after")
    }
    exact = sum(visits(small, arm, time) for arm in (True, False) for time in (True, False))
    assert found["all", "all"] is not None
    assert abs(found["all", "all"] - exact) <= 2.5
    assert all(count % 5 == 0 for count in found.values() if count is not None)


def test_large_cells_are_all_shown(tmp_path: Path):
    example = write_example(tmp_path / "example")
    example.change_plan(lambda plan: plan["outcomes"][0].update(counts_people=True))
    found = counts(example)
    for group, pilots in (("pilots", True), ("controls", False)):
        assert found[group, "before"] == visits(example, pilots, before=True)
        assert found[group, "after"] == visits(example, pilots, before=False)


def test_a_small_total_hides_the_whole_table(small: Example):
    small.change_plan(lambda plan: (counting(plan), plan["disclosure"].update(smallest_count=1_000_000)))
    assert set(counts(small).values()) == {None}


def test_only_a_numerator_counts_people(example: Example):
    example.change_plan(
        lambda plan: plan["outcomes"].__setitem__(
            0,
            {"id": "visits", "title": "V", "unit": "u", "column": "visits", "counts_people": True}
            | {"direction": "lower", "minimum_important_effect": 5},
        )
    )
    with pytest.raises(PlanError, match="`counts_people` is about a numerator"):
        read_plan(example.plan)


def test_the_release_shows_dashes_and_nowhere_the_count(small: Example):
    shelf = Shelf(small)
    plan = read_plan(small.plan)
    register_plan(plan, None, datetime.date(2026, 2, 1))
    render(Request(plan, None, ("en",), ("html", "pdf"), choose_engine("embedded"), small.out))
    released = freeze(shelf.wish(), COMMITTED)
    for tables in (tables_of_page(released.page("en", "html")), tables_of_notebook(released.page("en", "ipynb"))):
        (table,) = [table for table in tables if "From the first start on" in table[0]]
        assert [row[2:4] for row in table[1:3]] == [["–", "–"], ["–", "–"]]
        assert "–" not in table[3][2:]
    assert "From the first start on" in " ".join(" ".join(read_pdf(released.page("en", "pdf")).pages).split())
    rows = json.loads((released.folder / "estimates.json").read_text("utf-8"))["estimates"]
    people = [row for row in rows if row["estimator"] == PEOPLE]
    assert len(people) == 9
    assert all(row["estimate"] is None or row["estimate"] >= 11 for row in people)
