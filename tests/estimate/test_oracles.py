"""Agreement with independent implementations on random panels.

Both sides solve small least-squares problems in double precision, so 1e-8 is loose; where a library stops
iterating earlier that is said beside the test. Where a convention differs, the formula of the difference
stands in the test.
"""

from __future__ import annotations

import csdid.att_gt
import diff_diff
import numpy as np
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import Variance
from pilotbook.estimate.twfe import twfe

from .oracles import feols, fit, survey
from .panels import RandomPanel, random_panel

TOLERANCE = 1e-8
PANELS = {
    "balanced": random_panel(seed=1),
    "unbalanced": random_panel(seed=2).without_cells(0.2),
    "one cohort": random_panel(seed=3, cohorts=(4,)),
}
LONG = ["unit", "period", "first"]


@pytest.fixture(params=PANELS)
def panel(request) -> RandomPanel:
    return PANELS[request.param]


@pytest.fixture(params=[False, True], ids=["unweighted", "weighted"])
def weighted(request) -> bool:
    return request.param


@pytest.fixture(params=["unit", "state"])
def cluster(request) -> str:
    return request.param


def design(panel: RandomPanel, weighted: bool, cluster: str) -> dict[str, np.ndarray | None]:
    return {
        "weights": panel.weights if weighted else None,
        "cluster": panel.state if cluster == "state" else None,
    }


def n_clusters(panel: RandomPanel, cluster: str) -> int:
    return panel.frame()[cluster].nunique()


def test_two_way_fixed_effects_against_pyfixest(panel, weighted, cluster):
    (effect,) = twfe(panel.y, panel.cohort, **design(panel, weighted, cluster))
    weights = "w" if weighted else None
    oracle = feols("y ~ d | unit + period", panel.frame(), weights=weights, vcov={"CRV1": cluster})
    assert effect.estimate == pytest.approx(oracle.coef()["d"], abs=TOLERANCE)
    assert effect.standard_errors[Variance.CRV1].se == pytest.approx(oracle.se()["d"], abs=TOLERANCE)


def test_crv3_against_pyfixest(panel, cluster):
    """Ours is (G-1)/G · Σ(b₍₋g₎ - b)², pyfixest's G/(G-1) · (n-1)/(n-k) · Σ(b₍₋g₎ - b)²."""
    (effect,) = twfe(panel.y, panel.cohort, **design(panel, False, cluster))
    oracle = feols("y ~ d | unit + period", panel.frame(), vcov={"CRV3": cluster})
    clusters = n_clusters(panel, cluster)
    ours_over_theirs = np.sqrt((clusters - 1) / clusters / oracle._ssc.item())
    assert effect.standard_errors[Variance.CRV3].se == pytest.approx(oracle.se()["d"] * ours_over_theirs, abs=TOLERANCE)


def test_crv3_is_the_regression_without_each_state(panel):
    (effect,) = twfe(panel.y, panel.cohort, weights=panel.weights, cluster=panel.state)
    states = np.unique(panel.state)
    without = [
        twfe(panel.y[keep], panel.cohort[keep], weights=panel.weights[keep])[0].estimate
        for keep in (panel.state != state for state in states)
    ]
    expected = np.sqrt((len(states) - 1) / len(states) * np.square(np.array(without) - effect.estimate).sum())
    assert effect.standard_errors[Variance.CRV3].se == pytest.approx(expected, rel=1e-10)


def test_cr2_and_satterthwaite_against_diff_diff(cluster):
    panel = PANELS["one cohort"]
    frame = panel.frame().assign(treat=lambda f: (f["first"] > 0).astype(int), post=lambda f: f["period"] >= 4)
    frame["post"] = frame["post"].astype(int)
    model = diff_diff.TwoWayFixedEffects(cluster=cluster, vcov_type="hc2_bm")
    oracle = fit(model, frame, "y", "treat", post="post", unit="unit")
    (effect,) = twfe(panel.y, panel.cohort, **design(panel, False, cluster))
    assert effect.estimate == pytest.approx(oracle.att, abs=TOLERANCE)
    assert effect.se == pytest.approx(oracle.se, abs=TOLERANCE)
    assert effect.error.p_value(effect.estimate) == pytest.approx(oracle.p_value, abs=TOLERANCE)


