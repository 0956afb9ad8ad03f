"""Every input gets exactly one verdict, and an improvement of any single input never worsens it.

Two orders make "worsens" exact. A better design or a narrower interval never lowers how firm a verdict is; an effect
further in the good direction never lowers how well it speaks of the reform.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotbook.judge.evidence import Direction, Evidence, Interval
from pilotbook.judge.grade import grade_design
from pilotbook.judge.measures import DESIGNS, Measures
from pilotbook.judge.thresholds import Grade, thresholds
from pilotbook.judge.verdict import DECISIONS, FAVOUR, FIRMNESS, Kind, decide

GOOD = Measures(
    assigned_pilots=25,
    assigned_controls=40,
    pre_periods=12,
    pre_trend_p=0.5,
    pre_trend_power=0.9,
    drift=0.1,
    certain_drift=0.0,
    breakdown=1.5,
    exposed_controls=0.0,
    missing_share=0.01,
    missing_difference=0.0,
    design_difference=0.1,
    designs_same_sign=1.0,
    same_sign_share=1.0,
    leave_one_out_same_sign=1.0,
    placebo_p=0.5,
    dip_p=0.5,
    family_p=0.01,
    planned_look=1.0,
)

WORST_TO_BEST: dict[str, tuple[float | None, ...]] = {
    "assigned_pilots": (0, 1, 5, 12, 25),
    "assigned_controls": (0, 3, 12, 40),
    "pre_periods": (2, 5, 12),
    "pre_trend_p": (0.01, None, 0.07, 0.5),
    "pre_trend_power": (None, 0.3, 0.9),
    "drift": (3.0, None, 1.2, 0.1),
    "certain_drift": (1.5, None, 0.0),
    "breakdown": (0.1, None, 0.7, 1.5),
    "exposed_controls": (0.9, None, 0.3, 0.1, 0.0),
    "missing_share": (0.5, None, 0.1, 0.01),
    "missing_difference": (0.2, None, 0.03, 0.0),
    "design_difference": (2.0, None, 0.5, 0.1),
    "designs_same_sign": (0.0, None, 1.0),
    "same_sign_share": (0.5, None, 0.9, 1.0),
    "leave_one_out_same_sign": (0.8, None, 1.0),
    "placebo_p": (0.01, None, 0.5),
    "dip_p": (0.01, None, 0.5),
    "family_p": (0.5, None, 0.01),
    "planned_look": (0.0, None, 1.0),
}
"""Values of every measure, each at least as good as the one before; "not evaluable" stands above a failure only."""


def evidence(
    estimate: float = 2.0,
    half_width: float = 1.0,
    measures: Measures = GOOD,
    direction: Direction = "higher",
    safety: bool = False,
    obstacle: str | None = None,
) -> Evidence:
    """Evidence in units of the smallest important effect, its intervals those of a normal estimate."""
    adjusted, equivalence, harm = (
        Interval(level, estimate - factor * half_width, estimate + factor * half_width)
        for level, factor in ((0.95, 1.0), (0.90, 0.839), (0.80, 0.654))
    )
    return Evidence(
        outcome="x",
        direction=direction,
        safety=safety,
        minimum_important_effect=1.0,
        alpha=0.05,
        estimate=estimate,
        adjusted=adjusted,
        equivalence=equivalence,
        harm=harm,
        obstacle=obstacle,
        measures=measures,
    )


def verdict(case: Evidence) -> Kind:
    return decide(case).kind


def test_every_measure_is_in_the_orders() -> None:
    assert {*WORST_TO_BEST, "design"} == {field.name for field in fields(Measures)}


ALONE = {
    "pre_trend_p",
    "pre_trend_power",
    "drift",
    "certain_drift",
    "breakdown",
    "exposed_controls",
    "missing_difference",
    "design_difference",
    "designs_same_sign",
    "dip_p",
}
"""What a series without controls has no place for."""


def test_a_series_without_controls_is_fragile_for_want_of_controls_and_not_for_checks_that_cannot_be_made() -> None:
    bare = replace(GOOD, design="series", assigned_controls=None, **dict.fromkeys(ALONE))
    found = decide(evidence(measures=bare))
    assert found.kind is Kind.IMPROVED_FRAGILE
    assert {reason.code for reason in found.reasons} == {"assigned_controls", "contamination", "agreement"}
    assert {m.measure for d in found.grade.dimensions for m in d.measures}.isdisjoint(ALONE)


@pytest.mark.parametrize("check", ["leave_one_out_same_sign", "placebo_p", "same_sign_share", "family_p"])
def test_a_check_that_a_series_could_have_had_is_named_when_it_is_missing(check: str) -> None:
    bare = replace(GOOD, design="controlled_series", **{check: None})
    assert [reason.value for reason in decide(evidence(measures=bare)).reasons] == [None]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (evidence(), Kind.IMPROVED),
        (evidence(-2.0), Kind.WORSENED),
        (evidence(-2.0, direction="lower"), Kind.IMPROVED),
        (evidence(0.5), Kind.NO_DETECTABLE_EFFECT),
        (evidence(0.1, 0.05), Kind.TOO_SMALL),
        (evidence(-0.7), Kind.NO_DETECTABLE_EFFECT),
        (evidence(-0.7, safety=True), Kind.WORSENED),
        (evidence(0.7, safety=True), Kind.NO_DETECTABLE_EFFECT),
        (evidence(obstacle="too short"), Kind.NOT_ESTIMABLE),
        (replace(evidence(), adjusted=None), Kind.NOT_ESTIMABLE),
        (replace(evidence(0.1, 0.05), equivalence=None), Kind.IMPROVED),
        (evidence(measures=replace(GOOD, missing_share=0.3)), Kind.NOT_ESTIMABLE),
        (evidence(measures=replace(GOOD, pre_periods=3)), Kind.NOT_ESTIMABLE),
        (evidence(measures=replace(GOOD, pre_trend_p=0.04)), Kind.NOT_ATTRIBUTABLE),
        (evidence(measures=replace(GOOD, certain_drift=1.2)), Kind.NOT_ATTRIBUTABLE),
        (evidence(0.1, 0.05, measures=replace(GOOD, pre_trend_p=0.04)), Kind.NOT_ATTRIBUTABLE),
    ],
)
def test_the_list_reads_in_its_order(case: Evidence, expected: Kind) -> None:
    assert verdict(case) is expected


FRAGILE = {
    "assigned_pilots": 9,
    "same_sign_share": 0.79,
    "breakdown": 0.49,
    "leave_one_out_same_sign": 0.96,
    "placebo_p": 0.04,
    "dip_p": 0.04,
    "designs_same_sign": 0.5,
    "family_p": 0.051,
    "planned_look": 0.0,
}


@pytest.mark.parametrize(("measure", "value"), [*FRAGILE.items(), *((name, None) for name in list(FRAGILE)[1:])])
def test_a_check_that_fails_or_was_not_made_is_fragile_and_says_so(measure: str, value: float | None) -> None:
    found = decide(evidence(measures=replace(GOOD, **{measure: value})))
    assert found.kind is Kind.IMPROVED_FRAGILE
    (reason,) = [r for r in found.reasons if r.value == value]
    check = next(c for c in thresholds().checks if c.measure == measure)
    assert reason.code == check.check


def test_grade_c_is_fragile_and_names_what_decided_it() -> None:
    found = decide(evidence(measures=replace(GOOD, exposed_controls=0.3)))
    assert (found.kind, found.grade.grade) == (Kind.IMPROVED_FRAGILE, Grade.C)
    assert [(r.code, r.value, r.bound) for r in found.reasons] == [("exposed_controls", 0.3, 0.2)]


def test_safety_outcomes_are_not_corrected_for_their_family() -> None:
    assert verdict(evidence(-2, measures=replace(GOOD, family_p=None), safety=True)) is Kind.WORSENED
    assert verdict(evidence(-2, measures=replace(GOOD, family_p=None))) is Kind.WORSENED_FRAGILE


def test_a_firm_verdict_has_no_reasons_and_any_other_has_some() -> None:
    for kind, case in {k: c for c in _grid() if (k := verdict(c))}.items():
        absent_or_fragile = FIRMNESS[kind] in {0, 1, 3}
        assert bool(decide(case).reasons) == absent_or_fragile, kind


def test_what_could_not_be_computed_never_grades_better_than_c() -> None:
    for name, values in WORST_TO_BEST.items():
        graded = name in {s.measure for d in thresholds().dimensions for s in d.measures}
        if None in values and graded:
            assert grade_design(replace(GOOD, **{name: None})).grade <= Grade.C, name
            assert grade_design(replace(GOOD, **{name: float("nan")})).grade <= Grade.C, name


EFFECTS = ((-2.0, 1.0), (-0.7, 1.0), (0.0, 0.5), (0.3, 3.0), (2.0, 1.0))
GRID = ("assigned_pilots", "pre_trend_p", "exposed_controls", "missing_share", "breakdown", "family_p", "placebo_p")


def _grid() -> Iterator[Evidence]:
    """One measure of every dimension and the checks, all values; every shape of effect; both directions."""
    for values in itertools.product(*(WORST_TO_BEST[name] for name in GRID)):
        measures = replace(GOOD, **dict(zip(GRID, values, strict=True)))
        for estimate, half_width in EFFECTS:
            yield evidence(estimate, half_width, measures)


def test_a_better_design_never_lowers_firmness_on_the_whole_grid() -> None:
    axes = [range(len(WORST_TO_BEST[name])) for name in GRID]
    for estimate, half_width in EFFECTS:
        found: dict[tuple[int, ...], Kind] = {}
        for place in itertools.product(*axes):
            values = {name: WORST_TO_BEST[name][i] for name, i in zip(GRID, place, strict=True)}
            found[place] = verdict(evidence(estimate, half_width, replace(GOOD, **values)))
        for place, kind in found.items():
            for axis in range(len(place)):
                better = (*place[:axis], place[axis] + 1, *place[axis + 1 :])
                if better in found:
                    assert FIRMNESS[found[better]] >= FIRMNESS[kind], (place, better)
                    assert _same_side(found[better], kind), (place, better)


def _same_side(one: Kind, other: Kind) -> bool:
    """No quality of a design turns help into harm."""
    return FAVOUR.get(one, 0) * FAVOUR.get(other, 0) >= 0


measures = st.builds(
    Measures,
    design=st.sampled_from(DESIGNS),
    **{name: st.sampled_from(values) for name, values in WORST_TO_BEST.items()},
)
cases = st.builds(
    evidence,
    estimate=st.floats(-4, 4),
    half_width=st.floats(0.01, 4),
    measures=st.one_of(st.just(GOOD), measures),
    direction=st.sampled_from(["higher", "lower"]),
    safety=st.booleans(),
    obstacle=st.sampled_from([None, "x"]),
)


@given(cases)
@settings(max_examples=1000, deadline=None)
def test_exactly_one_verdict(case: Evidence) -> None:
    kinds = [kind for kind, _ in DECISIONS]
    assert sorted(kinds) == sorted(Kind)
    assert kinds[-1] is Kind.NO_DETECTABLE_EFFECT
    assert decide(case) == decide(case)
    assert decide(case).kind in Kind


@given(cases, st.sampled_from(sorted(WORST_TO_BEST)), st.data())
@settings(max_examples=2000, deadline=None)
def test_a_better_measure_never_lowers_firmness(case: Evidence, name: str, data: st.DataObject) -> None:
    values = WORST_TO_BEST[name]
    place = data.draw(st.integers(0, len(values) - 2))
    worse = verdict(replace(case, measures=replace(case.measures, **{name: values[place]})))
    better = verdict(replace(case, measures=replace(case.measures, **{name: values[place + 1]})))
    assert FIRMNESS[better] >= FIRMNESS[worse]
    assert _same_side(better, worse)


@given(cases)
@settings(max_examples=1000, deadline=None)
def test_only_a_design_of_grade_a_or_b_carries_a_firm_verdict(case: Evidence) -> None:
    found = decide(case)
    if found.kind in {Kind.IMPROVED, Kind.WORSENED}:
        assert found.grade.grade >= Grade.B


@given(cases, st.floats(0, 4))
@settings(max_examples=2000, deadline=None)
def test_a_better_effect_never_speaks_worse(case: Evidence, step: float) -> None:
    moved = _shifted(case, step if case.direction == "higher" else -step)
    assert FAVOUR.get(verdict(moved), 0) >= FAVOUR.get(verdict(case), 0)
    assert (FIRMNESS[verdict(moved)] <= 1) == (FIRMNESS[verdict(case)] <= 1)


@given(cases, st.floats(0.01, 1))
@settings(max_examples=2000, deadline=None)
def test_a_narrower_interval_never_lowers_firmness(case: Evidence, factor: float) -> None:
    assert FIRMNESS[verdict(_narrowed(case, factor))] >= FIRMNESS[verdict(case)]


@given(cases)
@settings(deadline=None)
def test_taking_an_obstacle_away_never_lowers_firmness(case: Evidence) -> None:
    assert FIRMNESS[verdict(replace(case, obstacle=None))] >= FIRMNESS[verdict(replace(case, obstacle="x"))]


def _shifted(case: Evidence, step: float) -> Evidence:
    assert case.estimate is not None
    intervals = {
        name: Interval(i.level, i.low + step, i.high + step)
        for name in ("adjusted", "equivalence", "harm")
        if (i := getattr(case, name)) is not None
    }
    return replace(case, estimate=case.estimate + step, **intervals)


def _narrowed(case: Evidence, factor: float) -> Evidence:
    assert case.estimate is not None
    b = case.estimate
    intervals = {
        name: Interval(i.level, b + factor * (i.low - b), b + factor * (i.high - b))
        for name in ("adjusted", "equivalence", "harm")
        if (i := getattr(case, name)) is not None
    }
    return replace(case, **intervals)
