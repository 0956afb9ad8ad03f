"""Specifications, leave-one-out, placebo outcomes and subgroups in the ledger, against plans that ask for them."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.sensitivity.curve import specifications

from .counties import EFFECT, PLAN, START, counties, write

EXACT = 1e-9
"""Two ways to the same number."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


def code(county: str) -> str:
    """A code of three provinces and of two prefectures in each."""
    number = int(county[1:])
    return f"{31 + number % 3}{1 + (number // 3) % 2:02d}{number:02d}"


def frame(pilots: int = 4) -> pd.DataFrame:
    table = counties(pilots)
    return table.assign(county=table["county"].map(code))


@pytest.fixture
def run(tmp_path):
    count = iter(range(100))

    def evaluated(table: pd.DataFrame, **keys: object) -> Evaluation:
        folder = tmp_path / str(next(count))
        folder.mkdir()
        plan_file = read_plan(write(folder, table, copy.deepcopy(PLAN) | keys))
        return evaluate(plan_file, load_panel(plan_file), "2022Q4")

    return evaluated


def later(table: pd.DataFrame) -> pd.DataFrame:
    return table.replace({"start": {START: str(pd.Period(START) + 1)}})


def without(table: pd.DataFrame, left_out: pd.Series) -> pd.DataFrame:
    return table[~left_out]


def test_every_specification_is_what_a_plan_that_asks_for_it_finds(run):
    table = frame()
    found = run(table).ledger
    pilot = table["start"] != ""
    prefectures = table.loc[pilot, "county"].str[:4].unique()
    asked = {
        "start_later": run(later(table)),
        "anticipation_1": run(table, anticipation=1),
        "without_epidemic": run(table, covid={"policy": "drop", "first": "2020Q1", "last": "2020Q2", "because": "x"}),
        "controls_away": run(without(table, ~pilot & table["county"].str[:4].isin(prefectures))),
    }
    found_too = run(table, covid={"policy": "keep", "first": "2020Q1", "last": "2020Q2", "because": "x"}).ledger
    for name, other in asked.items():
        ledger = found_too if name == "without_epidemic" else found
        row = ledger.one(outcome="visits", estimand="specification", specification=name)
        assert row.estimate == pytest.approx(other.ledger.lead("visits").estimate, abs=EXACT), name
        assert row.ci_low < row.estimate < row.ci_high
    shift = found.one(outcome="visits", estimand="specification_shift", specification="anticipation_1")
    moved = asked["anticipation_1"].ledger.lead("visits").estimate - found.lead("visits").estimate
    assert shift.estimate == pytest.approx(moved, abs=EXACT)  # the smallest important effect is one


def test_leaving_out_is_estimating_without(run):
    table = frame()
    found = run(table).ledger
    province = table["county"].str[:2] == "32"
    pilot = table["start"] != ""
    asked = {
        ("without_pilot", code("c00")): run(without(table, table["county"] == code("c00"))),
        ("without_province", "32"): run(without(table, province)),
        ("without_control_province", "32"): run(without(table, province & ~pilot)),
    }
    for (estimand, name), other in asked.items():
        row = found.one(outcome="visits", estimand=estimand, left_out=name)
        assert row.estimate == pytest.approx(other.ledger.lead("visits").estimate, abs=EXACT), estimand


def test_leaving_out_copes_with_gaps(run):
    table = frame()
    table.loc[np.random.default_rng(2).random(len(table)) < 0.04, "visits"] = np.nan
    found = run(table).ledger
    row = found.one(outcome="visits", estimand="without_pilot", left_out=code("c01"))
    other = run(without(table, table["county"] == code("c01"))).ledger.lead("visits")
    assert row.estimate == pytest.approx(other.estimate, abs=EXACT)


def test_the_verdict_reads_the_share_of_the_curve(run):
    found = run(frame())
    lead = found.ledger.lead("stays")
    others = specifications(lead, found.ledger)
    share = np.mean([row.estimate * lead.estimate > 0 for row in others])
    row = found.ledger.one(outcome="stays", estimand="specifications_same_sign")
    assert row.estimate == pytest.approx(share)
    reasons = {reason.code: reason.value for reason in found.judgement("visits").reasons}
    assert "same_sign" not in reasons
    assert len({row.id for row in others}) == len(others) > 8


