"""Fragile designs give their own clear result: a reason, not an exception and not a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pilotbook.estimate.bacon import Comparison, bacon
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.dose_response import dose_response
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.heterogeneity import subgroup_effects
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.logarithm import log_outcome
from pilotbook.estimate.poisson import poisson
from pilotbook.estimate.result import Effect, NotEstimable, Reason, StandardError
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sun_abraham import sun_abraham
from pilotbook.estimate.twfe import twfe
from pilotbook.estimate.two_by_two import two_by_two

from .every_estimator import EVERY, ONE_START, STAGGERED, numbers
from .panels import RandomPanel, random_panel


def panel_for(name: str) -> RandomPanel:
    return random_panel(seed=21, cohorts=(4,) if name in ONE_START else (3, 5))


def run(name: str, panel: RandomPanel):
    (result,) = EVERY[name](panel.y, panel.cohort, weights=panel.weights, covariate=panel.covariate)
    return result


def refused(result, reason: Reason) -> bool:
    assert isinstance(result, NotEstimable), result
    assert result.detail.strip()
    return result.reason is reason


@pytest.mark.parametrize("name", EVERY)
def test_no_pilot(name):
    panel = panel_for(name)
    assert refused(run(name, replace(panel, cohort=np.full(len(panel.y), NEVER))), Reason.NO_PILOTS)


@pytest.mark.parametrize("name", EVERY)
def test_all_treated_at_once(name):
    panel = panel_for(name)
    assert refused(run(name, replace(panel, cohort=np.full(len(panel.y), 4))), Reason.NO_CONTROLS)


@pytest.mark.parametrize("name", EVERY)
def test_start_in_the_first_period(name):
    panel = panel_for(name)
    cohort = np.where(panel.cohort == NEVER, NEVER, 0)
    assert refused(run(name, replace(panel, cohort=cohort)), Reason.NO_PRE_PERIOD)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_unusable_weights(name, value):
    panel = panel_for(name)
    weights = panel.weights.copy()
    weights[3] = value
    assert refused(run(name, replace(panel, weights=weights)), Reason.BAD_WEIGHTS)


@pytest.mark.parametrize("name", [name for name in EVERY if name != "Bacon"])
def test_constant_outcome(name):
    panel = panel_for(name)
    result = run(name, replace(panel, y=np.full_like(panel.y, 7.3)))
    if name in ("subgroups", "dose"):
        parts = list(result.effects.values()) if name == "subgroups" else [result.slope, *result.at.values()]
        assert all(refused(part, Reason.NO_VARIATION) for part in parts)
    elif name in ("event study", "Sun–Abraham"):
        assert all(refused(effect, Reason.NO_VARIATION) for effect in result.effects)
    else:
        assert refused(result, Reason.NO_VARIATION)


@pytest.mark.parametrize("name", EVERY)
def test_all_missing(name):
    panel = panel_for(name)
    assert refused(run(name, replace(panel, y=np.full_like(panel.y, np.nan))), Reason.NO_OBSERVATIONS)


@pytest.mark.parametrize("name", STAGGERED)
def test_a_fifth_of_the_rows_missing(name):
    panel = panel_for(name).without_cells(0.2)
    result = run(name, panel)
    if name == "Bacon":
        assert result.n_dropped > 0
    else:
        assert np.isfinite(list(numbers(result))).any()


@pytest.mark.parametrize("name", STAGGERED)
def test_one_period_before_the_start(name):
    panel = random_panel(seed=22, cohorts=(1,), n_periods=5)
    result = run(name, panel)
    assert not isinstance(result, NotEstimable), result


def test_one_period_before_the_start_leaves_nothing_to_trace():
    panel = random_panel(seed=22, cohorts=(1,), n_periods=5)
    for name in ("synthetic control", "synthetic DiD"):
        assert refused(run(name, panel), Reason.NO_PRE_PERIOD)


def test_a_cohort_that_starts_in_the_first_period_is_left_out():
    panel = random_panel(seed=23, cohorts=(0, 3, 5), pilots=30)
    keep = panel.cohort != 0
    for estimator in (callaway_santanna, imputation, sun_abraham):
        (everyone,) = estimator(panel.y, panel.cohort)
        (others,) = estimator(panel.y[keep], panel.cohort[keep])
        overall = [r.simple() if hasattr(r, "simple") else r.overall for r in (everyone, others)]
        assert overall[0].estimate == pytest.approx(overall[1].estimate, rel=1e-12)
    (parts,) = bacon(panel.y, panel.cohort)
    assert parts.share(Comparison.ALWAYS_TREATED) > 0
    assert parts.forbidden_share >= parts.share(Comparison.ALWAYS_TREATED)


def test_everyone_treated_in_the_end():
    panel = random_panel(seed=24, cohorts=(3, 5, 6), pilots=60)
    assert refused(callaway_santanna(panel.y, panel.cohort, controls="never")[0], Reason.NO_CONTROLS)
    (effects,) = callaway_santanna(panel.y, panel.cohort)
    assert effects.period[effects.event_time >= 0].max() < 6
    (imputed,) = imputation(panel.y, panel.cohort)
    last_clean = 6
    cells = (panel.cohort[:, None] <= np.arange(8)).sum()
    within = ((panel.cohort[:, None] <= np.arange(8)) & (np.arange(8) < last_clean)).sum()
    assert imputed.n_cells_lost == cells - within


def test_one_pilot_has_an_estimate_but_no_standard_error():
    panel = random_panel(seed=25, cohorts=(4,), pilots=1)
    (two,) = two_by_two(panel.y, panel.cohort)
    effects = [
        two.effect,
        twfe(panel.y, panel.cohort)[0],
        event_study(panel.y, panel.cohort)[0][0],
        callaway_santanna(panel.y, panel.cohort)[0].simple(),
        imputation(panel.y, panel.cohort)[0].overall,
        sun_abraham(panel.y, panel.cohort)[0].overall,
        poisson(np.exp(panel.y / 10), panel.cohort)[0],
    ]
    for effect in effects:
        assert isinstance(effect, Effect)
        assert np.isfinite(effect.estimate)
        assert all(refused(error, Reason.ONE_ASSIGNMENT_UNIT) for error in effect.standard_errors.values())
        assert np.isnan(effect.se)


def test_many_counties_of_one_state_are_one_pilot():
    panel = random_panel(seed=26, cohorts=(4,), pilots=12)
    cluster = np.where(panel.cohort == NEVER, panel.state + 1, 0)
    for effect in (
        twfe(panel.y, panel.cohort, cluster=cluster)[0],
        imputation(panel.y, panel.cohort, cluster=cluster)[0].overall,
        callaway_santanna(panel.y, panel.cohort, cluster=cluster)[0].simple(),
    ):
        assert effect.counts.n_pilots == 12
        assert effect.counts.n_pilot_clusters == 1
        assert all(refused(error, Reason.ONE_ASSIGNMENT_UNIT) for error in effect.standard_errors.values())


def test_collinear_covariates():
    panel = random_panel(seed=27)
    twice = np.column_stack([panel.covariate, 2 * panel.covariate + 3])
    for adjustment in ("reg", "ipw", "dr"):
        (result,) = callaway_santanna(panel.y, panel.cohort, covariates=twice, adjustment=adjustment)
        assert refused(result, Reason.COLLINEAR)


def test_covariate_that_tells_pilots_from_controls():
    panel = random_panel(seed=28, cohorts=(4,))
    perfect = (panel.cohort == NEVER) * 10.0 + panel.covariate / 10
    for adjustment in ("ipw", "dr"):
        (result,) = callaway_santanna(panel.y, panel.cohort, covariates=perfect, adjustment=adjustment)
        assert refused(result, Reason.NO_OVERLAP)


def test_zeros_under_log_are_refused_and_poisson_is_offered():
    values = np.exp(random_panel(seed=29).y / 10)
    values[4, 2] = 0.0
    answer = log_outcome(values)
    assert refused(answer, Reason.NOT_POSITIVE)
    assert "Poisson" in answer.detail
    panel = random_panel(seed=29)
    (effect,) = poisson(values, panel.cohort)
    assert isinstance(effect.error, StandardError)


def test_log_keeps_missing_values():
    np.testing.assert_array_equal(log_outcome(np.array([[1.0, np.nan]])), np.array([[0.0, np.nan]]))


def test_poisson_refuses_negative_values_and_all_zero_pilots():
    panel = random_panel(seed=30, cohorts=(4,))
    assert refused(poisson(panel.y - 20, panel.cohort)[0], Reason.NOT_POSITIVE)
    counts = np.random.default_rng(0).poisson(5.0, panel.y.shape).astype(float)
    counts[(panel.cohort == 4)[:, None] & (np.arange(8) >= 4)] = 0.0
    assert refused(poisson(counts, panel.cohort)[0], Reason.NO_CONVERGENCE)
    assert refused(poisson(counts, panel.cohort, exposure=np.zeros(counts.shape))[0], Reason.NOT_POSITIVE)


def test_doses_that_are_all_equal():
    panel = random_panel(seed=31)
    assert refused(dose_response(panel.y, panel.cohort, np.ones(len(panel.y)))[0], Reason.NO_DOSE_VARIATION)


def test_subgroups_without_pilots_or_controls():
    panel = random_panel(seed=32, cohorts=(4,))
    pilot = panel.cohort == 4
    codes = np.where(pilot, 0, 1)
    codes[np.flatnonzero(pilot)[:8]] = 2
    codes[np.flatnonzero(~pilot)[:20]] = 2
    (groups,) = subgroup_effects(panel.y, panel.cohort, codes)
    assert refused(groups.effects[0], Reason.NO_CONTROLS)
    assert refused(groups.effects[1], Reason.NO_PILOTS)
    assert isinstance(groups.effects[2], Effect)
    assert isinstance(groups.differences[2], NotEstimable)


def test_stack_of_outcomes_gives_one_result_each():
    panel = random_panel(seed=33)
    gaps = panel.without_cells(0.1)
    stack = np.stack([panel.y, np.full_like(panel.y, 1.0), gaps.y, panel.y * 2])
    results = twfe(stack, panel.cohort)
    assert isinstance(results[1], NotEstimable)
    assert results[2].estimate == pytest.approx(twfe(gaps.y, panel.cohort)[0].estimate, rel=1e-12)
    assert results[3].estimate == pytest.approx(2 * results[0].estimate, rel=1e-12)


@pytest.mark.parametrize(
    ("y", "cohort", "message"),
    [
        (np.zeros(4), np.zeros(4, int), "one value per unit|units, periods"),
        (np.zeros((4, 3)), np.zeros(3, int), "one value per unit"),
        (np.zeros((4, 3)), np.zeros(4), "integers"),
    ],
)
def test_arrays_that_do_not_fit_are_a_fault_of_the_caller(y, cohort, message):
    with pytest.raises((ValueError, IndexError), match=message):
        twfe(y, cohort)
