"""Every reading of an ambiguous rule is computed: where readings part, each says its own."""

from __future__ import annotations

from typing import Any

import pytest

from pilotbook.judge.rules.evaluate import State, evaluate
from pilotbook.judge.rules.rulefile import catalogued_rules

from .written_facts import written_facts

PROVINCE = {
    "infusion_over5_share": [14, 15, 16, 15, 14, 16, 15, 15],
    "infusion_over5_share.denominator": [800, 900, 700, 850, 900, 650, 900, 800],
}
CASES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("price-step-size", {"price_change_step": 300}, {"as-written", "above-20"}),
    ("price-step-size", {"price_change_step": 4}, {"as-written", "below-10"}),
    (
        "input-cost-trigger",
        {"input_cost_change[labour]": 3, "input_cost_change[drug_consumable]": -14},
        {"as-written"},
    ),
    ("fund-budget-limit", {"fund_budget_execution": 62, "window": "2023Q2"}, {"pro-rata"}),
    ("fund-growth-3-months", {"fund_spending": [100, 121, 147, 178], "fund_spending_growth": 12}, {"month-on-month"}),
    ("fund-growth-3-months", {"fund_spending_growth": [3, 19, 24]}, {"by-quarter"}),
    ("diabetes-capitation-reward", {"annual_cost_per_capita[diabetes]": 5_000}, {"wide-scope"}),
    (
        "positive-feedback-expand",
        {
            "phc_visit_share": [50, 50, 53],
            "patient_satisfaction": [70, 70, 74],
            "start": 2,
            "n_critical_alerts": 0,
            "effects": {
                "phc_visit_share": {"lower95": -1, "upper95": 2},
                "patient_satisfaction": {"lower95": -2, "upper95": 3},
            },
        },
        {"raw-increase"},
    ),
    (
        "adverse-pause-price",
        {
            "effects": {
                "price_forgone_care": {"lower95": -0.1, "upper95": 2, "lower90": 0.3, "upper90": 1.6},
                "severe_case_refusals": {"lower95": -1, "upper95": 1, "lower90": -0.6, "upper90": 0.6},
                "phc_visits_rate": {"lower95": -9, "upper95": 9, "lower90": -5, "upper90": 5},
            }
        },
        {"lower-bar"},
    ),
    (
        "vbp-quality-noninferior",
        {"effects": {"complication_rate": {"lower95": 0.2, "upper95": 1.1, "baseline": 20}}},
        {"significant-harm"},
    ),
    (
        "infusion-outlier",
        {"infusion_over5_share": 24, "infusion_over5_share.denominator": 900, "others": PROVINCE},
        {"funnel-only"},
    ),
]


def test_every_rule_with_readings_has_a_case() -> None:
    assert {rule for rule, *_ in CASES} == {rule.id for rule in catalogued_rules() if len(rule.readings) > 1}


@pytest.mark.parametrize(
    ("rule", "given", "expected"), CASES, ids=[f"{rule}-{i}" for i, (rule, *_) in enumerate(CASES)]
)
def test_the_readings_that_fire(rule: str, given: dict[str, Any], expected: set[str]) -> None:
    fired = set()
    for reading in catalogued_rules().rules[rule].readings:
        facts = written_facts(given, reading)
        if evaluate(reading.checked.tree, facts).state(0) is State.FIRED:
            fired.add(reading.id)
    assert fired == expected
