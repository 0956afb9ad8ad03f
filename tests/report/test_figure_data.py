"""The numbers of a figure that a reader takes along are rows of the ledger."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import unquote

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report.figure_data import offer

from ..example import Example


def test_the_file_holds_the_ledgers_numbers(example: Example):
    plan = read_plan(example.plan)
    evaluation = evaluate(plan, load_panel(plan), "2020")
    link = offer(evaluation, "fig-means", "en").data
    (address,) = re.findall(r"\]\(data:text/csv;charset=utf-8,([^)\s]+)\)", link)
    table = list(csv.DictReader(io.StringIO(unquote(address).removeprefix("\ufeff"))))
    rows = [r for r in evaluation.ledger if r.estimand in {"pilots", "controls", "pilots_without_reform"}]
    assert len(table) == len(rows) > 10
    for record, row in zip(table, rows, strict=True):
        spec = ";".join(f"{name}={record[name]}" for name in row.spec)
        assert f"budget/{record['outcome']}/{record['estimator']}/{record['estimand']}/{spec}" == row.id
        assert row.estimate is None or float(record["estimate"]) == row.estimate
    assert "p" not in table[0]
