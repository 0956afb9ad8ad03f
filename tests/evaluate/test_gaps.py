"""Gaps are kept or dropped as the plan says, counted in the contract, and the other rule stands beside the headline."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.sensitivity.examination import COMPLETE
from pilotbook.report.comparability import flow_table
from pilotbook.report.numbers import Numbers

from .counties import EFFECT, PLAN, QUARTERS, counties, write

EXACT = 1e-9  # two ways of adding up some hundred numbers of size 50
NEAR = 1.0  # four standard errors of the planted effect with three of thirty pilots
CELLS = ((1, 3), (7, 0), (7, 12), (20, 19))
"""County and quarter of the gaps in ``visits``: one of three pilots, two of 27 controls."""


def frame():
    found = counties(3)
    code = found["county"].str[1:].astype(int)
    for county, quarter in CELLS:
        found.loc[(code == county) & (found["period"] == str(QUARTERS[quarter])), "visits"] = np.nan
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return evaluations by what the plan says of gaps."""
    done = {}

    def evaluated(**keys: object):
        name = str(sorted(keys.items()))
        if name not in done:
            folder = tmp_path_factory.mktemp("gaps")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PILOTBOOK_CACHE", str(folder / "cache"))
                plan_file = read_plan(write(folder, frame(), PLAN | keys))
                done[name] = evaluate(plan_file, load_panel(plan_file), "2022Q4")
        return done[name]

    return evaluated


def test_kept_gaps_are_counted_and_the_balanced_headline_stands_beside(run):
    found, balanced = run(), run(gaps="drop")
    counted = found.contract.flow.outcomes["visits"]
    assert (counted.kept.pilots, counted.kept.controls) == (3, 27)
    assert (counted.with_gaps.pilots, counted.with_gaps.controls, counted.missing, counted.lost) == (1, 2, 4, 0)
    lead, other = found.ledger.lead("visits"), found.ledger.one(estimand="complete_counties", outcome="visits")
    assert (lead.n_obs, lead.n_pilots) == (30 * 20 - 4, 3)
    assert lead.p is not None
    dropped = balanced.ledger.lead("visits")
    assert (other.n_pilots, other.n_controls) == (2, 25)
    assert other.estimate == pytest.approx(dropped.estimate, abs=EXACT)
    assert (other.p, other.ci_low) == pytest.approx((dropped.p, dropped.ci_low), abs=EXACT)
    assert lead.estimate == pytest.approx(EFFECT, abs=NEAR)
    assert found.ledger.select(estimand="complete_counties", outcome="stays") == ()


def test_dropped_counties_are_counted_with_what_is_lost(run):
    found = run(gaps="drop")
    counted = found.contract.flow.outcomes["visits"]
    assert (counted.incomplete.pilots, counted.incomplete.controls, counted.kept.counties) == (1, 2, 27)
    assert (counted.missing, counted.lost) == (4, 3 * 20 - 4)
    other = found.ledger.one(estimand="all_counties", outcome="visits")
    assert other.estimate == pytest.approx(run().ledger.lead("visits").estimate, abs=EXACT)
    table = flow_table(found, Numbers(found.ledger)).data
    assert "visits: left out, because of gaps | −3 | −1 | −2" in table
    assert found.ledger.contract["flow"]["gaps"] == "drop"


def test_checks_that_need_complete_counties_say_on_which_they_rest(run):
    found = run()
    rows = found.ledger.select(estimator="sensitivity", outcome="visits")
    flagged = {row.estimand for row in rows if COMPLETE in row.flags}
    assert {"variance_ratio", "minimum_detectable_effect", "pre_trend", "placebo_in_space"} <= flagged
    assert {row.n_units for row in rows if COMPLETE in row.flags} == {27}
    without = [row for row in rows if row.estimand == "without_pilot"]
    assert (len(without), {row.flags for row in without}) == (3, {()})
    stays = found.ledger.select(estimator="sensitivity", outcome="stays")
    assert not any(COMPLETE in row.flags for row in stays)


def test_the_transition_is_no_gap(run):
    found = run(transition=2)
    counted = found.contract.flow.outcomes["stays"]
    assert (counted.kept.counties, counted.with_gaps.counties, counted.set_aside) == (30, 0, 3 * 2)


def test_an_outcome_that_nobody_has_is_not_estimable(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write(tmp_path, frame().assign(stays=np.nan), PLAN | {"gaps": "drop"}))
    found = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    lead = found.ledger.lead("stays")
    assert (lead.estimate, bool(lead.reason)) == (None, True)
    assert found.contract.flow.outcomes["stays"].kept.counties == 0


def test_a_yearly_outcome_in_a_quarterly_plan_is_refused_at_its_key(tmp_path):
    table = frame()
    table.loc[~table["period"].str.endswith("Q4"), "stays"] = np.nan
    path = write(tmp_path, table)
    with pytest.raises(PlanError, match="has values in the last quarter of each year only"):
        load_panel(read_plan(path))
