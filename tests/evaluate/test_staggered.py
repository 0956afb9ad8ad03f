"""A staggered reform in the ledger and in what the report selects: naive change, decomposition, bands, cohorts."""

from __future__ import annotations

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import cohort_rows, event_paths, main_rows, naive_rows, parts, thinly_supported
from pilotbook.report.tables import estimates

from .counties import PLAN, counties, write
from .staggered import CONTROLS, GROWTH, STAGGERED, STARTS, staggered


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("staggered")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_CACHE", str(folder / "cache"))
        plan_file = read_plan(write(folder, staggered(), STAGGERED))
        yield evaluate(plan_file, load_panel(plan_file), "2022Q4")


def test_the_naive_change_holds_the_common_trend_too(found):
    (naive,) = naive_rows(found, "visits")
    lead = found.ledger.lead("visits")
    assert naive.role == "description"
    assert naive.estimate == pytest.approx(lead.estimate + 0.3 * 20 / 2, abs=0.5)  # 0.3 a quarter, means 10 apart
    assert naive.se is naive.p is naive.ci_low is None


def test_the_naive_change_is_printed_as_no_effect(found):
    table = estimates(found, Numbers(found.ledger)).data
    line = next(line for line in table.splitlines() if "after less before" in line)
    assert line.count("not an effect") == 1
    assert " to " not in line


def test_parts_of_two_way_fixed_effects_add_up(found):
    weights = found.ledger.select(estimator="bacon", estimand="weight", outcome="visits")
    means = found.ledger.select(estimator="bacon", estimand="mean", outcome="visits")
    twfe = found.ledger.select(estimator="twfe", outcome="visits")[0]
    assert sum(row.estimate for row in weights) == pytest.approx(1)
    assert sum(w.estimate * m.estimate for w, m in zip(weights, means, strict=True)) == pytest.approx(twfe.estimate)
    share = found.ledger.one(estimator="bacon", estimand="forbidden_share", outcome="visits")
    forbidden = found.ledger.one(estimator="bacon", estimand="weight", outcome="visits", comparison="already_treated")
    assert share.estimate == forbidden.estimate > 0.1
    assert Numbers(found.ledger).text(share, "estimate").endswith("%")


def test_two_way_fixed_effects_are_in_the_ledger_but_not_among_the_results(found):
    assert found.ledger.select(estimator="twfe", outcome="visits")
    assert {row.estimator for row in main_rows(found)} == {"imputation", "callaway_santanna"}


def test_few_forbidden_comparisons_leave_them_among_the_results(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write(tmp_path, staggered({"2019Q3": 20, "2022Q3": 1}, controls=60), STAGGERED))
    found = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    share = found.ledger.one(estimator="bacon", estimand="forbidden_share", outcome="visits")
    assert 0 < share.estimate < 0.1
    assert "twfe" in {row.estimator for row in main_rows(found)}


def test_every_point_lies_in_a_band_no_narrower_than_its_interval(found):
    for path in event_paths(found):
        assert path.bands.keys() == {row.spec["event_time"] for row in path.rows if row.ci_low is not None}
        for row in path.rows:
            band = path.bands[row.spec["event_time"]]
            assert band.ci_low <= row.ci_low < row.ci_high <= band.ci_high
            assert band.p is band.se is None


def test_points_reached_by_one_of_two_starts_are_not_thin_but_by_few_counties_are(found, tmp_path, monkeypatch):
    path = next(event_paths(found))
    last = path.rows[-1]
    assert (last.n_pilots, last.n_cohorts) == (STARTS["2019Q3"], 1)
    assert not thinly_supported(found, last)
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write(tmp_path, staggered({"2019Q3": 2, "2021Q1": 12}), STAGGERED))
    small = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    rows = next(event_paths(small)).rows
    assert [thinly_supported(small, row) for row in (rows[0], rows[-1])] == [False, True]
    assert "thin-support" in parts(small) - parts(found)


def test_effects_of_cohorts_are_those_that_were_planted(found):
    early, late = cohort_rows(found, "visits")
    assert (early.spec["cohort"], late.spec["cohort"]) == tuple(STARTS)
    for row, quarters in ((early, 14), (late, 8)):
        truth = GROWTH * (quarters + 1) / 2
        assert row.ci_low < truth < row.ci_high
        assert row.estimate == pytest.approx(truth, abs=0.5)


def test_one_start_has_neither_decomposition_nor_cohorts(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write(tmp_path, counties(12, CONTROLS + 12), PLAN | {"analyses": STAGGERED["analyses"]}))
    found = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    assert not {"decomposition", "cohort-effects"} & parts(found)
    assert "twfe" in {row.estimator for row in main_rows(found)}


def test_few_pilots_have_no_band(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    plan_file = read_plan(write(tmp_path, counties(3)))
    found = evaluate(plan_file, load_panel(plan_file), "2022Q4")
    assert "bands" not in parts(found)
