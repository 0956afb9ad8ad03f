"""Anticipation, base periods, bins against independent implementations; what must not change an estimate.

The same tolerance and reason as in test_oracles.py.
"""

from __future__ import annotations

import diff_diff
import numpy as np
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.imputation import average_effect, imputation
from pilotbook.estimate.result import NotEstimable, Reason, StandardError, Variance
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sun_abraham import sun_abraham
from pilotbook.estimate.synthetic import synthetic_did
from pilotbook.estimate.twfe import twfe

from .oracles import feols, fit
from .panels import random_panel

TOLERANCE = 1e-8
LONG = ["unit", "period", "first"]
PANEL = random_panel(seed=41, n_periods=9, cohorts=(4, 6), n_units=80, pilots=30)


@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("controls", ["never", "not_yet"])
def test_group_time_options_against_diff_diff(base, anticipation, controls):
    model = diff_diff.CallawaySantAnna(
        control_group={"never": "never_treated", "not_yet": "not_yet_treated"}[controls],
        base_period=base,
        anticipation=anticipation,
    )
    oracle = fit(model, PANEL.frame(), "y", *LONG, aggregate="event_study")
    (effects,) = callaway_santanna(PANEL.y, PANEL.cohort, controls=controls, base=base, anticipation=anticipation)
    for g, t, effect in zip(effects.cohort, effects.period, effects.effects(), strict=True):
        assert effect.estimate == pytest.approx(oracle.group_time_effects[g, t]["effect"], abs=TOLERANCE)
        assert effect.standard_errors[Variance.INFLUENCE].se == pytest.approx(
            oracle.group_time_effects[g, t]["se"], abs=TOLERANCE
        )
    path = effects.by_event_time()
    for e, effect in zip(path.keys, path.effects, strict=True):
        assert effect.estimate == pytest.approx(oracle.event_study_effects[e]["effect"], abs=TOLERANCE)


def test_anticipation_in_imputation_against_diff_diff():
    model = diff_diff.ImputationDiD(anticipation=1)
    oracle = fit(model, PANEL.frame(), "y", *LONG, aggregate="event_study")
    (result,) = imputation(PANEL.y, PANEL.cohort, anticipation=1)
    assert result.event_time.keys[0] == -1
    for e, effect in zip(result.event_time.keys, result.event_time.effects, strict=True):
        assert effect.estimate == pytest.approx(oracle.event_study_effects[e]["effect"], abs=TOLERANCE)


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_the_average_effect_alone_is_the_overall_of_imputation(anticipation, missing):
    y = np.stack([PANEL.y, PANEL.y[::-1], np.zeros_like(PANEL.y)])
    y[:, np.random.default_rng(5).random(PANEL.y.shape) < missing] = np.nan
    weights, cluster = np.linspace(1, 3, len(PANEL.y)), np.arange(len(PANEL.y)) // 2
    given = {"weights": weights, "cluster": np.where(PANEL.cohort == NEVER, cluster + 1000, cluster)}
    whole = imputation(y, PANEL.cohort, **given, anticipation=anticipation)
    alone = average_effect(y, PANEL.cohort, **given, anticipation=anticipation)
    assert isinstance(whole[2], NotEstimable)
    assert alone[2] == whole[2]
    for one, result in zip(alone[:2], whole[:2], strict=True):
        assert one == pytest.approx(result.overall.estimate, abs=TOLERANCE)


def test_anticipation_in_sun_abraham_against_diff_diff():
    oracle = fit(diff_diff.SunAbraham(anticipation=1), PANEL.frame(), "y", *LONG)
    (path,) = sun_abraham(PANEL.y, PANEL.cohort, anticipation=1)
    assert path.reference == -2
    for e, effect in zip(path.keys, path.effects, strict=True):
        assert effect.estimate == pytest.approx(oracle.event_study_effects[e]["effect"], abs=TOLERANCE)


def test_sun_abraham_without_never_treated_uses_the_last_cohort():
    """With two cohorts and the later one as control it is the event study of the earlier cohort."""
    panel = random_panel(seed=42, pilots=60, cohorts=(3, 6))
    (path,) = sun_abraham(panel.y, panel.cohort)
    cohort = np.where(panel.cohort == 6, NEVER, panel.cohort)
    (expected,) = event_study(panel.y[:, :6], cohort)
    assert path.keys == expected.keys
    for one, other in zip(path.effects, expected.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, abs=1e-12)
        assert one.se == pytest.approx(other.se, abs=1e-12)


