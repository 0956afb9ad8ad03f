"""Three-valued logic, windows and functions, each against values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotbook.judge.rules import operations
from pilotbook.judge.rules.check import check
from pilotbook.judge.rules.evaluate import State, evaluate
from pilotbook.judge.rules.facts import Facts
from pilotbook.judge.rules.findings import spells
from pilotbook.judge.rules.funnel import draw_funnel
from pilotbook.judge.rules.truth import FALSE, TRUE, UNKNOWN, all_of, any_of, contrary
from pilotbook.judge.rules.vocabulary import Vocabulary
from pilotbook.judge.rules.windows import Window, read_window
from pilotbook.panel.catalogue import read_catalogue

VOCABULARY = Vocabulary.of(read_catalogue())
EXACT = 1e-12
"""Rounding of a few sums of float64."""


def facts(last: str = "2023-12", **series: Any) -> Facts:
    columns = {name.replace("__", "."): np.atleast_2d(np.asarray(v, dtype=np.float64)) for name, v in series.items()}
    n, t = next(iter(columns.values())).shape
    freq = "M" if "-" in last else "Q" if "Q" in last else "Y"
    end = pd.Period(last, freq=freq)
    zeros = np.zeros(n, dtype=np.intp)
    return Facts(
        units=tuple(f"u{i}" for i in range(n)),
        windows=tuple(pd.period_range(end - (t - 1), end)),
        series=columns.get,
        province=zeros,
        peers=zeros,
        start=zeros + t,
        constants=read_catalogue().constants,
    )


def state(expression: str, known: Facts, level: str = "facility") -> State:
    return evaluate(check(expression, level, VOCABULARY, ()).tree, known).state(0)


def test_the_truth_tables_are_those_of_kleene() -> None:
    values = np.asarray([[FALSE, UNKNOWN, TRUE]])
    assert all_of([values.T, values]).tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 2]]
    assert any_of([values.T, values]).tolist() == [[0, 1, 2], [1, 1, 2], [2, 2, 2]]
    assert contrary(values).tolist() == [[2, 1, 0]]


@pytest.mark.parametrize(
    ("drug", "exam", "joined", "either"),
    [
        (60, 40, State.FIRED, State.FIRED),
        (60, 20, State.NOT_FIRED, State.FIRED),
        (60, math.nan, State.NOT_EVALUABLE, State.FIRED),  # true whatever the missing share is
        (40, math.nan, State.NOT_EVALUABLE, State.NOT_EVALUABLE),  # false for sure, but never "not fired"
        (math.nan, math.nan, State.NOT_EVALUABLE, State.NOT_EVALUABLE),
    ],
)
def test_what_is_missing_is_never_not_fired(drug: float, exam: float, joined: State, either: State) -> None:
    known = facts(drug_share=[drug], exam_share=[exam])
    assert state("drug_share > 50 and exam_share > 30", known) is joined
    assert state("drug_share > 50 or exam_share > 30", known) is either


def test_rounding_does_not_cross_a_limit() -> None:
    assert state("drug_share - 0.1 - 0.2 > 50", facts(drug_share=[50.3])) is State.NOT_FIRED
    assert state("drug_share / 3 * 3 >= 50", facts(drug_share=[50])) is State.FIRED


def test_three_months_running_need_three_months() -> None:
    rule = 'consecutive(fund_spending_growth > 20, 3, "month")'
    assert state(rule, facts(fund_spending_growth=[25, 25, 25]), "county") is State.FIRED
    assert state(rule, facts(fund_spending_growth=[25, 25]), "county") is State.NOT_EVALUABLE
    assert state(rule, facts(fund_spending_growth=[25, 20, 25]), "county") is State.NOT_FIRED
    quarters = facts("2023Q4", fund_spending_growth=[25, 25, 25])
    assert state(rule, quarters, "county") is State.NOT_EVALUABLE


def test_a_period_is_due_at_its_end() -> None:
    rule = 'vbp_share < 90 and period >= "2025Q4"'
    share = {"vbp_share": [80.0]}
    assert state(rule, facts("2025-11", **share), "county") is State.NOT_FIRED
    assert state(rule, facts("2025-12", **share), "county") is State.FIRED
    assert state(rule, facts("2025", **share), "county") is State.FIRED


def test_several_values_are_compared_one_by_one() -> None:
    rule = "(surplus_share_tertiary, surplus_share_phc) != (40, 60)"
    assert state(rule, facts(surplus_share_tertiary=[40], surplus_share_phc=[60]), "alliance") is State.NOT_FIRED
    assert state(rule, facts(surplus_share_tertiary=[41], surplus_share_phc=[math.nan]), "alliance") is State.FIRED


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("month (latest closed)", "month"),
        ("3 months", "month"),
        ("quarter, annualised", "quarter"),
        ("year 2025", "year"),
        ("each adjustment", None),
        ("rolling 4 quarters", None),
        ("cumulative year to date", None),
        ("event", None),
    ],
)
def test_words_of_windows(words: str, kind: str | None) -> None:
    assert read_window(words) == Window(kind, "annualised" in words)
    assert read_window("now and then") is None


def test_growth_and_means_by_hand() -> None:
    values = np.asarray([[100.0, 110.0, 0.0, 99.0]])
    np.testing.assert_allclose(operations.growth(values, 1), [[np.nan, 10, -100, np.nan]], rtol=EXACT)
    before = operations.mean_before(np.asarray([[10.0, np.nan, 20, 99], [1, 2, 3, 4]]), np.asarray([3, 4]))
    np.testing.assert_allclose(before, [[np.nan, np.nan, np.nan, 15], [np.nan] * 4])
    group = operations.group_mean(np.asarray([[1.0], [3], [np.nan], [8]]), np.asarray([0, 0, 1, 1]))
    np.testing.assert_allclose(group, [[2], [2], [8], [8]])


def test_a_stretch_is_told_by_its_first_and_last_window() -> None:
    fired = np.asarray([[True, True, False, True], [False, False, False, False]])
    found = [(s.unit, s.first, s.last, s.is_open) for s in spells(fired, ["a", "b"], ["1", "2", "3", "4"])]
    assert found == [("a", "1", "2", False), ("a", "4", "4", True)]


def test_the_funnel_by_hand() -> None:
    """Four hospitals of 100 with shares of 0.1, 0.1, 0.3, 0.3: z is ±2.5 each, so the overdispersion is 6.25."""
    funnel = draw_funnel(np.asarray([0.1, 0.1, 0.3, 0.3]), np.full(4, 100.0))
    assert funnel is not None
    assert funnel.target == pytest.approx(0.2, rel=EXACT)
    assert funnel.dispersion == pytest.approx(6.25, rel=1e-9)
    limit = funnel.limit(np.asarray([100.0]), 0.95)
    assert limit[0] == pytest.approx(0.2 + 1.959963984540054 * 0.04 * 2.5, rel=1e-9)
    assert draw_funnel(np.asarray([0.1, 0.2]), np.full(2, 100.0)) is None


def test_a_funnel_without_excess_spread_keeps_binomial_limits() -> None:
    rng = np.random.default_rng(3)
    size = rng.integers(200, 3_000, 400)
    funnel = draw_funnel(rng.binomial(size, 0.15) / size, size.astype(float))
    assert funnel is not None
    assert funnel.dispersion < 1.2
    beyond = np.mean(rng.binomial(size, 0.15) / size > funnel.limit(size.astype(float), 0.95))
    assert 0.005 < beyond < 0.05  # one in forty by chance
