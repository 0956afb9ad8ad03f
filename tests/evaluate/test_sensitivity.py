"""What the ledger says on how far a headline carries: planted faults are seen, and what cannot be told is said."""

from __future__ import annotations

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Ledger

from .counties import EFFECT, counties, write


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, frame) -> Ledger:
    plan_file = read_plan(write(folder, frame))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4").ledger


def test_three_pilots(tmp_path):
    ledger = run(tmp_path, counties(3))
    facts = {"outcome": "visits", "estimator": "sensitivity"}
    assert ledger.one(**facts, estimand="pre_trend").p_method == "randomisation, largest studentised coefficient"
    assert ledger.one(**facts, estimand="pre_trend").p > 0.05
    assert 0 < ledger.one(**facts, estimand="pre_trend_detectable").estimate < 2
    assert ledger.one(**facts, estimand="variance_ratio").p > 0.05
    assert 0 < ledger.one(**facts, estimand="minimum_detectable_effect").estimate < EFFECT
    assert ledger.one(**facts, estimand="placebo_in_time", earlier="4").p > 0.05
    without = ledger.select(**facts, estimand="without_pilot")
    assert [row.spec["left_out"] for row in without] == ["c00", "c01", "c02"]
    assert all(row.estimate == pytest.approx(EFFECT, abs=1) for row in without)
    refused = ledger.one(**facts, estimand="robust_to_violations")
    assert refused.estimate is None
    assert "fewer than ten assigned pilots" in refused.reason


def test_a_planted_trend_is_seen(tmp_path):
    frame = counties(3)
    quarter = frame.groupby("county").cumcount()
    frame["visits"] += 1.0 * quarter * (frame["start"] != "")
    ledger = run(tmp_path, frame)
    assert ledger.one(outcome="visits", estimand="pre_trend").p < 0.01
    assert ledger.one(outcome="visits", estimand="placebo_in_time", earlier="4").p < 0.01
    assert ledger.one(outcome="stays", estimand="pre_trend").p > 0.05


def test_ten_pilots_have_breakdown_values(tmp_path):
    ledger = run(tmp_path, counties(10))
    facts = {"outcome": "visits", "estimator": "sensitivity"}
    multiple = ledger.one(**facts, estimand="breakdown", restriction="relative_magnitudes").estimate
    assert multiple > 0.5
    for row in ledger.select(**facts, estimand="robust_to_violations", restriction="relative_magnitudes"):
        assert (row.ci_low > 0) == (float(row.spec["bound"]) < multiple)
    assert ledger.one(**facts, estimand="breakdown", restriction="smoothness").estimate > 0
    none = ledger.one(outcome="stays", estimand="breakdown", restriction="relative_magnitudes")
    assert none.estimate == 0


def test_one_pilot_cannot_be_left_out(tmp_path):
    ledger = run(tmp_path, counties(1))
    row = ledger.one(outcome="visits", estimand="without_pilot")
    assert (row.estimate, row.reason) == (None, "no other pilot is left")