def test_weighted_cr2_is_that_of_the_regression_written_out():
    """OLS on rows times the root of the weight, every dummy written out: no absorption, no shortcut."""
    panel = random_panel(n_units=16, n_periods=5, cohorts=(2, 3), pilots=8, seed=6, n_states=7).without_cells(0.1)
    (effect,) = twfe(panel.y, panel.cohort, weights=panel.weights, cluster=panel.state)
    frame = panel.frame()
    root = np.sqrt(frame["w"].to_numpy())
    x = np.column_stack(
        [
            frame["d"],
            *(frame["unit"] == u for u in frame["unit"].unique()),
            *(frame["period"] == t for t in range(1, 5)),
        ]
    ).astype(float)
    x, y = x * root[:, None], frame["y"].to_numpy() * root
    bread = np.linalg.pinv(x.T @ x)
    hat = x @ bread @ x.T
    residual = y - hat @ y
    rows = []
    for state in np.unique(frame["state"]):
        g = np.flatnonzero(frame["state"] == state)
        values, vectors = np.linalg.eigh(np.eye(len(g)) - hat[np.ix_(g, g)])
        half = np.where(values > 1e-9, 1 / np.sqrt(np.maximum(values, 1e-9)), 0.0)
        row = np.zeros(len(frame))
        row[g] = (vectors * half) @ vectors.T @ x[g] @ bread[0]
        rows.append(row)
    loading = np.array(rows)
    variance = np.square(loading @ residual).sum()
    q = loading @ (np.eye(len(frame)) - hat) @ loading.T
    assert effect.se == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert effect.df == pytest.approx(np.trace(q) ** 2 / np.square(q).sum(), rel=1e-8)


def test_event_study_against_pyfixest(weighted, cluster):
    panel = PANELS["unbalanced"]
    frame = panel.frame()
    event_time = np.where(frame["first"] > 0, frame["period"] - frame["first"], -1)
    times = [e for e in np.unique(event_time) if e != -1]
    for e in times:
        frame[f"e{e}".replace("-", "m")] = (event_time == e).astype(float)
    names = [f"e{e}".replace("-", "m") for e in times]
    formula = f"y ~ {' + '.join(names)} | unit + period"
    oracle = feols(formula, frame, weights="w" if weighted else None, vcov={"CRV1": cluster})
    (path,) = event_study(panel.y, panel.cohort, **design(panel, weighted, cluster))
    assert path.keys == tuple(times)
    assert path.reference == -1
    found = [effect.estimate for effect in path.effects]
    np.testing.assert_allclose(found, oracle.coef()[names], atol=TOLERANCE)
    np.testing.assert_allclose(path.covariance[Variance.CRV1], oracle._vcov, atol=TOLERANCE)


def test_group_time_effects_against_diff_diff(panel, weighted, cluster):
    """diff-diff multiplies by G/(G-1) when clustered; unweighted by unit it does not; we never do."""
    corrected = weighted or cluster == "state"
    model = diff_diff.CallawaySantAnna(
        control_group="not_yet_treated", cluster=None if weighted or cluster == "unit" else cluster
    )
    options = {"survey_design": survey(cluster)} if weighted else {}
    oracle = fit(model, panel.frame(), "y", *LONG, aggregate="all", **options)
    (effects,) = callaway_santanna(panel.y, panel.cohort, **design(panel, weighted, cluster))
    for g, t, estimate in zip(effects.cohort, effects.period, effects.estimate, strict=True):
        assert estimate == pytest.approx(oracle.group_time_effects[g, t]["effect"], abs=TOLERANCE)
    if np.isfinite(panel.y).all():
        clusters = n_clusters(panel, cluster)
        factor = np.sqrt(clusters / (clusters - 1)) if corrected else 1.0
        overall = effects.simple()
        assert overall.estimate == pytest.approx(oracle.overall_att, abs=TOLERANCE)
        assert overall.standard_errors[Variance.INFLUENCE].se * factor == pytest.approx(
            oracle.overall_se, abs=TOLERANCE
        )


def test_aggregation_weights_of_an_unbalanced_panel():
    """diff-diff weights a pair by its observed pilots, we by the size of its cohort, as the estimand says."""
    panel = PANELS["unbalanced"]
    model = diff_diff.CallawaySantAnna(control_group="not_yet_treated")
    oracle = fit(model, panel.frame(), "y", *LONG, aggregate="all")
    (effects,) = callaway_santanna(panel.y, panel.cohort)
    post = effects.event_time >= 0
    observed = np.array([support.n_pilots for support in effects.support])[post]
    size = np.array([(panel.cohort == g).sum() for g in effects.cohort[post]])
    assert np.average(effects.estimate[post], weights=observed) == pytest.approx(oracle.overall_att, abs=TOLERANCE)
    assert effects.simple().estimate == pytest.approx(np.average(effects.estimate[post], weights=size), abs=TOLERANCE)


