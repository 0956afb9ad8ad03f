"""The table of docs/reforms.md: every reform is in it, and two small ones are evaluated anew and compared with it."""

from __future__ import annotations

import json

import pytest

from pilotbook.design.planfile import find_plan, read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import DATA, ROOT

PERIOD = "2024Q4"
# Three significant digits are printed.
PRINTED = 5e-3


@pytest.fixture(scope="module")
def lines() -> dict[tuple[str, str], list[str]]:
    """The cells of every line of the table, by reform and outcome."""
    text = (ROOT / "docs" / "reforms.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {(row[0], row[3]): row for row in cells if len(row) == 10}


def test_every_evaluated_reform_and_outcome_is_in_the_table(lines):
    evaluated = [reform.id for reform in read_catalogue().reforms.values() if reform.priority != "context"]
    for name in evaluated:
        plan = read_plan(find_plan(name)).plan
        assert all((name, outcome.id) in lines for outcome in plan.outcomes), name


@pytest.mark.parametrize("name", ["internet-family-doctor", "phc-full-cost-accounting"])
def test_a_reform_evaluated_anew_gives_what_the_table_prints(name, lines, tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(find_plan(name))
    evaluation = evaluate(plan_file, load_panel(plan_file), PERIOD)
    for outcome in plan_file.plan.outcomes:
        line, lead = lines[(name, outcome.id)], evaluation.ledger.lead(outcome.id)
        assert line[8] == evaluation.judgement(outcome.id).verdict
        if lead.estimate is None:
            assert line[5] == "–"
        else:
            assert float(line[5].replace("−", "-")) == pytest.approx(lead.estimate, rel=PRINTED)
            truth = json.loads((DATA / name / "truth.json").read_text(encoding="utf-8"))["outcomes"][outcome.id]["att"]
            assert lead.ci_low <= truth <= lead.ci_high
