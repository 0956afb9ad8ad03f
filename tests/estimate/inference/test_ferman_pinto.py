"""Resampled residuals of the controls: the variance model, and the test for units of one size."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.ferman_pinto import ferman_pinto, residual_draws, variance_by_size
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER

from .designs import assigned_panel

TWO_WAY = Estimand("two_way")


def test_variance_by_size_finds_the_model_that_made_the_residuals():
    rng = np.random.default_rng(1)
    size = rng.uniform(0.2, 5, size=200_000)
    residual = rng.normal(size=size.size) * np.sqrt(2 + 3 / size)
    assert variance_by_size(residual, size, np.array([0.5, 4.0])) == pytest.approx([8.0, 2.75], rel=0.05)


def test_with_equal_sizes_one_pilot_is_compared_with_the_controls_themselves():
    """Conley-Taber: the error is a control's own deviation, plus that of the resampled control mean."""
    panel = assigned_panel(pilots=1, n_units=400, rows=1, seed=3)
    after = slice(4, None)
    change = panel.y[:, after].mean(axis=1) - panel.y[:, :4].mean(axis=1)
    control = panel.cohort == NEVER
    units = assigned_units(panel.y, panel.cohort)
    draws = residual_draws(units, TWO_WAY, 20_000, np.random.default_rng(2))
    assert draws.observed[0] == pytest.approx(change[~control][0] - change[control].mean())
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    expected = np.quantile(change[control] - change[control].mean(), levels)
    assert np.quantile(draws.estimate[0], levels) == pytest.approx(expected, abs=0.08 * change[control].std())


def test_small_pilots_get_wider_intervals_than_large_ones():
    rng = np.random.default_rng(5)
    size = np.repeat([0.2, 5.0], 40)
    y = rng.normal(size=(80, 10)) / np.sqrt(size)[:, None]
    widths = []
    for pilots in ([0, 1, 2], [40, 41, 42]):
        cohort = np.full(80, NEVER)
        cohort[pilots] = 5
        (test,) = ferman_pinto(y, cohort, weights=size, estimand=TWO_WAY, rng=np.random.default_rng(1))
        widths.append(test.high - test.low)
    assert widths[0] > 3 * widths[1]  # their standard deviations differ by a factor of five


def test_too_few_controls_are_said():
    panel = assigned_panel(pilots=3, n_units=9)
    (refused,) = ferman_pinto(
        panel.y, panel.cohort, cluster=panel.cluster, estimand=TWO_WAY, rng=np.random.default_rng(1)
    )
    assert isinstance(refused, NotEstimable)
    assert "6 controls are too few" in refused.detail
