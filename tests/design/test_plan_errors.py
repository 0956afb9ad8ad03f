"""Every kind of plan error is told with line, column, key and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import PlanError
from pilotbook.evaluate.inputs import load_panel
from tests.design.plans import PLAN, plan_and_panel, write_plan

WITHIN_THE_FILE = {
    "unknown key": ("seed: 7", "sed: 7", "`sed`: unknown key; did you mean `seed`?"),
    "unknown key in a section": ("base: 2020Q2", "basis: 2020Q2", "did you mean `base`?"),
    "missing key": ("    direction: higher\n", "", "`outcomes.0.direction`: this key is missing; add it"),
    "key twice": ("seed: 7", "seed: 7\nseed: 8", "the key `seed` stands twice; keep one"),
    "not YAML": ("seed: 7", "seed: [7", "not YAML"),
    "wrong estimator": ("estimator: callaway_santanna", "estimator: callaway", "did you mean 'callaway_santanna'?"),
    "wrong direction": ("direction: higher", "direction: up", "it must be 'higher' or 'lower'"),
    "wrong family": ("family: secondary", "family: second", "did you mean 'secondary'?"),
    "id with capitals": ("id: cost", "id: Cost", "must be lower-case letters, digits"),
    "no number": ("minimum_important_effect: 2", "minimum_important_effect: two", "must be a valid number"),
    "minimum of zero": ("minimum_important_effect: 2", "minimum_important_effect: 0", "must be greater than 0"),
    "no date": ("date: 2024-01-31", "date: last May", "must be a valid date"),
    "empty list": ("authors: [The authors]", "authors: []", "at least 1 item"),
    "half a ratio": ("    denominator: all_visits\n", "", "both `numerator` and `denominator`"),
    "numerator is denominator": ("denominator: all_visits", "denominator: visits", "the ratio is one"),
    "outcome id twice": ("id: cost", "id: share", "the outcome id share stands twice; rename one"),
    "no primary outcome": ("unit: pp", "unit: pp\n    family: safety", "no outcome is primary; choose"),
    "no headline": ("    headline: true\n", "", "exactly one analysis must say `headline: true`; here 0 do"),
    "two headlines": ("pre: 2021Q4", "headline: true\n    pre: 2021Q4", "here 2 do; take this one out"),
    "analysis twice": (
        "  - estimator: two_by_two",
        "  - estimator: imputation\n  - estimator: two_by_two",
        "stands above already",
    ),
    "two_by_two without periods": ("    pre: 2021Q4\n", "", "a two_by_two needs `pre` and `post`"),
    "periods elsewhere": (
        "headline: true",
        "headline: true\n    pre: 2021Q4",
        "belong to a two_by_two",
    ),
    "pre after post": ("pre: 2021Q4", "pre: 2022Q3", "is not before `post`"),
    "event times reversed": (
        "    average: [1, 3]\n    headline",
        "    average: [3, 1]\n    headline",
        "such as [0, 5]",
    ),
    "average without event times": ("post: 2022Q2", "post: 2022Q2\n    average: [0, 1]", "no event times to average"),
    "average within the transition": ("transition: 1", "transition: 4", "lie in the transition of 4 periods"),
    "other kind of period": (
        "base: 2020Q2",
        "base: 2020",
        "'2020' is not a quarter; a quarter is written",
    ),
    "window reversed": ("{first: 2020Q2, last: 2023Q4}", "{first: 2023Q4, last: 2020Q2}", "exchange them"),
    "covid reversed": ("  first: 2020Q3", "  first: 2020Q4", "exchange them"),
    "covid without reason": ("  because: Wards were closed\n", "", "`covid.because`: this key is missing"),
    "looks out of order": ("[2022Q4, 2023Q2, 2023Q4]", "[2023Q2, 2022Q4, 2023Q4]", "list the looks in their order"),
    "look after the window": ("last: 2023Q4", "last: 2023Q3", "is after the window's end 2023Q3"),
    "deflate without index": ("deflator: {column: prices, base: 2020Q2}\n", "", "no price index; add `deflator`"),
    "index without use": ("    deflate: true\n", "", "no outcome says `deflate: true`"),
    "other reform without source": (", column: vbp}", "}", "give one of `exposure`, `column` and `everywhere_from`"),
    "the reform itself": ("id: vbp", "id: tiered-pricing", "is the reform under evaluation"),
    "excluded twice": ("units: [c11]", "units: [c11, c11]", "the county c11 is excluded twice"),
    "negative anticipation": ("anticipation: 1", "anticipation: -1", "must be greater than or equal to 0"),
    "start twice": (
        "cohorts: [2022Q1]\n    average",
        "cohorts: [2022Q1, 2022Q1]\n    average",
        "the start stands twice",
    ),
    "unknown checklist item": ("  selection:", "  selected:", "unknown item; valid:"),
    "computed checklist item": ("  selection:", "  balance:", "this item is computed"),
    "answer of another kind": ('answer: "yes"', "answer: perhaps", "it must be 'yes', 'no' or 'not_applicable'"),
    "covariate twice": (
        "  - {column: population, title: Population}",
        "  - {column: population, title: Population}\n  - {column: population, title: Again}",
        "the covariate stands twice",
    ),
}

AGAINST_THE_DATA = {
    "county not there": ("units: [c11]", "units: [c99]", "the data have no county c99; check its code"),
    "window not there": ("first: 2020Q2, last", "first: 2019Q2, last", "the panel has no period 2019Q2"),
    "weights outside": ("period: 2021Q4", "period: 2020Q1", "the panel has no period 2020Q1; it has 2020Q2 to 2023Q4"),
    "base outside": ("base: 2020Q2", "base: 2020Q1", "`deflator.base`: the panel has no period 2020Q1"),
    "look before the start": ("planned: [2022Q4,", "planned: [2021Q4,", "2021Q4 is before the first start 2022Q1"),
    "no such cohort": (
        "cohorts: [2022Q1]\n    average",
        "cohorts: [2022Q2]\n    average",
        "no county starts in 2022Q2; starts in the data: 2022Q1, 2022Q3",
    ),
    "post not there": ("post: 2022Q2", "post: 2024Q2", "the panel has no period 2024Q2"),
    "two-way fixed effects lead": ("estimator: imputation", "estimator: event_study", "event_study cannot lead"),
    "no pilot": ("last: 2023Q4}", "last: 2021Q4}\nlooks: null", "so there is no pilot"),
}

PLACE = re.compile(r"tiered-pricing\.yml: line (\d+), column (\d+): ")
KEY = re.compile(r"column \d+: `([^`]+)`: ")


@pytest.mark.parametrize("kind", WITHIN_THE_FILE)
def test_an_error_within_the_plan_has_its_place_and_its_remedy(tmp_path: Path, kind: str) -> None:
    old, new, expected = WITHIN_THE_FILE[kind]
    path = write_plan(tmp_path, (old, new))
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    _placed(str(caught.value), path, expected)


@pytest.mark.parametrize("kind", AGAINST_THE_DATA)
def test_an_error_against_the_data_has_its_place_and_its_remedy(tmp_path: Path, kind: str) -> None:
    old, new, expected = AGAINST_THE_DATA[kind]
    edits = [(old, new)]
    if kind == "no pilot":
        edits += [("looks:\n  planned: [2022Q4, 2023Q2, 2023Q4]\n", "")]
    with pytest.raises(PlanError) as caught:
        plan_and_panel(tmp_path, *edits)
    _placed(str(caught.value), tmp_path / "tiered-pricing.yml", expected)


def _placed(message: str, path: Path, expected: str) -> None:
    """At the line and column stands the key, or the item of a list; a missing key is told at its section."""
    line = next(line for line in message.splitlines() if expected in line)
    match = PLACE.match(line)
    assert match, line
    at = path.read_text(encoding="utf-8").splitlines()[int(match[1]) - 1][int(match[2]) - 1 :]
    key = KEY.search(line)
    if key is None:
        assert "not YAML" in line or at.startswith("seed")
    elif "is missing" not in line and not key[1].rsplit(".")[-1].isdigit():
        assert at.startswith(key[1].rsplit(".")[-1]), (line, at)


def test_at_least_twenty_five_kinds_are_tested() -> None:
    assert len({expected for *_, expected in (*WITHIN_THE_FILE.values(), *AGAINST_THE_DATA.values())}) >= 25


def test_the_line_and_column_are_those_of_the_key(tmp_path: Path) -> None:
    path = write_plan(tmp_path, ("base: 2020Q2", "base: 2020"))
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    row = PLAN[: PLAN.index("deflator:")].count("\n") + 1
    column = "deflator: {column: prices, base: 2020Q2}".index("base") + 1
    assert str(caught.value).startswith(f"tiered-pricing.yml: line {row}, column {column}: `deflator.base`: ")


def test_several_errors_are_told_at_once(tmp_path: Path) -> None:
    path = write_plan(tmp_path, ("base: 2020Q2", "base: 2020"), ("id: vbp", "id: tiered-pricing"))
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    assert len(str(caught.value).splitlines()) == 2


def test_the_plan_itself_is_valid_and_its_scope_is_cut(tmp_path: Path) -> None:
    plan_file, panel = plan_and_panel(tmp_path)
    assert plan_file.plan.checklist["selection"].answer == "yes"
    assert panel.shape == (11, 15)
    assert load_panel(plan_file).units == panel.units


SLIPS = {
    "full-width colon": (
        "reform: tiered-pricing",
        "reform：tiered-pricing",
        "line 2, column 7: the colon is a full-width",
    ),
    "tab": ("  period_kind", "\tperiod_kind", "line 8, column 1: a tab indents this line; write spaces"),
    "no space": ("seed: 7", "seed:7", "column 5: a space is missing after the colon"),
    "no such day": ("date: 2024-01-31", "date: 2024-02-31", "line 3, column 7: '2024-02-31' cannot be: day is out of"),
    "a day for a period": ("base: 2020Q2", "base: 2020-06-30", "write a period like 2019, 2019Q4 or 2019-11"),
    "another order of the day": (
        "date: 2024-01-31",
        "date: 31/01/2024",
        "must be a valid date, written like 2026-01-31",
    ),
    "yes for a number": ("effect: 2\n", "effect: yes\n", "must be a number (it is true)"),
    "one for a list": ("units: [c11]", "units: c11", "must be a list, such as [a, b]"),
    "nothing in a list": ("planned: [2022Q4, 2023Q2, 2023Q4]", "planned: []", "must have at least 1 item"),
    "no cohort": ("cohorts: [2022Q1]\n    average", "cohorts: []\n    average", "must have at least 1 item"),
    "a list for a section": ("deflator: {column: prices, base: 2020Q2}", "deflator: [prices]", "must be a section of"),
    "no title": ("title: A plan that uses every key", "title:", "must be a text, or one by language"),
    "nested without end": ("seed: 7", f"seed: {'[' * 90_000}", "nested 40 deep here"),
    "growing horizon": ("    average: [1, 3]\n    headline", "    headline", "the horizon must be the same at each"),
    "too long a number": ("seed: 7", f"seed: {'9' * 5_000}", "column 7: '999"),
}


@pytest.mark.parametrize(("old", "new", "expected"), SLIPS.values(), ids=SLIPS)
def test_a_slip_of_the_pen_has_its_place_and_its_remedy(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = write_plan(tmp_path)
    path.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    line = next(line for line in str(caught.value).splitlines() if expected in line)
    assert re.match(r"tiered-pricing\.yml: line \d+, column \d+: ", line)


MISFITS = {
    "column": ("numerator: visits", "numerator: vists", "line 14, column 16: `vists` is named here"),
    "no vintage": ("column: vbp}", "exposure: vbp}", "reads the exposure table of a vintage"),
    "anticipation of all": ("{first: 2020Q2, last", "{first: 2021Q4, last", "and all of them may be affected"),
    "look before the horizon": ("[2022Q4, 2023Q2", "[2022Q2, 2023Q2", "begin the looks in 2022Q4"),
    "epidemic of all": (
        "  first: 2020Q3\n  last: 2020Q3",
        "  first: 2020Q1\n  last: 2021Q4",
        "leaves no period before the first start 2022Q1",
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), MISFITS.values(), ids=MISFITS)
def test_a_plan_that_its_data_cannot_serve(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = write_plan(tmp_path, (old, new))
    with pytest.raises(PlanError) as caught:
        load_panel(read_plan(path))
    line = next(line for line in str(caught.value).splitlines() if expected in line)
    assert re.match(r"tiered-pricing\.yml: line \d+, column \d+: ", line)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    path.write_text(PLAN, encoding="utf-8-sig")
    assert read_plan(path).plan.reform == "tiered-pricing"
