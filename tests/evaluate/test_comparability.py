"""Flow, balance and other reforms: what the ledger says, and how the report prints it."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report.comparability import balance_table, flow_table, love_plot_alt, other_reforms
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import parts

from .counties import PLAN, QUARTERS, START, counties, write


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparability")
    frame = counties(12, 42)
    code = frame["county"].str[1:].astype(int)
    frame["beds"] = np.where(code < 12, 2.0 + code % 3, 1.0 + code % 5)
    frame["drg"] = ((code % 10 == 5) & (frame["period"] >= "2021Q1")).astype(float)
    frame.loc[code == 40, "start"] = str(QUARTERS[0])
    frame.loc[code == 39, "stays"] = np.nan
    plan = copy.deepcopy(PLAN) | {
        "exclusions": [{"units": ["c41"], "because": "no hospital"}],
        "covariates": [{"column": "beds", "title": "Beds"}],
        "co_interventions": [{"id": "drg", "title": "DRG payment", "column": "drg"}],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_CACHE", str(folder / "cache"))
        plan_file = read_plan(write(folder, frame, plan))
        yield evaluate(plan_file, load_panel(plan_file), "2022Q4")


def test_every_county_is_counted_once(found):
    counted = found.contract.flow
    visits, stays = counted.outcomes["visits"], counted.outcomes["stays"]
    assert (counted.in_data, [group.counties for group in counted.excluded]) == (42, [1])
    assert (visits.always.counties, visits.without_weight.counties, visits.kept.counties) == (1, 0, 40)
    assert (stays.without_value.counties, stays.kept.counties) == (1, 39)
    assert found.ledger.contract["flow"]["outcomes"]["stays"]["kept"] == {"pilots": 12, "controls": 27}
    table = flow_table(found, Numbers(found.ledger)).data
    assert "left out: no hospital" in table
    assert "without a weight" not in table
    assert "stays: left out, without any value | −1 | 0 | −1" in table


def test_balance_by_hand(found):
    pilots = np.array([2.0 + code % 3 for code in range(12)])
    controls = np.array([1.0 + code % 5 for code in range(12, 40)])
    rows = {row.estimand: row for row in found.ledger.select(estimator="balance", outcome="beds")}
    assert rows["pilots"].estimate == pytest.approx(pilots.mean())
    assert rows["controls"].estimate == pytest.approx(controls.mean())
    spread = np.sqrt((pilots.var() + controls.var()) / 2)
    assert rows["difference"].estimate == pytest.approx((pilots.mean() - controls.mean()) / spread)
    assert rows["variance_ratio"].estimate == pytest.approx(pilots.var(ddof=1) / controls.var(ddof=1))
    assert rows["difference"].p is not None


def test_every_outcome_has_level_and_change_before_the_start(found):
    kinds = {(row.outcome, row.spec["characteristic"]) for row in found.ledger.select(estimator="balance")}
    assert kinds == {("beds", "covariate")} | {(o, k) for o in ("visits", "stays") for k in ("level", "trend")}
    level = found.ledger.one(estimator="balance", estimand="pilots", outcome="visits", characteristic="level")
    quarters = QUARTERS.get_loc(START)
    assert level.estimate == pytest.approx(50 + 0.1 * (quarters - 1) / 2, abs=0.3)


def test_the_report_prints_them(found):
    numbers = Numbers(found.ledger)
    table = balance_table(found, numbers).data
    assert "visits, change per period" in table
    assert "Beds" in table
    assert "Beds: 0." in love_plot_alt(found, numbers)
    assert {"balance", "other-reforms"} <= parts(found)


def test_other_reforms(found):
    reached = found.ledger.one(estimator="other_reform", estimand="control_counties")
    assert reached.estimate == pytest.approx(sum(code % 10 == 5 for code in range(12, 40)) / 28)
    assert "DRG payment" in other_reforms(found, Numbers(found.ledger)).data
