"""Agreement of the other estimators with independent implementations on random panels."""

from __future__ import annotations

import warnings

import csdid.att_gt
import diff_diff
import numpy as np
import pyfixest
import pytest

from pilotbook.estimate.bacon import bacon
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.dose_response import dose_response
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.frank_wolfe import frank_wolfe_weights
from pilotbook.estimate.heterogeneity import subgroup_effects
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.poisson import poisson
from pilotbook.estimate.result import Variance
from pilotbook.estimate.simplex import simplex_weights
from pilotbook.estimate.sun_abraham import sun_abraham
from pilotbook.estimate.synthetic import synthetic_did
from pilotbook.estimate.twfe import twfe

from .oracles import feols, fit, survey
from .panels import RandomPanel, random_panel

TOLERANCE = 1e-8
PANELS = {"balanced": random_panel(seed=1), "unbalanced": random_panel(seed=2).without_cells(0.1)}
LONG = ["unit", "period", "first"]


@pytest.fixture(params=PANELS)
def panel(request) -> RandomPanel:
    return PANELS[request.param]


@pytest.mark.parametrize("weighted", [False, True])
def test_sun_abraham_against_diff_diff(panel, weighted):
    options = {"survey_design": survey("unit")} if weighted else {}
    oracle = fit(diff_diff.SunAbraham(), panel.frame(), "y", *LONG, **options)
    (path,) = sun_abraham(panel.y, panel.cohort, weights=panel.weights if weighted else None)
    assert set(path.keys) == {int(e) for e in oracle.event_study_effects} - {-1}
    for e, effect in zip(path.keys, path.effects, strict=True):
        assert effect.estimate == pytest.approx(oracle.event_study_effects[e]["effect"], abs=TOLERANCE)
    assert path.overall.estimate == pytest.approx(oracle.overall_att, abs=TOLERANCE)
    if not weighted:
        found = path.overall.standard_errors[Variance.CRV1].se
        assert found == pytest.approx(oracle.overall_se, abs=TOLERANCE)


def test_bacon_against_diff_diff():
    panel = random_panel(seed=5, cohorts=(2, 4, 6), pilots=40)
    oracle = fit(diff_diff.BaconDecomposition(), panel.frame(), "y", *LONG)
    (parts,) = bacon(panel.y, panel.cohort)
    assert len(parts.components) == len(oracle.comparisons)
    assert parts.estimate == pytest.approx(oracle.twfe_estimate, abs=TOLERANCE)
    found = sorted((part.weight, part.estimate) for part in parts.components)
    expected = sorted((part.weight, part.estimate) for part in oracle.comparisons)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


@pytest.mark.parametrize("weighted", [False, True])
def test_bacon_adds_up_to_two_way_fixed_effects(panel, weighted):
    weights = panel.weights if weighted else None
    (parts,) = bacon(panel.y, panel.cohort, weights=weights)
    complete = np.isfinite(panel.y).all(axis=1)
    chosen = None if weights is None else weights[complete]
    (effect,) = twfe(panel.y[complete], panel.cohort[complete], weights=chosen)
    assert parts.n_dropped == (~complete).sum()
    assert parts.estimate == pytest.approx(effect.estimate, abs=1e-12)