@pytest.mark.filterwarnings("ignore")
def test_complete_units_against_csdid():
    panel = random_panel(seed=4, n_units=200, pilots=80).without_cells(0.03)
    frame = panel.frame()[["unit", "period", "first", "y"]].rename(columns={"y": "outcome"})
    oracle = csdid.att_gt.ATTgt(
        yname="outcome",
        tname="period",
        idname="unit",
        gname="first",
        data=frame,
        control_group="notyettreated",
    ).fit(est_method="reg", bstrap=False)
    found = dict(
        zip(
            zip(oracle.results["group"], oracle.results["year"], strict=True),
            oracle.results["att"],
            strict=True,
        )
    )
    (effects,) = callaway_santanna(panel.y, panel.cohort, missing="complete")
    assert len(found) == len(effects.estimate)
    for g, t, estimate in zip(effects.cohort, effects.period, effects.estimate, strict=True):
        assert estimate == pytest.approx(found[g, t], abs=TOLERANCE)


def test_imputation_against_diff_diff(panel, weighted, cluster):
    """diff-diff iterates to about 1e-10, which is what limits the agreement of its estimates."""
    model = diff_diff.ImputationDiD(cluster=None if weighted or cluster == "unit" else cluster)
    options = {"survey_design": survey(cluster)} if weighted else {}
    oracle = fit(model, panel.frame(), "y", *LONG, aggregate="event_study", **options)
    (result,) = imputation(panel.y, panel.cohort, **design(panel, weighted, cluster))
    assert result.overall.estimate == pytest.approx(oracle.overall_att, abs=TOLERANCE)
    for e, effect in zip(result.event_time.keys, result.event_time.effects, strict=True):
        assert effect.estimate == pytest.approx(oracle.event_study_effects[e]["effect"], abs=TOLERANCE)
    if not weighted and cluster == "unit":
        assert result.overall.standard_errors[Variance.CONSERVATIVE].se == pytest.approx(
            oracle.overall_se, abs=TOLERANCE
        )


def test_conservative_variance_by_state_written_out():
    """Equation 8 of the paper averages clusters, as Stata's did_imputation does; diff-diff averages units."""
    panel = random_panel(n_units=40, seed=8, n_states=9)
    (result,) = imputation(panel.y, panel.cohort, weights=panel.weights, cluster=panel.state)
    frame = panel.frame()
    clean = frame["d"] == 0
    dummies = np.column_stack(
        [*(frame["unit"] == u for u in range(40)), *(frame["period"] == t for t in range(1, 8))]
    ).astype(float)
    w = frame["w"].to_numpy()
    z0, z1 = dummies[clean] * np.sqrt(w[clean])[:, None], dummies[~clean]
    beta = np.linalg.lstsq(z0, frame["y"][clean] * np.sqrt(w[clean]), rcond=None)[0]
    residual = frame["y"].to_numpy() - dummies @ beta
    v = np.zeros(len(frame))
    v[~clean] = w[~clean] / w[~clean].sum()
    v[clean] = -w[clean] * (dummies[clean] @ np.linalg.solve(z0.T @ z0, z1.T @ v[~clean]))
    treated = frame[~clean].assign(v=v[~clean], vt=v[~clean] * residual[~clean])
    sums = treated.groupby(["first", "period", "state"])[["v", "vt"]].sum()
    pairs = sums.assign(num=sums["v"] * sums["vt"], den=sums["v"] ** 2).groupby(["first", "period"])
    mean = (pairs["num"].sum() / pairs["den"].sum()).rename("mean")
    residual[~clean] -= treated.join(mean, on=["first", "period"])["mean"].to_numpy()
    variance = np.square(np.bincount(frame["state"], v * residual)).sum()
    assert result.overall.estimate == pytest.approx(treated["vt"].sum(), abs=TOLERANCE)
    assert result.overall.standard_errors[Variance.CONSERVATIVE].se == pytest.approx(np.sqrt(variance), abs=TOLERANCE)
