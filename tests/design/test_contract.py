"""The contract: who is counted as what, and exactly one rule for every design."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pilotbook.design.contract import draw_contract, inference_rules, permitted_inference
from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.inputs import load_panel

COUNTS = st.integers(1, 3000)
SHARES = st.floats(0, 1, exclude_min=True)


@given(COUNTS, COUNTS, SHARES)
@example(10, 20, 0.10)
@example(10, 19, 0.01)
@example(10, 20, 1.0)
def test_every_design_falls_under_one_first_rule(pilots, controls, share):
    fitting = [rule for rule in inference_rules() if rule.fits(pilots, controls, share)]
    assert fitting
    assert permitted_inference(pilots, controls, share) is fitting[0]


@pytest.mark.parametrize(
    ("pilots", "controls", "share", "leads"),
    [  # the table of decisions, at its edges
        (1, 1, 1.0, "placebo_rank"),
        (1, 3000, 0.01, "placebo_rank"),
        (2, 3000, 0.01, "randomisation"),
        (9, 1, 0.5, "randomisation"),
        (10, 20, 0.10, "cr2_satterthwaite"),
        (10, 19, 0.10, "cr2_satterthwaite"),
        (10, 20, 0.1001, "cr2_satterthwaite"),
        (0, 20, 0.1, "none"),
        (10, 0, 0.1, "none"),
    ],
)
def test_the_rules_at_their_edges(pilots, controls, share, leads):
    assert permitted_inference(pilots, controls, share).leads == leads


def test_where_few_controls_or_one_unit_count_most_only_analyses_beside_the_headline_show_the_plain_error():
    for design in ((10, 19, 0.10), (10, 20, 0.1001)):
        rule = permitted_inference(*design)
        assert (rule.leading(headline=True), rule.leading(headline=False)) == ("cr2_satterthwaite", "cluster_robust")
    rule = permitted_inference(10, 20, 0.10)
    assert rule.leading(headline=True) == rule.leading(headline=False) == "cr2_satterthwaite"


def starts(**years: str):
    """Give counties, by the end of their code, another start."""

    def change(table: list[list[str]]) -> None:
        for cells in table[1:]:
            cells[2] = years.get(f"c{cells[0][-1]}", "")

    return change


def contract(example):
    plan_file = read_plan(example.plan)
    return draw_contract(plan_file.plan, load_panel(plan_file))


def test_counts(example):
    example.change_rows(starts(c1="2015", c2="2016", c3="2018", c4="2018", c5="2030"))
    found = contract(example)
    assert (found.periods, found.first_period, found.last_period) == (6, "2015", "2020")
    assert [(c.start, c.counties, c.periods_before, c.periods_after) for c in found.cohorts] == [
        ("2016", 1, 1, 5),
        ("2018", 2, 3, 3),
    ]
    assert (found.pilots, found.controls, found.later, found.always) == (3, 2, 1, 1)
    assert (found.assigned_pilots, found.assigned_controls) == (3, 2)
    assert found.staggered
    # weights 4, 5, 6, 7 (thousands) of those that can teach something, and 3: the largest is 7 of 25
    assert found.largest_weight == pytest.approx(7 / (3 + 4 + 5 + 6 + 7))
    assert found.rule == "few-pilots"


def test_assigned_units_are_counted_where_the_reform_was_assigned(example):
    def cities(table: list[list[str]]) -> None:
        table[0].append("city")
        for cells in table[1:]:
            cells.append("A" if cells[0] <= "330102" else "B")

    example.change_rows(cities)
    example.change_plan(lambda plan: plan["panel"].update(assignment_unit="city"))
    found = contract(example)
    assert (found.pilots, found.controls) == (2, 4)
    assert (found.assigned_pilots, found.assigned_controls) == (1, 1)
    assert found.leads == "placebo_rank"


def test_up_to_an_earlier_period_later_starts_are_controls(example):
    example.change_rows(starts(c1="2017", c2="2020"))
    plan_file = read_plan(example.plan)
    panel = load_panel(plan_file)
    found = draw_contract(plan_file.plan, panel.until(panel.period("2018")))
    assert (found.pilots, found.controls, found.later) == (1, 5, 1)
