"""Controlled series: a common shock cancels, the control's own effect is shown."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its import (
    CountResult,
    Estimand,
    ItsResult,
    NoClaim,
    controlled,
    controlled_counts,
    interrupted,
)

from .series_for_tests import autoregressive, plain, quarterly


def level(result):
    return next(e for e in result.effects if e.estimand is Estimand.LEVEL)


def test_a_shock_common_to_both_is_no_effect():
    shock = 10.0 * (np.arange(40) >= 20)
    pilot, control = (30 + shock + e for e in autoregressive(40, size=2))
    found = controlled(pilot, control, quarterly(), np.random.default_rng(1), draws=199)
    assert level(found.pilot).p < 0.05
    assert level(found.control).p < 0.05
    assert level(found.difference).low < 0 < level(found.difference).high


def test_the_difference_series_is_analysed_with_the_same_model():
    pilot, control = autoregressive(40, size=2)
    found = controlled(pilot, control, quarterly(), np.random.default_rng(1), draws=99)
    alone = interrupted(pilot - control, quarterly(), np.random.default_rng(1), draws=99)
    assert isinstance(found.difference, ItsResult)
    assert found.difference.effects == alone.effects


def test_a_gap_in_the_control_is_a_gap_in_the_difference():
    pilot, control = autoregressive(40, size=2)
    control[3:30] = np.nan
    found = controlled(pilot, control, quarterly(), np.random.default_rng(1), draws=99)
    assert isinstance(found.difference, NoClaim)
    assert isinstance(found.pilot, ItsResult)


def test_counts_relative_to_the_control():
    rng = np.random.default_rng(5)
    season = np.exp(0.3 * np.sin(np.arange(40)))
    control = rng.poisson(400 * season).astype(float)
    pilot = rng.poisson(200 * season * np.where(np.arange(40) >= 20, 0.7, 1.0)).astype(float)
    found = controlled_counts(pilot, control, plain(40, 20))
    assert isinstance(found.relative, CountResult)
    ratio = found.relative.ratios[0]
    assert abs(ratio.log_ratio - np.log(0.7)) < 4 * ratio.se
    assert found.relative.dispersion < found.pilot.dispersion


def test_no_event_in_the_control_makes_the_period_missing():
    control = np.full(40, 50.0)
    control[4] = 0.0
    found = controlled_counts(np.tile([9.0, 11.0], 20), control, plain(40, 20))
    assert found.relative.n_obs == 39
    assert found.relative.path.omitted == (4,)
    assert found.relative.ratios[0].ratio == pytest.approx(1.0, abs=0.2)
