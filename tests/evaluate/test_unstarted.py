"""What becomes of a report whose dates or controls are taken away: an honest lesser one, never an effect."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.gone import NOT_BEGUN
from pilotbook.evaluate.inputs import load_panel
from pilotbook.judge.verdict import Kind

from .counties import PLAN, counties, write

# Thirty county means of four independent quarters with errors of one visit spread by a half; of thirty such the
# standard deviation is known to about an eighth of itself.
SPREAD, SPREAD_NOISE = 0.5, 0.2
TREND_OF_A_YEAR, NOISE = 0.4, 0.4


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, frame) -> Evaluation:
    plan_file = read_plan(write(folder, frame, PLAN))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def test_without_dates_there_is_no_effect_but_a_standing_and_its_power(tmp_path):
    evaluated = run(tmp_path, counties(3).assign(start=""))
    assert {evaluated.judgement(o.id).verdict for o in evaluated.plan.outcomes} == {Kind.NOT_ESTIMABLE}
    lead = evaluated.ledger.lead("stays")
    assert (lead.estimate, lead.p, lead.reason) == (None, None, NOT_BEGUN)
    rows = {row.estimand: row for row in evaluated.ledger.select(outcome="stays", estimator="baseline")}
    assert rows["level"].estimate == pytest.approx(20, abs=NOISE)
    assert rows["spread"].estimate == pytest.approx(SPREAD, abs=SPREAD_NOISE)
    power = evaluated.ledger.select(outcome="stays", estimator="power")
    found = {int(row.spec["pretended_pilots"]): row.estimate for row in power}
    assert set(found) == {3, 10, 20}
    assert found[10] < found[3]
    # two means of four and sixteen quarters, in ten pilots and twenty controls, with errors of one
    error = np.sqrt((1 / 4 + 1 / 16) * (1 / 10 + 1 / 20))
    assert found[10] == pytest.approx(2.9 * error, rel=0.35)


def test_the_movement_of_a_year_is_shown_for_what_it_is(tmp_path):
    frame = counties(0)
    (change,) = run(tmp_path, frame).ledger.select(outcome="visits", estimator="baseline", estimand="change")
    assert change.estimate == pytest.approx(TREND_OF_A_YEAR, abs=NOISE)
    assert change.role == "description"


def test_without_controls_nothing_is_estimated(tmp_path):
    evaluated = run(tmp_path, counties(30))
    assert evaluated.judgement("visits").verdict is Kind.NOT_ESTIMABLE
    assert evaluated.ledger.lead("visits").estimate is None
    assert evaluated.ledger.select(estimator="baseline") == ()


def test_without_values_nothing_is_estimated(tmp_path):
    evaluated = run(tmp_path, counties(3).assign(visits=np.nan))
    assert evaluated.judgement("visits").verdict is Kind.NOT_ESTIMABLE
    assert evaluated.judgement("stays").verdict is not Kind.NOT_ESTIMABLE