def test_what_is_not_open_says_why(run):
    ledger = run(frame().assign(county=counties(4)["county"])).ledger
    row = ledger.one(outcome="visits", estimand="specification", specification="controls_in_province")
    assert (row.estimate, row.reason) == (None, "it is not known where the counties lie")
    assert ledger.one(outcome="visits", estimand="without_control_province").estimate is None


def test_a_province_may_stand_in_a_column(run):
    table = frame()
    table["prov"] = table["county"].str[:2].map({"31": "A", "32": "B", "33": "C"})
    table["county"] = counties(4)["county"].to_numpy()
    ledger = run(table, panel=PLAN["panel"] | {"province": "prov"}).ledger
    rows = ledger.select(outcome="visits", estimand="without_province")
    assert [row.spec["left_out"] for row in rows] == ["A", "B", "C"]


def placebo(name: str) -> dict[str, object]:
    return {"id": f"{name}_placebo", "title": name, "unit": "visits", "column": name, "because": "it cannot"}


@pytest.mark.parametrize(("column", "seen"), [("stays", False), ("visits", True)])
def test_a_placebo_outcome_that_moves_makes_a_verdict_fragile(run, column, seen):
    found = run(frame(12), placebo_outcomes=[placebo(column)])
    row = found.ledger.one(estimand="placebo_outcome")
    assert row.outcome == f"{column}_placebo"
    assert (row.p_holm <= 0.05) == seen
    assert ("placebo" in {reason.code for reason in found.judgement("visits").reasons}) == seen
    assert f"{column}_placebo" not in found.ledger.headline


def test_subgroups_are_compared_by_their_difference(run):
    table = frame(12)
    strong = table["county"].str[4:].astype(int) % 2 == 1
    table["side"] = np.where(strong, "strong", "weak")
    table.loc[strong & (table["start"] != "") & (table["period"] >= START), "visits"] += EFFECT
    section = {"id": "side", "title": "Side", "column": "side", "reference": "weak"}
    ledger = run(table, subgroups=[section, {"id": "base", "title": "Baseline", "by": "baseline"}]).ledger
    facts = {"outcome": "visits", "subgroup": "side"}
    weak, own = (ledger.one(**facts, estimand="subgroup_effect", group=name) for name in ("weak", "strong"))
    row = ledger.one(**facts, estimand="subgroup_difference")
    assert (row.spec["group"], row.spec["reference"]) == ("strong", "weak")
    assert row.estimate == pytest.approx(own.estimate - weak.estimate, abs=EXACT)
    assert row.ci_low < EFFECT < row.ci_high
    assert row.p <= row.p_family < 0.01
    thirds = ledger.select(outcome="visits", estimand="subgroup_effect", subgroup="base")
    for third in thirds:
        assert (third.ci_low is None) == (third.n_pilot_clusters < 3)


def test_two_pilots_a_group_are_described_only(run):
    table = frame(4)
    table["side"] = np.where(table["county"].str[4:].astype(int) % 2 == 1, "b", "a")
    ledger = run(table, subgroups=[{"id": "side", "title": "Side", "column": "side"}]).ledger
    rows = ledger.select(outcome="visits", estimand="subgroup_effect")
    assert [row.n_pilot_clusters for row in rows] == [2, 2]
    assert all(row.p is None and row.ci_low is None and row.estimate is not None for row in rows)
    assert ledger.select(estimand="subgroup_difference") == ()


def test_one_pilot_has_synthetic_gaps_beside_its_rank(run):
    ledger = run(frame(1)).ledger
    gaps = ledger.select(outcome="visits", estimand="synthetic_gap")
    assert [row.spec["method"] for row in gaps] == ["synthetic_control", "synthetic_did"]
    assert all(row.se is None and row.ci_low is None and row.p == pytest.approx(1 / 30) for row in gaps)
    assert all(row.estimate == pytest.approx(EFFECT, abs=2) for row in gaps)


@pytest.mark.parametrize(
    ("pilots", "units", "method"),
    [
        (3, 30, "randomisation"),
        (15, 30, "joint Wald test"),
        (10, 80, "randomisation"),
    ],  # of 10 among 80 mostly 9 degrees
)
def test_the_test_of_trends_follows_its_degrees_of_freedom(run, pilots, units, method):
    row = run(counties(pilots, units)).ledger.one(outcome="visits", estimand="pre_trend")
    assert row.p_method.startswith(method)
    assert row.p > 0.01
