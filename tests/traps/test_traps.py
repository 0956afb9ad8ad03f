"""Each of the fifteen traps of docs/methods/traps.md is planted, and its guard stands in the text of a report.

The words that a test looks for are those of the page, taken from its HTML.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel

from ..evaluate.counties import write
from . import planted

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "traps.md"


def test_every_trap_of_the_page_has_its_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    tests = sorted(name for name in globals() if re.match(r"test_\d\d_", name))
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 16)) == [int(name[5:7]) for name in tests]


def number(text: str, pattern: str) -> float:
    """Return the number that a pattern's first group finds, its minus sign and per cent read."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return float(match[1].replace("−", "-").rstrip("%"))


def test_01_two_way_fixed_effects_under_staggered_starts(roll_out: str, tmp_path: Path) -> None:
    assert number(roll_out, r"Share of forbidden comparisons: ([\d.]+%) \(Visits") > 0
    assert re.search(r"Two-way fixed effects \S+ comparison", roll_out)
    leading = {**planted.ROLL_OUT, "analyses": [{"estimator": "twfe", "headline": True}]}
    del leading["looks"]
    plan_file = read_plan(write(tmp_path, planted.staggered(), leading))
    with pytest.raises(PlanError, match="twfe cannot lead when there is more than one start"):
        load_panel(plan_file)


def test_02_serial_correlation_is_left_to_the_assigned_unit(roll_out: str) -> None:
    assert "Errors cluster by the unit at which the reform was assigned, whatever a row of the panel is" in roll_out
    assert "p_method=t, jackknife, clustered by county" in roll_out
    assert not re.search(r"\b(iid|homoskedastic|OLS)\b", roll_out)


def test_03_few_pilots(three_pilots: str) -> None:
    assert "there are only 3 pilots" in three_pilots
    assert "Rule few-pilots" in three_pilots
    assert "the smallest share that this design can give is <0.001" in three_pilots


def test_04_logarithm_of_zeros(three_pilots: str) -> None:
    assert number(three_pilots, r"Bills: no logarithm; (\d+) values are") > 10
    assert "a logarithm of zero does not exist and is not replaced" in three_pilots


def test_05_anticipation(roll_out: str) -> None:
    """The planted effect is two steps of 1.5 in the first quarter, and grows by one a quarter: 5.25 over four."""
    assert "Periods before the start that may be affected 1" in roll_out
    assert number(roll_out, r"Visits: improved, fragile. The estimated effect is ([\d.]+)") == pytest.approx(
        5.25, abs=0.5
    )


def test_06_composition_of_those_counted(roll_out: str) -> None:
    assert "Share: who is counted changed with the reform. The denominator moved by" in roll_out
    assert number(roll_out, r"The denominator moved by ([\d.]+) per cent") == pytest.approx(20, abs=0.5)
    assert "pilots observed throughout (who is counted)" in roll_out


def test_07_season(three_pilots: str) -> None:
    """Two quarters after the start, one of them winter, against winters that are one quarter in four before it."""
    assert "Winter: the effect depends on the season." in three_pilots
    assert number(three_pilots, r"With a season of each county’s own it differs by ([−\d.]+)") < -1


def test_08_epidemic(three_pilots: str) -> None:
    assert "COVID-19 periods 2020Q1–2020Q2: left out; Wards were closed" in three_pilots


def test_09_contaminated_controls(roll_out: str, on_vintage: Path) -> None:
    assert "another reform reached a share of 0.27 of the controls" in roll_out
    assert "other reforms among the controls C" in roll_out
    assert "A copy of the reform 2021Q3 0 6" in roll_out
    plan_file = read_plan(on_vintage)
    evaluation = evaluate(plan_file, load_panel(plan_file), "2023Q4")
    assert evaluation.contract.comparison is not None
    (copied,) = evaluation.contract.comparison.exposures or ()
    assert copied.by_period == (("2022Q1", 0, 6),)
    assert evaluation.judgement("managed").dimensions["contamination"] == "C"


def test_10_series_too_short(short_series: str) -> None:
    assert "Spending: not estimable." in short_series
    assert "7 of 8 points after" in short_series
    assert "n/a n/a n/a – not estimable" in short_series


def test_11_denominator_defined_anew(redefined: str) -> None:
    assert "A break is a change of a denominator by more than a tenth" in redefined
    assert number(redefined, r"Standardised management rate, hypertension 576 [\d.]+ [\d.]+ \d+ (\d+)") > 5


def test_12_regression_to_the_mean(roll_out: str) -> None:
    assert "Flagged: the pilots were off their own level just before the start" in roll_out
    assert number(roll_out, r"Flagged: the pilots were off .*?by ([−\d.]+)") == pytest.approx(-2.5, abs=0.4)
    assert "effect with the outcome before the start held equal (choice of pilots)" in roll_out


def test_13_a_pre_test_is_no_licence(roll_out: str) -> None:
    assert "Drift: not attributable. Pilots and controls moved apart before the reform" in roll_out
    assert number(roll_out, r"pre-test would have missed a differential trend of up to ([\d.]+)") > 0
    assert "parallel trends hold" not in roll_out


def test_14_many_outcomes_and_choices(roll_out: str) -> None:
    front = roll_out[: roll_out.index("Why no more may be said The grade")]
    assert re.search(r"The plan is not registered\. Its content has the hash [0-9a-f]{12}\.", front)
    assert re.search(r"Share secondary \S+ \S+ Benjamini-Hochberg", roll_out)
    assert re.search(r"Flagged safety \S+ not adjusted", roll_out)


def test_15_a_look_every_quarter(roll_out: str) -> None:
    assert "This is look 3 of 3; intervals are adjusted for all of them." in roll_out
    assert "the same horizon at every look" in roll_out
    levels = [float(level) for level in re.findall(r"Look 3 of 3 is read at the level of ([\d.]+)%", roll_out)]
    assert levels
    assert min(levels) < 5
    assert re.search(
        r"over the 3 planned looks an outcome without effect is called worse with a risk of [\d.]+%", roll_out
    )
