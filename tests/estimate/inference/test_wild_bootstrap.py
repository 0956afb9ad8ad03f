"""The wild cluster bootstrap against refitting every bootstrap sample with the regression itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.wild_bootstrap import draw_signs, wild_bootstrap
from pilotbook.estimate.result import NotEstimable, Variance
from pilotbook.estimate.twfe import twfe

from .designs import assigned_panel

TWO_WAY = Estimand("two_way")


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def restricted_fit(panel) -> tuple[np.ndarray, np.ndarray]:
    """Fit of unit and weighted period effects, and residuals."""
    share = panel.weights / panel.weights.sum()
    unit = panel.y.mean(axis=1, keepdims=True)
    period = share @ (panel.y - unit)
    return unit + period, panel.y - unit - period


@pytest.mark.parametrize("pilots", [3, 4])
def test_p_is_that_of_refitting_every_sign_vector(pilots):
    panel = assigned_panel(pilots=pilots, n_units=9, effect=1.5, seed=2)
    fit, residual = restricted_fit(panel)

    def t(y: np.ndarray) -> float:
        (effect,) = twfe(y, panel.cohort, **panel.design)
        error = effect.standard_errors[Variance.CRV1]
        return abs(effect.estimate / error.se)

    signs = np.array(list(itertools.product((1.0, -1.0), repeat=9)))
    draws = np.array([t(fit + v[panel.cluster][:, None] * residual) for v in signs[1:-1]])
    expected = ((draws >= t(panel.y) * (1 - 1e-9)).sum() + 2) / 512  # all signs alike: the data themselves
    (test,) = wild_bootstrap(panel.y, panel.cohort, **panel.design, estimand=TWO_WAY, rng=rng())
    assert test.exact
    assert test.smallest_p == pytest.approx(2 / 512)
    assert test.p == pytest.approx(expected)


@pytest.mark.parametrize("signs", ["rademacher", "webb"])
@pytest.mark.parametrize("form", ["two_way", "imputation"])
def test_the_interval_is_the_set_of_effects_not_rejected(form, signs):
    panel = assigned_panel(cohorts=(4,) if form == "two_way" else (3, 5), pilots=6, n_units=14, effect=1.0, seed=4)
    dummy = np.arange(panel.y.shape[1]) >= panel.cohort[:, None]

    def test(effect: float):
        return wild_bootstrap(
            panel.y - effect * dummy,
            panel.cohort,
            **panel.design,
            estimand=Estimand(form),
            rng=rng(),
            signs=signs,
            n_draws=1999,
            level=0.8,
        )[0]

    found = test(0.0)
    width = found.high - found.low
    for end, outward in ((found.low, -1), (found.high, 1)):
        assert test(end - outward * 1e-4 * width).p > 0.2
        assert test(end + outward * 1e-4 * width).p <= 0.2 + 1e-12


def test_one_pilot_is_refused():
    panel = assigned_panel(pilots=1)
    (refused,) = wild_bootstrap(panel.y, panel.cohort, **panel.design, estimand=TWO_WAY, rng=rng())
    assert isinstance(refused, NotEstimable)
    assert "placebo ranks" in refused.detail


def test_webb_points_have_mean_zero_and_variance_one():
    drawn = draw_signs(40, "webb", 5_000, rng())
    signs = drawn.values
    assert not drawn.exact
    assert len(np.unique(np.round(signs, 12))) == 6
    assert signs.mean() == pytest.approx(0, abs=5 / np.sqrt(signs.size))
    assert np.square(signs).mean() == pytest.approx(1, abs=5 * np.sqrt(1 / 6 / signs.size) * 2)


def test_too_few_draws_are_refused():
    panel = assigned_panel(pilots=3, n_units=30)
    with pytest.raises(ValueError, match="at least 999"):
        wild_bootstrap(panel.y, panel.cohort, **panel.design, estimand=TWO_WAY, rng=rng(), n_draws=500)


def test_every_outcome_has_the_interval_that_it_has_alone():
    panel, rng = assigned_panel(n_units=16, pilots=5), np.random.default_rng(6)
    several = np.stack([panel.y, panel.y + rng.normal(size=panel.y.shape), -panel.y])

    def tested(y):
        seeded = np.random.default_rng(3)
        return wild_bootstrap(y, panel.cohort, **panel.design, estimand=Estimand("imputation"), rng=seeded)

    for together, y in zip(tested(several), several, strict=True):
        (alone,) = tested(y)
        assert np.isfinite([alone.low, alone.high]).all()
        assert (together.p, together.low, together.high) == pytest.approx((alone.p, alone.low, alone.high), rel=1e-9)
