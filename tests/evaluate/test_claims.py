"""Claims of the sources: what of them is a number, what can be compared, and what stands beside them."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.estimate.before_after import before_after, controls_meanwhile
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.evaluate.claims import ClaimBeside, Obstacle, Standing, obstacle_of
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.catalogue.published import published_effects

from .counties import EFFECT, PLAN, counties, outcome, write

COMMON = 8.0
# Thirty counties with errors of one visit: means over ten quarters before and ten after of three pilots differ from
# what was planted by less than three of their standard errors of 0.26.
NOISE = 0.8
# The same numbers in another order of sums.
ROUNDING = 1e-9


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("claim", "ends"),
    [
        ("S0-07", (18, 18)),  # +18 (mean)
        ("S0-04", (-13, -13)),  # -13 (-15.3%): the first figure is in the unit of the indicator
        ("S3-07", (-15, -10)),  # -10 to -15
        ("S4-20", (0, 0)),
        ("S1-01", None),
        ("S4-08", None),
    ],
)
def test_the_number_of_a_claim(claim, ends):
    assert read_catalogue().claims[claim].stated == ends


@pytest.mark.parametrize(
    ("claim", "obstacle"),
    [
        ("S0-07", None),
        ("S0-06", None),  # ambiguous, which is another matter
        ("S1-01", Obstacle.LEVEL),
        ("S1-04", Obstacle.OUTPUT),
        ("S3-07", Obstacle.PROJECTION),
        ("S2-05", Obstacle.CITED),
        ("S3-10", Obstacle.TOTAL),
        ("S4-08", Obstacle.NO_NUMBER),
    ],
)
def test_what_of_a_claim_forbids_a_comparison(claim, obstacle):
    assert obstacle_of(read_catalogue().claims[claim]) is obstacle


def test_every_claim_is_either_an_effect_or_has_an_obstacle():
    claims = read_catalogue().claims.values()
    assert len(claims) == 76
    assert sum(claim.comparable for claim in claims) == 53
    assert all(obstacle_of(claim) is not None for claim in claims if not claim.comparable)
    assert [claim.claim_id for claim in claims if claim.ambiguous] == ["S0-06", "S2-08", "S3-03", "S4-12"]


def test_published_effects_are_about_indicators_of_the_catalogue():
    known = read_catalogue().indicators
    assert all(effect.indicator in known and effect.low <= effect.high for effect in published_effects())


Y = np.array([[1.0, 3.0, 10.0, 12.0], [0.0, 0.0, 0.0, 8.0], [5.0, 5.0, 6.0, 8.0]])
COHORT = np.array([2, 3, NEVER])


def test_controls_pretend_to_start_with_the_pilots():
    """From period 2 the control rises from 5 to 7, from period 3 from 16/3 to 8; each start has one pilot."""
    found = controls_meanwhile(Y, COHORT)
    assert found.change == pytest.approx((2 + 8 - 16 / 3) / 2, rel=ROUNDING)
    assert found.before == pytest.approx((5 + 16 / 3) / 2, rel=ROUNDING)
    weighted = controls_meanwhile(Y, COHORT, weights=[3, 1, 1])
    assert weighted.change == pytest.approx((3 * 2 + 8 - 16 / 3) / 4, rel=ROUNDING)
    assert isinstance(controls_meanwhile(Y[:2], COHORT[:2]), NotEstimable)


def test_only_the_named_event_times_count_as_after():
    assert before_after(Y, COHORT, after=(0, 0)).change == pytest.approx(((10 - 2) + 8) / 2)


def evaluation(folder, reform: str, *outcomes: str, common: float = COMMON) -> Evaluation:
    """Three pilots; visits rise by the effect in pilots and by the common change everywhere."""
    frame = counties(3)
    frame["visits"] += common * (frame["period"] >= "2020Q3")
    frame = frame.rename(columns={"visits": outcomes[0]})
    plan = PLAN | {"reform": reform, "outcomes": [outcome(name) for name in (*outcomes, "stays")]}
    plan_file = read_plan(write(folder, frame, plan))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


def found_in(evaluated: Evaluation) -> dict[str, ClaimBeside]:
    return {content["claim"]: ClaimBeside.from_dict(content) for content in evaluated.ledger.claims}


def test_a_naive_change_is_split_into_effect_and_common_trend(tmp_path):
    evaluated = evaluation(tmp_path, "three-county-linked-pilot", "phc_visit_share")
    claims, row = found_in(evaluated), evaluated.ledger.row
    assert list(claims) == ["S0-07", "S0-08", "S0-09"]
    share = claims["S0-07"]
    assert (share.standing, share.scale, share.low, share.within) == (Standing.COMPARED, "pp", 18, False)
    trend = 0.1 * 10  # ten quarters lie between the middles of before and after
    assert row(share.pilots).estimate == pytest.approx(EFFECT + COMMON + trend, abs=NOISE)
    assert row(share.controls).estimate == pytest.approx(COMMON + trend, abs=NOISE)
    assert row(share.effect).id == evaluated.ledger.headline["phc_visit_share"]
    assert row(share.common).estimate == pytest.approx(1 - EFFECT / (EFFECT + COMMON + trend), abs=0.05)
    assert claims["S0-08"].obstacle is Obstacle.NOT_IN_PLAN


def test_a_claim_in_per_cent_is_compared_with_relative_changes(tmp_path):
    evaluated = evaluation(tmp_path, "alliance-info-platform", "duplicate_exam_rate")
    (claim,) = found_in(evaluated).values()
    pilots, effect = evaluated.ledger.row(claim.pilots), evaluated.ledger.row(claim.effect)
    assert (claim.scale, pilots.unit, effect.unit) == ("%", "%", "%")
    assert pilots.estimate == pytest.approx(100 * (EFFECT + COMMON + 1) / 50.5, abs=2 * NOISE)
    assert effect.estimand == "relative_effect"


def test_an_ambiguous_claim_is_shown_and_not_compared(tmp_path):
    claim = found_in(evaluation(tmp_path, "tiered-pricing", "first_contact_willingness"))["S0-06"]
    assert (claim.standing, claim.obstacle) == (Standing.AMBIGUOUS, Obstacle.UNIT_NOT_STATED)
    assert (claim.scale, claim.within) == (None, None)
    assert claim.pilots is not None


def test_without_controls_there_is_no_effect_and_no_common_part(tmp_path):
    frame = counties(30)
    plan = PLAN | {"reform": "three-county-linked-pilot", "outcomes": [outcome("phc_visit_share")]}
    plan_file = read_plan(write(tmp_path, frame.rename(columns={"visits": "phc_visit_share"}), plan))
    evaluated = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    claim = found_in(evaluated)["S0-07"]
    assert (claim.standing, claim.obstacle) == (Standing.NOT_ESTIMATED, Obstacle.NO_EFFECT)
    assert evaluated.ledger.row(claim.pilots).estimate is not None
    assert evaluated.ledger.row(claim.controls).estimate is None
    assert evaluated.ledger.row(claim.common).reason


def test_a_reform_that_nobody_claims_anything_of_has_none(tmp_path):
    assert found_in(evaluation(tmp_path, "pilot", "visits")) == {}


def test_the_ledger_keeps_its_claims(tmp_path):
    evaluated = evaluation(tmp_path, "three-county-linked-pilot", "phc_visit_share")
    again = type(evaluated.ledger).loads(evaluated.ledger.dumps())
    assert again.claims == evaluated.ledger.claims
