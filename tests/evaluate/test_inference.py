"""The rule table at work: who leads with one, a few and many pilots, and what the ledger then says."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel

from .counties import EFFECT, PLAN, counties, outcome, write


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def run(folder, frame, plan=PLAN) -> Evaluation:
    plan_file = read_plan(write(folder, frame, plan))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def test_one_pilot_never_shows_a_standard_error(tmp_path):
    found = run(tmp_path, counties(1))
    assert found.contract.leads == "placebo_rank"
    assert all(row.se is None for row in found.ledger)
    lead = found.ledger.lead("visits")
    assert lead.p == lead.p_smallest == pytest.approx(1 / 30)
    assert lead.p_method == "placebo rank, all assignments"
    assert lead.ci_low < EFFECT < lead.ci_high


def test_a_smallest_p_above_alpha_is_said(tmp_path):
    frame = counties(1, units=12)
    lead = run(tmp_path, frame).ledger.lead("visits")
    assert lead.p == pytest.approx(1 / 12)
    assert (lead.ci_low, lead.ci_high) == (None, None)
    assert "the smallest p value that this design can give is 0.083, above 0.05" in lead.reason


def test_a_few_pilots_are_led_by_randomisation_with_the_rest_beside_it(tmp_path):
    found = run(tmp_path, counties(3))
    assert found.contract.rule == "few-pilots"
    lead = found.ledger.lead("visits")
    assert lead.se is None
    assert lead.p_method == "randomisation, prescaled, all assignments"
    assert (lead.p, lead.n_draws) == (pytest.approx(1 / 4060), 4060)
    assert lead.ci_low < EFFECT < lead.ci_high
    beside = [row for row in found.ledger if row.id.startswith(f"{lead.id};")]
    assert {row.spec["test"] for row in beside if "test" in row.spec} == set(found.contract.beside)
    assert {row.spec["error"] for row in beside if "error" in row.spec} == {"jackknife", "conservative"}
    assert {row.role for row in beside} == {"comparison"}
    assert {row.estimate for row in beside} == {lead.estimate}
    for row in beside:
        assert (row.p is None) == (row.ci_low is None), row.id


def test_many_pilots_are_led_by_a_standard_error(tmp_path):
    found = run(tmp_path, counties(10))
    lead = found.ledger.lead("visits")
    assert found.contract.leads == "cr2_satterthwaite"
    assert lead.se > 0
    assert lead.p_smallest is None
    tests = [row for row in found.ledger if row.spec.get("test") in {"wild_bootstrap", "randomisation"}]
    assert all(row.p is not None for row in tests)


def test_every_test_is_of_the_same_estimate(tmp_path):
    """Missing cells too: the interval of each test holds the row's own estimate."""
    frame = counties(3)
    frame.loc[np.random.default_rng(1).random(len(frame)) < 0.03, "visits"] = np.nan
    found = run(tmp_path, frame)
    lead = found.ledger.lead("visits")
    assert lead.ci_low < lead.estimate < lead.ci_high
    assert lead.p_method.startswith("randomisation, prescaled")
    refused = found.ledger.one(outcome="visits", estimand="att", test="wild_bootstrap")
    assert "cells are missing" in refused.reason


def test_a_short_past_is_flagged(tmp_path):
    frame = counties(3)
    lead = run(tmp_path, frame[frame["period"] >= "2020Q1"]).ledger.lead("visits")
    assert lead.flags == ("unscaled_randomisation",)
    assert lead.p_method == "randomisation, coefficient, all assignments"


def test_families(tmp_path):
    plan = copy.deepcopy(PLAN)
    plan["outcomes"] += [outcome("visits2", "secondary"), outcome("visits3", "safety")]
    frame = counties(3)
    frame["visits2"], frame["visits3"] = frame["visits"] + 1, frame["visits"]
    ledger = run(tmp_path, frame, plan).ledger
    primary, other, secondary, safety = (ledger.lead(name) for name in ("visits", "stays", "visits2", "visits3"))
    assert primary.p_family_method == other.p_family_method == "Romano-Wolf"
    assert primary.p <= primary.p_family <= 2 * primary.p
    assert other.p <= other.p_family <= 1
    assert primary.p_holm == pytest.approx(2 * primary.p)
    assert secondary.p_family_method == "Benjamini-Hochberg"
    assert secondary.p_family == pytest.approx(secondary.p)
    assert safety.p_family is None
