"""The simulator plants what it says, states it, and marks all of it as simulated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pilotbook.errors import ParameterError, UnknownNameError
from pilotbook.panel.canonical import read_parquet
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.contract.check import check
from pilotbook.panel.simulate import Scenario, read_scenarios, scenario, simulate, write_simulation
from pilotbook.panel.simulate.faults import CELLS
from pilotbook.panel.simulate.noise import SHOCK
from pilotbook.panel.simulate.truth import outcome_truth
from pilotbook.panel.vintage import newest
from pilotbook.project import DATA

# Sums of a few hundred numbers in another order: rounding of float64 only.
ROUNDING = 1e-9
NAMED = {
    "three-county-pilot",
    "three-county-linked-pilot",
    "phased-rollout",
    "staggered-rollout",
    "national-no-control",
    "no-effect",
    "differential-trend",
    "covid-only",
    "contaminated",
    "faulty-data",
    "monthly",
    "supervision",
}


def changed(name: str, **changes: object) -> Scenario:
    return Scenario.model_validate(scenario(name).model_dump() | changes)


def test_the_named_scenarios_are_there() -> None:
    assert set(read_scenarios()) >= NAMED
    with pytest.raises(UnknownNameError, match="did you mean 'covid-only'"):
        scenario("covid")


@pytest.mark.parametrize("name", sorted(read_scenarios()))
def test_a_simulation_is_ingested_whole_and_marked(name: str, tmp_path: Path) -> None:
    made = write_simulation(simulate(scenario(name), 3), tmp_path / "out")
    catalogue = read_catalogue()
    known = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    assert known["simulated"] is True
    assert "模拟数据" in (tmp_path / "out" / "README.md").read_text("utf-8")
    if made.vintage is None:
        assert scenario(name).faults
        return
    vintage = newest(tmp_path / "out")
    assert vintage.simulated
    assert "Simulated" in vintage.description["title"]
    assert set(vintage.tables) == {"panel", "counties", "exposure", "facilities", "alliances", "inputs"}
    assert vintage.table("counties")["name_zh"].str.startswith("模拟").all()
    panel = vintage.table("panel")
    assert {indicator.id for indicator in catalogue.panel_indicators} <= set(panel)
    assert set(vintage.table("inputs")["input"]) == set(catalogue.inputs) - {"period"}


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path: Path) -> None:
    folders = [tmp_path / name / "counties" for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        write_simulation(simulate(scenario("three-county-pilot"), seed), folder)
    a, b, c = ((f / "vintages/2023Q4/panel.parquet").read_bytes() for f in folders)
    assert a == b
    assert a != c
    assert (folders[0] / "truth.json").read_bytes() == (folders[1] / "truth.json").read_bytes()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(ParameterError, match="not empty"):
        write_simulation(simulate(scenario("no-effect"), 1), tmp_path)


@pytest.mark.parametrize("name", ["three-county-pilot", "staggered-rollout", "phased-rollout", "fading", "anticipated"])
def test_without_errors_the_stored_potential_outcomes_give_the_truth(name: str, tmp_path: Path) -> None:
    world = simulate(changed(name, errors=False), 5)
    write_simulation(world, tmp_path / "out")
    stored = read_parquet(tmp_path / "out" / "potential_outcomes.parquet")
    known = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    stored["start"] = stored["county"].map(known["pilots"])
    under = stored[stored["start"].notna() & (stored["period"] >= stored["start"].fillna(""))]
    moved = [id for id, outcome in known["outcomes"].items() if outcome["moved_by_the_reform"]]
    assert len(moved) >= 3
    for id in moved:
        difference = under[f"{id}.with"] - under[f"{id}.without"]
        outcome = known["outcomes"][id]
        assert outcome["att"] == pytest.approx(difference.mean(), rel=ROUNDING)
        by_cohort = difference.groupby(under["start"]).mean()
        assert outcome["by_cohort"] == pytest.approx(by_cohort.to_dict(), rel=ROUNDING)
        by_period = difference.groupby(under["period"]).mean()
        assert outcome["by_period"] == pytest.approx(by_period.to_dict(), rel=ROUNDING)


def test_the_truth_is_what_was_planted() -> None:
    """Three minimum important effects: 6 points of the visit share, and 1.05 to the third in incomes."""
    world = simulate(scenario("three-county-pilot"), 5)
    catalogue = read_catalogue()
    share = outcome_truth(world, "phc_visit_share", catalogue)
    assert share["att"] == pytest.approx(6.0, rel=ROUNDING)
    assert share["att_population"] == pytest.approx(6.0, rel=ROUNDING)
    income = outcome_truth(world, "doctor_monthly_income", catalogue)
    assert income["att_log"] == pytest.approx(3 * np.log(1.05), rel=ROUNDING)
    untouched = outcome_truth(world, "alos", catalogue)
    assert (untouched["att"], untouched["moved_by_the_reform"]) == (0.0, False)


def test_shapes_of_the_effect_by_event_time() -> None:
    catalogue = read_catalogue()
    path = {}
    for shape in ("constant", "growing", "fading", "anticipated"):
        effect = {"shape": shape, "size": 4, "anticipation": 2 if shape == "anticipated" else 0}
        path[shape] = outcome_truth(simulate(changed("no-effect", effect=effect), 1), "phc_visit_share", catalogue)
    assert path["constant"]["by_event_time"]["7"] == pytest.approx(8.0)
    assert path["growing"]["by_event_time"]["0"] == pytest.approx(1.0)
    assert path["growing"]["by_event_time"]["7"] == pytest.approx(8.0)
    assert path["fading"]["by_event_time"]["6"] == pytest.approx(8.0 * (5 / 6) ** 6)
    assert path["anticipated"]["before_the_start"] == pytest.approx({"-2": 4.0, "-1": 4.0})


def test_no_effect_means_none() -> None:
    world = simulate(scenario("no-effect"), 1)
    assert all(np.array_equal(world.without[id], world.with_reform[id]) for id in world.without)


def before_after(world_of: Scenario) -> float:
    """Return the naive difference of means of the pilots, after minus before."""
    world = simulate(world_of, 7)
    y = world.with_reform["phc_visit_share"][world.pilots]
    start = int(world.cohort[world.pilots][0])
    return float(y[:, start:].mean() - y[:, :start].mean())


def test_the_shock_biases_the_naive_comparison_and_not_the_one_with_controls() -> None:
    plain = changed("covid-only", errors=False, shock=False)
    shocked = changed("covid-only", errors=False)
    bias = before_after(shocked) - before_after(plain)
    peak = read_catalogue().draws["phc_visit_share"].shock
    # counties are hit by a factor that is log-normal with mean 1 and spread 0.2: 20 pilots, 4 standard errors
    assert bias == pytest.approx(peak * np.mean(SHOCK[:12]), rel=4 * 0.2 / np.sqrt(20))
    assert bias > read_catalogue().indicators["phc_visit_share"].minimum_important_effect.size  # type: ignore[union-attr]
    world = simulate(shocked, 7)
    y = world.with_reform["phc_visit_share"]
    change = y[:, 12:].mean(axis=1) - y[:, :12].mean(axis=1)
    assert abs(change[world.pilots].mean() - change[~world.pilots].mean()) < bias / 5
    assert outcome_truth(world, "phc_visit_share", read_catalogue())["att"] == 0.0


def test_a_differential_trend_is_there_without_the_reform() -> None:
    world = simulate(changed("differential-trend", errors=False, shock=False), 1)
    slope = np.diff(world.without["phc_visit_share"], axis=1)[:, 4:]
    drift = slope[world.pilots].mean() - slope[~world.pilots].mean()
    assert drift == pytest.approx(0.5 * 2.0, rel=ROUNDING)


def test_contaminated_controls_stand_in_the_exposure_table(tmp_path: Path) -> None:
    world = simulate(changed("contaminated", errors=False, shock=False), 1)
    write_simulation(world, tmp_path / "counties")
    exposure = newest(tmp_path / "counties").table("exposure")
    copied = set(exposure.loc[exposure["reform"] == "tiered-pricing", "county"])
    controls = world.counties.codes[~world.pilots]
    assert len(copied) == round(0.4 * len(controls))
    assert copied <= set(controls)
    member = np.isin(world.counties.codes, list(copied))
    y = world.without["phc_visit_share"]
    after = world.scenario.axis.index("2022Q1")
    change = y[:, after:].mean(axis=1) - y[:, :after].mean(axis=1)
    clean = ~world.pilots & ~member
    assert change[member].mean() - change[clean].mean() == pytest.approx(2 * 2.0, rel=ROUNDING)


def test_noise_is_that_of_the_catalogue_in_every_scenario() -> None:
    draw = read_catalogue().draws["phc_visit_share"]
    assert not {"within", "between", "rho"} & set(Scenario.model_fields)
    for name in ("no-effect", "covid-only"):
        small = changed(name, counties=2_000, shock=False, interventions=())
        on, off = simulate(small, 1), simulate(changed(name, counties=2_000, shock=False, errors=False), 1)
        deviation = on.without[draw.id] - off.without[draw.id]
        median = np.abs(on.counties.population - 420_000) < 40_000
        # own deviations have the catalogue's spread in a county of median size; the region adds 0.35 of it
        expected = draw.within * np.sqrt(1 + 0.35**2)
        assert deviation[median].std() == pytest.approx(expected, rel=0.15)


def test_growth_rates_follow_from_their_levels() -> None:
    world = simulate(scenario("three-county-pilot"), 1)
    income, growth = (world.with_reform[id] for id in ("doctor_monthly_income", "doctor_income_growth"))
    np.testing.assert_allclose(growth[:, 4:], 100 * (income[:, 4:] / income[:, :-4] - 1), rtol=ROUNDING)


def test_planted_faults_are_found_where_they_were_planted(tmp_path: Path) -> None:
    write_simulation(simulate(scenario("faulty-data"), 11), tmp_path / "out")
    known = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))["planted_faults"]
    assert len(known) == len(CELLS) + 2
    found = check([tmp_path / "out" / "handed-in"])
    places = {(f.rule, f.file, f.row, f.column) for f in found.findings}
    assert {(p["rule"], p["file"], p["row"], p["column"]) for p in known} <= places
    assert not found.valid


def test_a_world_can_be_resized() -> None:
    large = scenario("staggered-rollout").resized(counties=2_800, periods=40)
    world = simulate(large, 1)
    assert world.without["alos"].shape == (2_800, 40)
    assert world.pilots.sum() == pytest.approx(1_400, abs=3)
    codes = pd.Series(world.counties.codes)
    assert codes.is_unique
    assert codes.is_monotonic_increasing
    assert codes.str.fullmatch(r"8[3-8]\d{4}").all()


def test_missing_values_are_as_frequent_as_the_scenario_says(tmp_path: Path) -> None:
    world = simulate(changed("no-effect", missing=0.02, missing_pilots=0.2), 1)
    write_simulation(world, tmp_path / "counties")
    panel = newest(tmp_path / "counties").table("panel")
    pilots = panel["county"].isin(world.counties.codes[world.pilots])
    share = panel[["alos", "oop_share", "drug_share", "fund_spending"]].isna().mean(axis=1)
    assert share[pilots].mean() == pytest.approx(0.2, abs=0.03)
    assert share[~pilots].mean() == pytest.approx(0.02, abs=0.01)


@pytest.mark.parametrize(
    ("name", "seed", "folder", "bytes_at_most"),
    [
        ("three-county-pilot", 1, "three-county-demo", 1_500_000),
        ("three-county-linked-pilot", 2, "three-county-linked-pilot", 1_500_000),
        ("phased-rollout", 1, "phased-rollout", 3_000_000),
        ("supervision", 4, "supervision-demo", 2_500_000),
    ],
)
def test_a_committed_demo_panel_is_what_its_command_makes(
    name: str, seed: int, folder: str, bytes_at_most: int, tmp_path: Path
) -> None:
    """``pilotbook data simulate --scenario three-county-pilot --seed 1 --out data/three-county-demo``."""
    made = write_simulation(simulate(scenario(name), seed), tmp_path / folder)
    committed, again = newest(DATA / folder), newest(made.folder)
    committed.verify()
    for table in committed.tables:
        # other processors round a logarithm otherwise in the last digit
        pd.testing.assert_frame_equal(committed.table(table), again.table(table), rtol=1e-9)
    size = sum(path.stat().st_size for path in (DATA / folder).rglob("*") if path.is_file())
    assert size < bytes_at_most


def test_what_all_counties_share_is_no_effect() -> None:
    """4 points planted and 12.3 that all share: the pilots change by both, the truth is the first."""
    quiet = changed("three-county-linked-pilot", errors=False, shock=False)
    world = simulate(quiet, 2)
    share, start = world.with_reform["phc_visit_share"], quiet.axis.index("2021Q1")
    year_before, year_after = share[:, start - 4 : start].mean(axis=1), share[:, start : start + 4].mean(axis=1)
    change = year_after - year_before - 0.4  # the trend of a year that the catalogue draws
    assert change[~world.pilots] == pytest.approx(np.full(33, 12.3))
    assert change[world.pilots] == pytest.approx(np.full(3, 16.3))
    assert outcome_truth(world, "phc_visit_share", read_catalogue())["att"] == pytest.approx(4.0)


def test_a_scenario_can_plant_harm_and_nothing() -> None:
    world = simulate(scenario("three-county-linked-pilot"), 2)
    catalogue = read_catalogue()
    harm = outcome_truth(world, "price_forgone_care", catalogue)
    assert harm["att_log"] == pytest.approx(np.log(1.1))  # the smallest important harm is a tenth
    assert not outcome_truth(world, "fund_surplus_rate", catalogue)["moved_by_the_reform"]