def test_bins_pool_the_ends_against_pyfixest():
    frame = PANEL.frame()
    event_time = np.where(frame["first"] > 0, np.clip(frame["period"] - frame["first"], -3, 2), -1)
    names = {e: f"e{e}".replace("-", "m") for e in (-3, -2, 0, 1, 2)}
    for e, name in names.items():
        frame[name] = ((event_time == e) & (frame["first"] > 0)).astype(float)
    oracle = feols(f"y ~ {' + '.join(names.values())} | unit + period", frame, vcov={"CRV1": "unit"})
    (path,) = event_study(PANEL.y, PANEL.cohort, bins=(-3, 2), windows=[(0, 2), (-3, 2)])
    assert path.keys == tuple(names)
    found = [effect.estimate for effect in path.effects]
    np.testing.assert_allclose(found, oracle.coef()[list(names.values())], atol=TOLERANCE)
    assert path.averages[0, 2].estimate == pytest.approx(np.mean(found[2:]), abs=1e-12)
    assert path.averages[-3, 2].estimate == pytest.approx(np.sum(found) / 6, abs=1e-12)


def test_support_counts_pilots_and_cohorts():
    (path,) = event_study(PANEL.y, PANEL.cohort)
    by_time = dict(zip(path.keys, path.support, strict=True))
    early, late = (PANEL.cohort == 4).sum(), (PANEL.cohort == 6).sum()
    assert (by_time[0].n_pilots, by_time[0].n_cohorts) == (early + late, 2)
    assert (by_time[4].n_pilots, by_time[4].n_cohorts) == (early, 1)
    assert (by_time[-6].n_pilots, by_time[-6].n_cohorts) == (late, 1)


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_unit_and_period_effects_do_not_matter_and_the_unit_of_measurement_scales(missing):
    panel = PANEL.without_cells(missing)
    rng = np.random.default_rng(1)
    shifted = 3 * panel.y + rng.normal(size=(80, 1)) * 50 + rng.normal(size=9) * 50
    for run in (
        lambda y: twfe(y, panel.cohort, weights=panel.weights)[0],
        lambda y: extended_twfe(y, panel.cohort, weights=panel.weights)[0],
        lambda y: imputation(y, panel.cohort, weights=panel.weights)[0].overall,
        lambda y: callaway_santanna(y, panel.cohort, weights=panel.weights)[0].simple(),
        lambda y: sun_abraham(y, panel.cohort, weights=panel.weights)[0].overall,
        lambda y: event_study(y, panel.cohort, weights=panel.weights)[0][1],
    ):
        before, after = run(panel.y), run(shifted)
        assert after.estimate == pytest.approx(3 * before.estimate, abs=1e-9)
        for kind, error in before.standard_errors.items():
            assert after.standard_errors[kind].se == pytest.approx(3 * error.se, abs=1e-9)


def test_synthetic_did_finds_a_planted_effect_without_noise():
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(2, 12)).cumsum(axis=1)
    y = rng.uniform(0, 1, size=(30, 2)) @ factors
    cohort = np.where(np.arange(30) < 2, 8, NEVER)
    y[:2] = y[2:].reshape(2, 14, 12).mean(axis=1)
    y[:2, 8:] += 5.0
    (result,) = synthetic_did(y, cohort, rng=rng)
    assert result.effect.estimate == pytest.approx(5.0, abs=0.1)
    assert result.rank_p == pytest.approx(1 / (1 + len(result.placebo)))


def test_intervals_and_p_values_agree():
    error = StandardError(2.0, 7.0)
    low, high = error.interval(5.0, 0.9)
    assert error.p_value(5.0, low) == pytest.approx(0.1, abs=1e-12)
    assert error.p_value(5.0, high) == pytest.approx(0.1, abs=1e-12)
    assert StandardError(0.0, 3.0).p_value(1.0) == 0.0


def test_no_observation_to_spare():
    y = np.array([[0.0, 1.0], [0.0, 2.5], [1.0, 0.5], [3.0, 2.0]])
    cohort = np.array([1, 1, NEVER, NEVER])
    (effect,) = twfe(y, cohort)
    assert isinstance(effect.standard_errors[Variance.CRV1], StandardError)
    (path,) = event_study(y[:3], np.array([1, 1, NEVER]))
    for error in path[0].standard_errors.values():
        assert isinstance(error, NotEstimable)
        assert error.reason is Reason.ONE_ASSIGNMENT_UNIT
