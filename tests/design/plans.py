"""A small plan with every kind of key, and a data set that it fits."""

from __future__ import annotations

from pathlib import Path

from pilotbook.design.planfile import PlanFile, read_plan
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.panel import Panel

PLAN = """\
title: A plan that uses every key
reform: tiered-pricing
date: 2024-01-31
authors: [The authors]
question: By how much did the share change in the pilots?
dataset: counties.csv
panel:
  period_kind: quarter
  start: start
outcomes:
  - id: share
    title: Share
    unit: pp
    numerator: visits
    denominator: all_visits
    per: 100
    direction: higher
    minimum_important_effect: 2
    minimum_important_effect_source: The client
  - id: cost
    title: Cost per visit
    unit: CNY
    family: secondary
    column: cost
    deflate: true
    direction: lower
    minimum_important_effect: 3
weights:
  column: all_visits
  period: 2021Q4
analyses:
  - estimator: imputation
    average: [1, 3]
    headline: true
  - estimator: callaway_santanna
    cohorts: [2022Q1]
    average: [1, 3]
  - estimator: two_by_two
    cohorts: [2022Q1]
    pre: 2021Q4
    post: 2022Q2
window: {first: 2020Q2, last: 2023Q4}
exclusions:
  - units: [c11]
    because: Its registers changed
anticipation: 1
transition: 1
covid:
  policy: drop
  first: 2020Q3
  last: 2020Q3
  because: Wards were closed
deflator: {column: prices, base: 2020Q2}
covariates:
  - {column: population, title: Population}
co_interventions:
  - {id: vbp, title: Volume-based procurement, column: vbp}
looks:
  planned: [2022Q4, 2023Q2, 2023Q4]
seed: 7
checklist:
  selection: {answer: "yes", because: The counties volunteered}
"""


def write_plan(folder: Path, *edits: tuple[str, str]) -> Path:
    """Write the plan, some text of it exchanged, beside its data."""
    text = PLAN
    for old, new in edits:
        assert text.count(old) == 1, f"{text.count(old)} times in the plan: {old}"
        text = text.replace(old, new)
    (folder / "counties.csv").write_text(counties(), encoding="utf-8")
    path = folder / "tiered-pricing.yml"
    path.write_text(text, encoding="utf-8")
    return path


def counties() -> str:
    """Twelve counties over sixteen quarters; four pilots of two cohorts."""
    lines = ["county,period,start,visits,all_visits,cost,prices,population,vbp"]
    for c in range(12):
        start = {0: "2022Q1", 1: "2022Q1", 2: "2022Q3", 3: "2022Q3"}.get(c, "")
        for t in range(16):
            period = f"{2020 + t // 4}Q{t % 4 + 1}"
            noise = (c * 7 + t * 5 + c * t) % 11
            values = (
                400 + 9 * noise + c,
                1000 + 3 * c,
                100 + noise,
                100 + t,
                5000 + 40 * c,
                int(c in (5, 6) and t >= 9),
            )
            lines.append(",".join(map(str, (f"c{c:02d}", period, start, *values))))
    return "\n".join(lines) + "\n"


def plan_and_panel(folder: Path, *edits: tuple[str, str]) -> tuple[PlanFile, Panel]:
    """Write the plan and its data, and read both."""
    plan_file = read_plan(write_plan(folder, *edits))
    return plan_file, load_panel(plan_file)
