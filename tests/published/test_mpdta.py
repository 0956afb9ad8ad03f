"""Minimum wages and teen employment: 15-digit output of the R package `did`.

The tolerance is relative to numbers of the order 0.01 to 0.1; both programs do a handful of means in double
precision.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import StandardError, Variance
from pilotbook.estimate.twfe import twfe

from .conftest import DATA

TOLERANCE = 1e-8
SCENARIOS = {"mpdta_nev_dr": {"controls": "never"}, "mpdta_nyt_dr": {"controls": "not_yet"}}


def influence_se(effect) -> float:
    error = effect.standard_errors[Variance.INFLUENCE]
    assert isinstance(error, StandardError)
    return error.se


def group_time(mpdta, scenario):
    (effects,) = callaway_santanna(mpdta.y, mpdta.cohort, **SCENARIOS[scenario])
    return effects


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_group_time_effect(mpdta, scenario):
    effects = group_time(mpdta, scenario)
    found = {
        (int(g) + 2003, int(t) + 2003): effect
        for g, t, effect in zip(effects.cohort, effects.period, effects.effects(), strict=True)
    }
    reference = pd.read_csv(DATA / "rdid_ref_attgt.csv").query("scenario == @scenario")
    assert len(reference) == 12
    for row in reference.itertuples():
        effect = found[row.group, row.t]
        assert effect.estimate == pytest.approx(row.att, abs=TOLERANCE)
        assert influence_se(effect) == pytest.approx(row.se, abs=TOLERANCE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_aggregate(mpdta, scenario):
    effects = group_time(mpdta, scenario)
    paths = {
        "group": effects.by_cohort(),
        "dynamic": effects.by_event_time(),
        "calendar": effects.by_period(),
    }
    reference = pd.read_csv(DATA / "rdid_ref_aggte.csv").query("scenario == @scenario")
    assert len(reference) == 15
    for row in reference.itertuples():
        overall = effects.simple() if row.type == "simple" else paths[row.type].overall
        assert overall.estimate == pytest.approx(row.overall_att, abs=TOLERANCE)
        assert influence_se(overall) == pytest.approx(row.overall_se, abs=TOLERANCE)
        if row.type != "simple":
            effect = paths[row.type][int(row.egt) - (0 if row.type == "dynamic" else 2003)]
            assert effect.estimate == pytest.approx(row.att_egt, abs=TOLERANCE)
            assert influence_se(effect) == pytest.approx(row.se_egt, abs=TOLERANCE)


def test_two_way_fixed_effects(mpdta):
    (effect,) = twfe(mpdta.y, mpdta.cohort)
    assert effect.estimate == pytest.approx(-0.0365489, abs=5e-8)
    # that error takes k = 2 (constant, treatment) in (n-1)/(n-k); ours counts the period effects, k = 6
    recalled = effect.standard_errors[Variance.CRV1].se * np.sqrt((2500 - 6) / (2500 - 2))
    assert recalled == pytest.approx(0.0132545, abs=5e-8)


def test_imputation(mpdta):
    (result,) = imputation(mpdta.y, mpdta.cohort)
    assert result.overall.estimate == pytest.approx(-0.0477099, abs=5e-8)
    assert result.overall.standard_errors[Variance.CONSERVATIVE].se == pytest.approx(0.0132225, abs=5e-8)
    assert result.n_cells_lost == 0


def test_jackknife_is_the_estimate_without_each_county(mpdta):
    every_tenth = np.arange(0, len(mpdta.y), 10)
    y, cohort = mpdta.y[every_tenth], mpdta.cohort[every_tenth]
    (full,) = callaway_santanna(y, cohort)
    (whole,) = imputation(y, cohort)
    left = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    group = [callaway_santanna(y[rows], cohort[rows])[0].by_event_time().overall.estimate for rows in left]
    imputed = [imputation(y[rows], cohort[rows])[0].overall.estimate for rows in left]
    for effect, without in ((full.by_event_time().overall, group), (whole.overall, imputed)):
        expected = np.sqrt((len(y) - 1) / len(y) * np.square(np.array(without) - effect.estimate).sum())
        assert effect.standard_errors[Variance.JACKKNIFE].se == pytest.approx(expected, rel=1e-9)


def test_regression_adjustment_for_population(mpdta):
    (effects,) = callaway_santanna(
        mpdta.y, mpdta.cohort, controls="never", covariates=mpdta.covariate, adjustment="reg"
    )
    reference = pd.read_csv(DATA / "rdid_ref_attgt.csv").query("scenario == 'mpdta_nev_reg_cov'")
    assert len(reference) == 12
    pairs = list(zip(effects.cohort + 2003, effects.period + 2003, strict=True))
    for row in reference.itertuples():
        effect = effects.effects()[pairs.index((row.group, row.t))]
        assert effect.estimate == pytest.approx(row.att, abs=TOLERANCE)
        assert influence_se(effect) == pytest.approx(row.se, abs=TOLERANCE)
    paths = {
        "group": effects.by_cohort(),
        "dynamic": effects.by_event_time(),
        "calendar": effects.by_period(),
    }
    for row in pd.read_csv(DATA / "rdid_ref_aggte.csv").query("scenario == 'mpdta_nev_reg_cov'").itertuples():
        overall = effects.simple() if row.type == "simple" else paths[row.type].overall
        assert overall.estimate == pytest.approx(row.overall_att, abs=TOLERANCE)
        assert influence_se(overall) == pytest.approx(row.overall_se, abs=TOLERANCE)


def test_doubly_robust_adjustment_for_population(mpdta):
    """The published value has seven digits and comes from another implementation: 5e-7."""
    (effects,) = callaway_santanna(mpdta.y, mpdta.cohort, controls="never", covariates=mpdta.covariate)
    overall = effects.simple()
    assert overall.estimate == pytest.approx(-0.0417515, abs=5e-7)
    assert influence_se(overall) == pytest.approx(0.0115029, abs=5e-7)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_joint_test_before_the_start(mpdta, scenario):
    effects = group_time(mpdta, scenario)
    before = effects.event_time < 0
    influence = effects.influence[:, before]
    estimate = effects.estimate[before]
    wald = estimate @ np.linalg.solve(influence.T @ influence, estimate)
    reference = pd.read_csv(DATA / "rdid_ref_pretest.csv").set_index("scenario").loc[scenario]
    assert wald == pytest.approx(reference["W"], abs=TOLERANCE)


def test_extended_two_way_fixed_effects(mpdta):
    """Stata's jwdid prints -0.0477099 (0.013265); in a balanced panel it is the imputation estimate."""
    (effect,) = extended_twfe(mpdta.y, mpdta.cohort)
    assert effect.estimate == pytest.approx(-0.0477099, abs=5e-8)
    assert effect.standard_errors[Variance.CRV1].se == pytest.approx(0.013265, abs=5e-7)
