"""The decision, the watch list and the settlements, on cases worked out by hand."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from pilotbook.judge.rules.decision import ADJUSTING, EXPANDING, GUARDS, Decision, decide_reform
from pilotbook.judge.rules.evaluate import State
from pilotbook.judge.rules.facts import Facts
from pilotbook.judge.rules.findings import RuleFinding
from pilotbook.judge.rules.settlement import account, settlements
from pilotbook.judge.rules.watch import Suppressed, watch_list
from pilotbook.judge.verdict import Kind

FIRED, QUIET, OPEN = State.FIRED, State.NOT_FIRED, State.NOT_EVALUABLE


def findings(states: dict[str, State]) -> list[RuleFinding]:
    made = [SimpleNamespace(rule=SimpleNamespace(id=rule), state=state) for rule, state in states.items()]
    return cast(list[RuleFinding], made)


def decide(states: dict[str, State], verdict: Kind = Kind.IMPROVED, **concerned: bool) -> Decision:
    known = {EXPANDING: QUIET, **dict.fromkeys(GUARDS, QUIET), **states}
    in_pilots = {rule.replace("_", "-"): yes for rule, yes in concerned.items()}
    return decide_reform(findings(known), {"share": verdict}, in_pilots).decision


def test_the_decision_follows_the_order_of_the_list() -> None:
    assert decide({}) is Decision.HOLD
    assert decide({EXPANDING: FIRED}) is Decision.EXPAND
    assert decide({EXPANDING: FIRED, "price-burden-neutral": OPEN}) is Decision.NOT_DECIDABLE
    assert decide({EXPANDING: OPEN}) is Decision.NOT_DECIDABLE
    assert decide({EXPANDING: FIRED, "price-burden-neutral": FIRED}) is Decision.ADJUST
    assert decide({EXPANDING: FIRED, "adverse-pause-price": FIRED, "price-burden-neutral": FIRED}) is Decision.PAUSE
    assert decide({EXPANDING: FIRED}, Kind.WORSENED_FRAGILE) is Decision.ADJUST


def test_an_alert_in_another_county_is_no_ground() -> None:
    assert decide({"fund-growth-3-months": FIRED}, fund_growth_3_months=True) is Decision.ADJUST
    assert decide({"fund-growth-3-months": FIRED}, fund_growth_3_months=False) is Decision.HOLD


def test_what_is_missing_never_leads_to_an_expansion() -> None:
    for states in itertools.product(State, repeat=3):
        known = dict(zip((EXPANDING, "adverse-pause-price", "no-severe-case-refusal"), states, strict=True))
        if decide(known) is Decision.EXPAND:
            assert known == {EXPANDING: FIRED, "adverse-pause-price": QUIET, "no-severe-case-refusal": QUIET}


def test_every_ground_is_named() -> None:
    decided = decide_reform(findings(dict.fromkeys((EXPANDING, *ADJUSTING), FIRED)), {"x": Kind.WORSENED}, {})
    assert [ground.id for ground in decided.grounds] == [*ADJUSTING, "x"]


def facilities(counties: list[str], value: list[float], size: list[float] | None, persons: bool) -> Any:
    units = tuple(f"f{i}" for i in range(len(counties)))
    return watch_list(
        rule="r",
        indicator="infusion_over5_share",
        threshold=np.full(len(units), 30.0),
        units=units,
        county=np.asarray(counties, dtype=object),
        value=np.asarray(value),
        denominator=None if size is None else np.asarray(size),
        counts_persons=persons,
        since={unit: "2023-05" for unit, v in zip(units, value, strict=True) if v > 30},
    )


def test_a_facility_that_few_could_be_is_not_named_and_a_value_of_few_persons_is_held_back() -> None:
    found = facilities(["A", "A", "A", "B", "B"], [45, 60, 12, 70, 10], [400, 9, 300, 500, 200], persons=True)
    assert [(e.unit, e.value, e.suppressed) for e in found.entries] == [
        ("f0", 45.0, None),
        ("", None, Suppressed.FEW_FACILITIES),  # county B has two facilities
        ("f1", None, Suppressed.FEW_PERSONS),  # nine admissions
    ]
    assert (found.n_fired, found.n_suppressed) == (3, 2)
    assert found.share.tolist() == [45, 12]  # neither stands in the picture


def test_a_share_of_persons_without_its_denominator_is_held_back_and_one_of_money_is_not() -> None:
    held = facilities(["A", "A", "A"], [45, 12, 10], None, persons=True)
    assert held.entries[0].suppressed is Suppressed.FEW_PERSONS
    shown = facilities(["A", "A", "A"], [45, 12, 10], None, persons=False)
    assert shown.entries[0].value == 45
    assert shown.funnel is None


def facts(**values: float) -> Facts:
    one = np.zeros(1, dtype=np.intp)
    columns = {name: np.asarray([[value]]) for name, value in values.items()}
    return Facts(("u",), (pd.Period("2023", freq="Y"),), columns.get, one, one, one + 1)


ALLIANCE = {"alliance_budget": 2_000_000.0, "alliance_spending": 1_900_000.0}


@pytest.mark.parametrize(
    ("id", "values", "amount"),
    [
        ("reusable-savings", {"phc_budget": 1_000_000, "phc_fund_spending": 900_000}, 30_000),
        ("reusable-savings", {"phc_budget": 1_000_000, "phc_fund_spending": 1_100_000}, 0),
        ("capitation-reward", {"chronic_patients": 1_000, "chronic_capitation_spending": 1_300_000}, 100_000),
        ("diabetes-reward", {"annual_cost_per_capita[diabetes]": 1_000}, 100),
        ("surplus", ALLIANCE, 100_000),
        ("overspending", ALLIANCE, 0),
        ("surplus-staff-60", ALLIANCE, 60_000),
        ("surplus-development-40", ALLIANCE, 40_000),
        ("group-tertiary-40", ALLIANCE, 40_000),
        ("group-primary-60", ALLIANCE, 60_000),
        ("alliance-tertiary-30", ALLIANCE, 30_000),
        ("alliance-secondary-40", ALLIANCE, 40_000),
        ("alliance-primary-30", ALLIANCE, 30_000),
        ("capacity-fund-due", {"capitation_income": 20_000_000}, 3_000_000),
        ("capacity-fund-gap", {"capitation_income": 20_000_000, "capacity_fund": 2_900_000}, -100_000),
        ("quota-due", {"quota": 4_000}, 2_800),
        ("quota-gap", {"quota": 4_000, "transferred_quota": 2_700}, -100),
        ("referral-fee-due", {"disease_cost": 4_200}, 420),
        ("risk-share-tertiary", {"risk_contribution_tertiary": 1.0}, 0),
        ("risk-share-secondary", {"risk_contribution_secondary": 0.5}, -0.3),
        ("risk-share-primary", {"risk_contribution_phc": 0.7}, 0.2),
    ],
)
def test_the_settlements_by_hand(id: str, values: dict[str, float], amount: float) -> None:
    found = account(id, facts(**values))
    assert found.amount == pytest.approx(amount, abs=1e-6)
    assert (found.n_units, found.n_missing) == (1, 0)


def test_a_settlement_without_its_amounts_is_missing_not_zero() -> None:
    found = account("surplus", facts(alliance_budget=2_000_000.0, alliance_spending=math.nan))
    assert (found.amount, found.n_units, found.n_missing) == (None, 0, 1)


def test_the_shares_of_every_split_add_up() -> None:
    parts = {"surplus-": 2, "group-": 2, "alliance-": 3}
    for prefix, count in parts.items():
        amounts = [account(id, facts(**ALLIANCE)).amount or 0 for id in settlements() if id.startswith(prefix)]
        assert len(amounts) == count
        assert sum(amounts) == pytest.approx(100_000, abs=1e-6)
