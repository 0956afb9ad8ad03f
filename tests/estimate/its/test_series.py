"""One series from end to end: planted effects are found, declared windows respected, rules followed."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its import (
    Estimand,
    Flag,
    Interruption,
    ItsResult,
    Segments,
    Shape,
    interrupted,
    placebo_interruptions,
)
from pilotbook.estimate.its.autoregression import partial_from_phi, simulate
from pilotbook.estimate.its.segments import design
from pilotbook.estimate.its.series import choose_order

from .series_for_tests import autoregressive, plain, quarterly, stepped

SIX_ERRORS = 6.0
"""Standard errors within which a planted effect must be found in a fixed draw."""


def run(y, segments, **kwargs):
    found = interrupted(y, segments, np.random.default_rng(1), **{"draws": 199, **kwargs})
    assert isinstance(found, ItsResult)
    return found


def effect(found, estimand, horizon=None, label="reform"):
    (row,) = (e for e in found.effects if (e.estimand, e.horizon, e.label) == (estimand, horizon, label))
    return row


def test_planted_effects_are_found():
    time = np.arange(60)
    y = stepped(60, 30, level=8.0) + 0.5 * np.maximum(time - 30, 0)
    found = run(y, quarterly(60, 30))
    for estimand, horizon, truth in (
        (Estimand.LEVEL, None, 8.0),
        (Estimand.SLOPE, None, 0.5),
        (Estimand.AT_HORIZON, 8, 8.0 + 7 * 0.5),
    ):
        row = effect(found, estimand, horizon)
        assert abs(row.estimate - truth) < SIX_ERRORS * row.se
        assert row.low < row.estimate < row.high
        assert row.p < 0.05


def test_path_and_effects_agree():
    found = run(stepped(), quarterly())
    gap = found.path.fitted - found.path.counterfactual
    np.testing.assert_allclose(gap[:20], 0, atol=1e-9)
    assert gap[27] == pytest.approx(effect(found, Estimand.AT_HORIZON, 8).estimate)
    assert gap[20:].sum() == pytest.approx(effect(found, Estimand.CUMULATIVE).estimate)
    band = found.path.low[20:], found.path.high[20:]
    assert np.all(band[0] < found.path.counterfactual[20:])
    assert np.all(band[1] > found.path.counterfactual[20:])
    assert np.isnan(found.path.low[:20]).all()


def test_an_excluded_transition_cannot_move_the_result():
    y = stepped()
    wild = y.copy()
    wild[20:22] += 40
    segments = quarterly(excluded=(20, 21))
    one, two = run(y, segments), run(wild, segments)
    assert effect(one, Estimand.LEVEL).estimate == pytest.approx(effect(two, Estimand.LEVEL).estimate, rel=1e-6)
    assert one.n_obs == 38


def test_two_interruptions():
    time = np.arange(60)
    y = 20 + 5.0 * (time >= 20) - 8.0 * (time >= 40) + autoregressive(60)[0]
    segments = Segments(
        60, (Interruption(20, Shape.LEVEL, label="price"), Interruption(40, Shape.LEVEL, label="payment"))
    )
    found = run(y, segments)
    for label, truth in (("price", 5.0), ("payment", -8.0)):
        row = effect(found, Estimand.LEVEL, label=label)
        assert abs(row.estimate - truth) < SIX_ERRORS * row.se
    assert effect(found, Estimand.CUMULATIVE, label="all").estimate == pytest.approx(
        effect(found, Estimand.CUMULATIVE, label="price").estimate
        + effect(found, Estimand.CUMULATIVE, label="payment").estimate
    )


def test_second_order_needs_forty_points_and_a_better_likelihood():
    partial = partial_from_phi(np.array([[0.3, 0.5]]))
    errors = simulate(partial, np.random.default_rng(2).standard_normal((120, 1)))[:, 0]
    assert run(errors, plain(120, 60)).order == 2
    assert run(errors, plain(120, 60), order=1).order == 1
    short = run(errors[:36], plain(36, 18))
    assert short.order == 1
    assert Flag.FIRST_ORDER_ONLY in short.flags


def test_white_noise_seldom_gets_a_second_order():
    """Akaike's criterion takes a needless term in P(chi2 > 2) = 16 % of long series."""
    X = design(plain(120, 60)).X
    orders = [choose_order(y, X, 120).order for y in autoregressive(120, 0.0, size=200)]
    assert np.mean(np.array(orders) == 2) < 0.16 + 4 * np.sqrt(0.16 * 0.84 / 200)


def test_seasonal_swings_without_seasonal_terms_are_flagged():
    y = stepped(60, 30) + 6 * np.sin(np.pi * np.arange(60) / 2)
    found = run(y, plain(60, 30))
    assert {Flag.AUTOCORRELATED, Flag.NO_SEASON_TERMS} <= set(found.flags)
    assert Flag.AUTOCORRELATED not in run(y, quarterly(60, 30)).flags


def test_a_random_walk_says_so():
    y = np.random.default_rng(3).standard_normal(40).cumsum()
    assert Flag.NEAR_UNIT_ROOT in run(y, plain(40, 20)).flags


def test_placebo_dates_stay_before_the_reform_and_find_nothing():
    found = placebo_interruptions(stepped(60, 30), quarterly(60, 30), np.random.default_rng(1), draws=199)
    assert [p.start for p in found] == list(range(8, 23))
    assert np.mean([p.p < 0.05 for p in found]) <= 0.2


def test_a_placebo_date_with_a_planted_step_is_caught():
    y = stepped(60, 30) + 15.0 * (np.arange(60) >= 15)
    found = placebo_interruptions(y, plain(60, 30), np.random.default_rng(1), draws=199)
    assert min(found, key=lambda p: p.p).p < 0.05


def test_too_short_before_for_a_placebo():
    assert placebo_interruptions(stepped(40, 15), plain(40, 15), np.random.default_rng(1)) == ()
