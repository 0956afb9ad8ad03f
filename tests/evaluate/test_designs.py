"""Agreement of difference-in-differences and the controlled series, from rows and end to end."""

from __future__ import annotations

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.designs import CONTRADICT, agreement_rows
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Row

from .national import PLAN, counties, write


def row(estimator, estimand, estimate, se=1.0, **spec):
    weights = {"weights": "equal", **spec}
    facts = {"plan": "p", "outcome": "y", "role": "headline", "unit": "u", "level": 0.95}
    return Row(estimator=estimator, estimand=estimand, spec=weights, estimate=estimate, se=se, df=20.0, **facts)


def series(estimate, step="reform", **kwargs):
    return row("controlled_its", "average", estimate, step=step, **kwargs)


def test_difference_and_its_interval():
    (found,) = agreement_rows([row("imputation", "att", 3.0), series(1.0)])
    assert found.estimate == pytest.approx(2.0)
    assert found.ci_low < 0 < found.ci_high
    assert found.flags == ()


def test_opposite_signs_are_flagged():
    (found,) = agreement_rows([row("imputation", "att", 3.0), series(-1.0)])
    assert found.flags == (CONTRADICT,)


def test_without_a_standard_error_no_interval_but_the_sign():
    (found,) = agreement_rows([row("imputation", "att", 3.0, se=None), series(-1.0)])
    assert (found.ci_low, found.ci_high) == (None, None)
    assert found.flags == (CONTRADICT,)
    assert found.reason is not None


def test_all_steps_together_are_compared():
    rows = [row("imputation", "att", 3.0), series(1.0, "price"), series(2.0, "all")]
    assert [found.spec["step"] for found in agreement_rows(rows)] == ["all"]


def test_nothing_to_compare():
    assert list(agreement_rows([series(1.0)])) == []


def test_end_to_end(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan = {**PLAN, "analyses": [{"estimator": "controlled_its", "headline": True}, {"estimator": "imputation"}]}
    plan_file = read_plan(write(tmp_path, plan, counties(5)))
    ledger = evaluate(plan_file, load_panel(plan_file), "2021Q4").ledger
    (found,) = ledger.select(estimator="agreement")
    assert abs(found.estimate) < 1.0
    assert CONTRADICT not in found.flags


def test_the_controlled_series_is_a_second_design_for_the_verdict(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    analyses = [{"estimator": "imputation", "headline": True}, {"estimator": "controlled_its"}]
    plan_file = read_plan(write(tmp_path, {**PLAN, "analyses": analyses}, counties(5)))
    ledger = evaluate(plan_file, load_panel(plan_file), "2021Q4").ledger
    (found,) = ledger.select(estimator="agreement")
    least = plan_file.plan.outcomes[0].minimum_important_effect
    measures = {m["measure"]: m for m in ledger.verdicts[0]["measures"]}
    assert measures["design_difference"]["value"] >= abs(found.estimate) / least
