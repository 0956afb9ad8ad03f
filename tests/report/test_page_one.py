"""Page one of every report has the core indicators of the first source document that the report is about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from pilotbook.design.planfile import plan_paths, read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import FREQUENCY
from pilotbook.panel.quality import Quality
from pilotbook.panel.source import Source
from pilotbook.project import PLANS
from pilotbook.report import glance
from pilotbook.report.numbers import Numbers

CATALOGUE = read_catalogue()
CORE = {*CATALOGUE.core_quarterly, *CATALOGUE.pilot_monitoring}
PERIOD = {"year": "2019", "quarter": "2024Q4", "month": "2023-12"}


def test_the_first_source_names_four_and_four():
    assert CATALOGUE.core_quarterly == (
        "phc_visit_share",
        "patient_satisfaction",
        "doctor_income_growth",
        "fund_use_efficiency",
    )
    assert CATALOGUE.pilot_monitoring == (
        "phc_visit_share",
        "oop_per_capita",
        "doctor_monthly_income",
        "fund_surplus_rate",
    )


NOTHING_MISSING = cast(Quality, SimpleNamespace(completeness=()))


@pytest.mark.parametrize("path", plan_paths(PLANS), ids=lambda path: path.stem)
def test_the_table_of_page_one_has_them(path, tmp_path, monkeypatch):
    """Read from the table itself; which outcomes it has does not depend on the data, so there are none."""
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path))
    plan_file = read_plan(path)
    plan = plan_file.plan
    period = PERIOD[plan.panel.period_kind]
    nobody = Panel(
        units=(),
        periods=(pd.Period(period, freq=FREQUENCY[plan.panel.period_kind]),),
        assignment=np.empty(0, dtype=str),
        start=(),
        columns={column: np.empty((0, 1)) for column in plan.layout().values},
        source=Source("nothing", ""),
        texts={column: np.empty(0, dtype=str) for column in plan.layout().texts},
    )
    evaluation = evaluate(plan_file, nobody, period)
    shown = glance.outcomes_shown(evaluation, NOTHING_MISSING)
    table = glance.table(evaluation, shown, Numbers(evaluation.ledger, "en")).data
    about = [outcome for outcome in plan.outcomes if CORE & {outcome.id, *outcome.columns}]
    assert [outcome.id for outcome in about if f"| {outcome.title.en} (" not in table] == []
    reform = CATALOGUE.reforms.get(plan.reform)
    moved = {affected.id for affected in reform.affected_indicators} & CORE if reform is not None else set()
    assert moved <= {outcome.id for outcome in plan.outcomes}


def test_they_stay_where_a_plan_has_more_outcomes_than_fit():
    plan = read_plan(PLANS / "three-county-linked-pilot.yml").plan
    other = next(outcome for outcome in plan.outcomes if outcome.id not in CORE)
    before = tuple(other.model_copy(update={"id": f"other_{n}", "column": f"other_{n}"}) for n in range(20))
    crowded = plan.model_copy(update={"outcomes": (*before, *plan.outcomes)})
    evaluation = cast(Evaluation, SimpleNamespace(plan=crowded))
    shown = [outcome.id for outcome in glance.outcomes_shown(evaluation, NOTHING_MISSING)]
    assert len(shown) == glance.MOST
    assert set(shown) >= CORE & {outcome.id for outcome in plan.outcomes}
    assert shown[0] == "other_0"