@pytest.mark.parametrize("cluster", ["unit", "state"])
@pytest.mark.parametrize("with_exposure", [False, True])
def test_poisson_against_pyfixest(panel, cluster, with_exposure):
    rng = np.random.default_rng(0)
    exposure = rng.uniform(1, 3, panel.y.shape)
    counts = np.where(np.isnan(panel.y), np.nan, rng.poisson(exposure * np.exp(np.nan_to_num(panel.y) / 10)))
    frame = panel.frame().assign(count=counts[np.isfinite(counts)], log_exposure=np.log(exposure[np.isfinite(counts)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = pyfixest.fepois(
            "count ~ d | unit + period",
            frame,
            vcov={"CRV1": cluster},
            offset="log_exposure" if with_exposure else None,
            iwls_tol=1e-13,
            iwls_maxiter=100,
            fixef_tol=1e-12,
        )
    (effect,) = poisson(
        counts,
        panel.cohort,
        exposure=exposure if with_exposure else None,
        cluster=panel.state if cluster == "state" else None,
    )
    assert effect.estimate == pytest.approx(oracle.coef()["d"], abs=TOLERANCE)
    assert effect.standard_errors[Variance.CRV1].se == pytest.approx(oracle.se()["d"], abs=TOLERANCE)


@pytest.mark.parametrize("adjustment", ["reg", "ipw"])
@pytest.mark.parametrize("weighted", [False, True])
def test_covariates_against_diff_diff(adjustment, weighted):
    panel = random_panel(seed=9, n_units=150, pilots=60)
    model = diff_diff.CallawaySantAnna(control_group="not_yet_treated", estimation_method=adjustment, pscore_trim=1e-9)
    options = {"survey_design": survey("unit")} if weighted else {}
    oracle = fit(model, panel.frame(), "y", *LONG, covariates=["x"], aggregate="all", **options)
    (effects,) = callaway_santanna(
        panel.y,
        panel.cohort,
        weights=panel.weights if weighted else None,
        covariates=panel.covariate,
        adjustment=adjustment,
    )
    for g, t, effect in zip(effects.cohort, effects.period, effects.effects(), strict=True):
        assert effect.estimate == pytest.approx(oracle.group_time_effects[g, t]["effect"], abs=TOLERANCE)
    factor = np.sqrt(150 / 149) if weighted else 1.0
    assert effects.simple().se * factor == pytest.approx(oracle.overall_se, abs=TOLERANCE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("adjustment", ["reg", "ipw", "dr"])
@pytest.mark.parametrize("weighted", [False, True])
def test_covariates_against_csdid(adjustment, weighted):
    panel = random_panel(seed=9, n_units=150, pilots=60)
    frame = panel.frame()[["unit", "period", "first", "y", "x", "w"]].rename(columns={"y": "outcome"})
    oracle = csdid.att_gt.ATTgt(
        yname="outcome",
        tname="period",
        idname="unit",
        gname="first",
        data=frame,
        control_group="notyettreated",
        xformla="outcome ~ x",
        weights_name="w" if weighted else None,
    ).fit(est_method=adjustment, bstrap=False)
    results = oracle.results
    found = {
        pair: (att, se)
        for pair, att, se in zip(
            zip(results["group"], results["year"], strict=True), results["att"], results["se"], strict=True
        )
    }
    (effects,) = callaway_santanna(
        panel.y,
        panel.cohort,
        weights=panel.weights if weighted else None,
        covariates=panel.covariate,
        adjustment=adjustment,
    )
    for g, t, effect in zip(effects.cohort, effects.period, effects.effects(), strict=True):
        assert effect.estimate == pytest.approx(found[g, t][0], abs=TOLERANCE)
        assert effect.se == pytest.approx(found[g, t][1], abs=TOLERANCE)


def test_extended_twfe_is_imputation_in_a_balanced_panel():
    panel = PANELS["balanced"]
    (regression,) = extended_twfe(panel.y, panel.cohort, weights=panel.weights)
    (imputed,) = imputation(panel.y, panel.cohort, weights=panel.weights)
    assert regression.estimate == pytest.approx(imputed.overall.estimate, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_dose_response_against_pyfixest(panel, weighted):
    dose = np.abs(panel.covariate)
    (result,) = dose_response(panel.y, panel.cohort, dose, weights=panel.weights if weighted else None)
    frame = panel.frame()
    frame["dose"] = frame["d"] * (dose[frame["unit"]] - result.mean_dose)
    frame["cell"] = np.where(frame["d"] > 0, frame["first"] * 100 + frame["period"], 0).astype(int)
    weights = "w" if weighted else None
    oracle = feols("y ~ dose + C(cell) | unit + period", frame, weights=weights, vcov={"CRV1": "unit"})
    assert result.slope.estimate == pytest.approx(oracle.coef()["dose"], abs=TOLERANCE)
    assert result.slope.standard_errors[Variance.CRV1].se == pytest.approx(oracle.se()["dose"], abs=TOLERANCE)


def test_dose_response_finds_a_planted_slope():
    panel = random_panel(seed=12, growth=0.0)
    dose = np.linspace(1, 3, len(panel.y))
    treated = panel.cohort[:, None] <= np.arange(8)
    y = panel.y + np.where(treated, 1.5 * dose[:, None], 0.0)
    (without,) = dose_response(panel.y, panel.cohort, dose, at=(2.0,))
    (planted,) = dose_response(y, panel.cohort, dose, at=(2.0,))
    assert planted.slope.estimate - without.slope.estimate == pytest.approx(1.5, abs=1e-12)
    assert planted.at[2.0].estimate - without.at[2.0].estimate == pytest.approx(3.0, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_subgroups_are_the_regressions_of_each_alone(missing, weighted):
    panel = random_panel(seed=15, n_units=120, pilots=48).without_cells(missing)
    codes = panel.state % 3
    (groups,) = subgroup_effects(panel.y, panel.cohort, codes, weights=panel.weights if weighted else None)
    alone = {}
    for code in (0, 1, 2):
        rows = codes == code
        weights = panel.weights[rows] if weighted else None
        (alone[code],) = extended_twfe(panel.y[rows], panel.cohort[rows], weights=weights)
        assert groups.effects[code].estimate == pytest.approx(alone[code].estimate, abs=1e-10)
        assert np.isfinite(alone[code].se)
        assert groups.effects[code].se == pytest.approx(alone[code].se, abs=1e-10)
    difference = groups.differences[2]
    assert difference.estimate == pytest.approx(alone[2].estimate - alone[0].estimate, abs=1e-10)
    assert difference.se == pytest.approx(np.hypot(alone[2].se, alone[0].se), abs=1e-10)


def test_synthetic_did_against_diff_diff():
    """Two solvers that stop by the same rule after thousands of steps: 1e-4 of an effect of order one."""
    panel = random_panel(seed=13, cohorts=(6,), pilots=4, n_periods=10, n_units=24)
    frame = panel.frame().assign(treat=lambda f: (f["first"] > 0).astype(int))
    model = diff_diff.SyntheticDiD(seed=1, n_bootstrap=20)
    oracle = fit(model, frame, "y", "treat", "unit", "period", post_periods=[6, 7, 8, 9])
    (result,) = synthetic_did(panel.y, panel.cohort, rng=np.random.default_rng(1))
    assert result.effect.estimate == pytest.approx(oracle.att, abs=1e-4)


def test_placebo_assignments_are_all_taken_when_there_are_few():
    panel = random_panel(seed=14, cohorts=(4,), pilots=2, n_units=12)
    (result,) = synthetic_did(panel.y, panel.cohort, rng=np.random.default_rng(1), draws=200)
    assert len(result.placebo) == 45
    assert result.rank_p >= 1 / 46


def test_both_solvers_of_weights_agree_where_neither_stops_early():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(12, 7)), rng.normal(size=12)
    exact = simplex_weights(a, b, 0.5)
    gram = a.T @ a + 0.5 * np.eye(7)
    found = frank_wolfe_weights(gram, (b @ a)[None], np.array([b @ b]), np.ones((1, 7), bool), 0.0)
    value = [w @ gram @ w - 2 * (b @ a) @ w for w in (exact, found[0])]
    assert exact.sum() == pytest.approx(1.0, abs=1e-12)
    assert value[0] <= value[1] + 1e-12
    np.testing.assert_allclose(found[0], exact, atol=1e-3)
