"""What becomes of a reform whose data, dates or controls are deleted: less is said, with the reason."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from pilotbook.design.planfile import PlanFile, read_plan
from pilotbook.errors import DataError, PlanError, UnknownNameError
from pilotbook.evaluate import ingredients
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.gone import NO_CONTROLS, NO_VALUE, NOT_BEGUN, REASONS
from pilotbook.evaluate.inputs import load_panel, load_whole_panel
from pilotbook.judge.verdict import Kind
from pilotbook.panel.absence import Lost
from pilotbook.project import DATA, PLANS

PERIOD = "2024Q4"
DRAFTED = {
    "pilot_group": "tcm-price-uplift",
    "staggered": "tiered-pricing",
    "region_wide": "general-consultation-fee",
    "national": "phc-public-investment",
    "single_site": "value-contribution-sharing",
    "facility_or_event": "quality-price-float",
    "programme_wide": "dynamic-evaluation-feedback",
    "not_stated": "referral-penalty",
    "proposal": "outcome-based-payment",
}
"""A plan of every class of roll-out whose data are one text table."""

BEGUN = set(DRAFTED) - {"programme_wide", "proposal"}
COMPARED = BEGUN - {"national"}
WITH_SERIES = {"pilot_group", "region_wide", "single_site", "facility_or_event"}
VINTAGED = "three-county-linked-pilot"

Change = Callable[[pd.DataFrame, str], pd.DataFrame]


@pytest.fixture(autouse=True)
def data_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(ingredients, "DATA", tmp_path / "data")
    monkeypatch.setattr("pilotbook.evaluate.monitoring.sources.DATA", tmp_path / "data")


def copied(folder: Path, name: str) -> tuple[PlanFile, Path]:
    """Write a plan down with its first outcome alone, its data set beside it."""
    content = yaml.safe_load((PLANS / f"{name}.yml").read_text(encoding="utf-8"))
    del content["outcomes"][1:]
    plan = folder / f"{name}.yml"
    plan.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    shutil.copytree(DATA / content["dataset"], folder / "data" / content["dataset"])
    return read_plan(plan), folder / "data" / content["dataset"]


def described(dataset: Path) -> None:
    """Let the description of a data set have the hash of what is there now."""
    path = dataset / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    digest = hashlib.sha256((dataset / "panel.csv").read_bytes()).hexdigest()
    package["resources"][0]["hash"] = f"sha256:{digest}"
    path.write_text(json.dumps(package), encoding="utf-8")


def changed(folder: Path, name: str, change: Change) -> PlanFile:
    """Return a plan whose table was changed by somebody who says so in its description."""
    plan_file, dataset = copied(folder, name)
    (outcome,) = plan_file.plan.outcomes
    table = pd.read_csv(dataset / "panel.csv", dtype=str, keep_default_na=False)
    change(table, outcome.columns[0]).to_csv(dataset / "panel.csv", index=False)
    described(dataset)
    return plan_file


def evaluated(plan_file: PlanFile) -> Evaluation:
    return evaluate(plan_file, load_panel(plan_file), PERIOD)


def reason(found: Evaluation) -> str | None:
    """Return why the outcome is not estimable, after making sure that nothing is said of it."""
    (outcome,) = found.plan.outcomes
    judgement = found.judgement(outcome.id)
    assert judgement.verdict is Kind.NOT_ESTIMABLE
    assert (found.ledger.lead(outcome.id).p, found.ledger.lead(outcome.id).ci_low) == (None, None)
    return judgement.reasons[0].detail


@pytest.mark.parametrize("rollout", DRAFTED)
def test_the_outcome_has_lost_its_column(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, column: table.drop(columns=column)))
    (absence,) = found.ledger.data["absent"]
    assert absence == {
        "what": "column",
        "where": f"data/{DRAFTED[rollout]}/panel.csv",
        "name": found.plan.outcomes[0].columns[0],
    }
    assert reason(found) == REASONS[Lost.COLUMN]


@pytest.mark.parametrize("rollout", DRAFTED)
def test_the_outcome_has_lost_its_values(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, column: table.assign(**{column: ""})))
    assert reason(found) == NO_VALUE


@pytest.mark.parametrize("rollout", DRAFTED)
def test_all_rows_are_gone(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, _: table[:0]))
    assert reason(found) == REASONS[Lost.EMPTY]
    assert not [row.id for row in found.ledger if row.estimate is not None]


@pytest.mark.parametrize("rollout", sorted(COMPARED))
def test_the_dates_are_gone(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, _: table.drop(columns="start")))
    assert reason(found) == REASONS[Lost.START]
    standing = found.ledger.one(estimator="baseline", estimand="level")
    assert standing.estimate is not None


@pytest.mark.parametrize("rollout", sorted(COMPARED))
def test_the_pilots_are_gone(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, _: table[table["start"] == ""]))
    assert reason(found) == NOT_BEGUN
    assert found.ledger.one(estimator="baseline", estimand="level").estimate is not None


def test_nobody_is_known_to_have_taken_part_in_a_reform_of_the_whole_nation(tmp_path):
    plan_file = changed(tmp_path, DRAFTED["national"], lambda table, _: table.drop(columns="start"))
    judgement = evaluated(plan_file).judgement(plan_file.plan.outcomes[0].id)
    assert (judgement.verdict, judgement.reasons[0].detail) == (Kind.NOT_ESTIMABLE, REASONS[Lost.START])


@pytest.mark.parametrize("rollout", sorted(COMPARED))
def test_the_controls_are_gone(tmp_path, rollout):
    found = evaluated(changed(tmp_path, DRAFTED[rollout], lambda table, _: table[table["start"] != ""]))
    assert reason(found)
    own = found.ledger.select(series="pilots", estimand="effect", role="comparison")
    assert [row.estimate is not None for row in own if "model" not in row.spec][:1] == (
        [True] if rollout in WITH_SERIES else []
    )


def test_the_controls_of_a_region_are_gone(tmp_path):
    plan_file = changed(tmp_path, DRAFTED["region_wide"], lambda table, _: table[table["start"] != ""])
    assert reason(evaluated(plan_file)) == NO_CONTROLS


@pytest.mark.parametrize("rollout", ["staggered", "region_wide", "national", "proposal"])
def test_a_period_is_gone(tmp_path, rollout):
    plan_file = changed(tmp_path, DRAFTED[rollout], lambda table, _: table[table["period"] != "2019Q3"])
    found = evaluated(plan_file)
    (outcome,) = found.plan.outcomes
    assert found.ledger.data["absent"] == [
        {"what": "period", "where": f"data/{DRAFTED[rollout]}/panel.csv", "name": "2019Q3"}
    ]
    gap = found.ledger.select(outcome=outcome.id, estimator="mean", estimand="controls", period="2019Q3")
    assert {row.estimate for row in gap} == {None}
    with pytest.raises(DataError, match="no county has a row for 2019Q3"):
        load_whole_panel(plan_file)


@pytest.mark.parametrize("rollout", DRAFTED)
def test_the_file_is_gone(tmp_path, rollout):
    plan_file, dataset = copied(tmp_path, DRAFTED[rollout])
    (dataset / "panel.csv").unlink()
    assert reason(evaluated(plan_file)) == REASONS[Lost.FILE]


@pytest.mark.parametrize("rollout", DRAFTED)
def test_the_data_set_is_gone(tmp_path, rollout):
    plan_file, dataset = copied(tmp_path, DRAFTED[rollout])
    shutil.rmtree(dataset)
    found = evaluated(plan_file)
    assert reason(found) == REASONS[Lost.DATASET]
    assert not [row.id for row in found.ledger if row.estimate is not None]
    assert found.ledger.verdicts


def test_rows_are_taken_out_of_a_file_that_its_description_still_vouches_for(tmp_path):
    plan_file, dataset = copied(tmp_path, DRAFTED["staggered"])
    lines = (dataset / "panel.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    before = evaluated(plan_file)
    assert before.judgement(plan_file.plan.outcomes[0].id).verdict is not Kind.NOT_ESTIMABLE
    (dataset / "panel.csv").write_text("".join(lines[:-40]), encoding="utf-8")
    assert reason(evaluated(plan_file)) == REASONS[Lost.CHANGED]


def test_a_vintage_has_lost_its_exposure_table(tmp_path):
    plan_file, dataset = copied(tmp_path, VINTAGED)
    next(dataset.glob("vintages/*/exposure.parquet")).unlink()
    found = evaluated(plan_file)
    assert reason(found) == REASONS[Lost.EXPOSURE]
    assert found.ledger.one(estimator="baseline", estimand="level", weights="equal").estimate is not None


def test_a_vintage_has_lost_its_panel(tmp_path):
    plan_file, dataset = copied(tmp_path, VINTAGED)
    next(dataset.glob("vintages/*/panel.parquet")).unlink()
    assert reason(evaluated(plan_file)) == REASONS[Lost.FILE]


def test_a_misspelt_data_set_is_a_mistake(tmp_path):
    plan_file, _ = copied(tmp_path, DRAFTED["staggered"])
    text = plan_file.path.read_text(encoding="utf-8").replace("dataset: tiered-pricing", "dataset: tired-pricing")
    plan_file.path.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownNameError, match="unknown data set 'tired-pricing'; did you mean 'tiered-pricing'"):
        load_panel(read_plan(plan_file.path))


def test_a_misspelt_column_is_a_mistake(tmp_path):
    plan_file, _ = copied(tmp_path, DRAFTED["staggered"])
    text = plan_file.path.read_text(encoding="utf-8").replace("column: phc_visit_share", "column: phc_vist_share")
    plan_file.path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=r"`phc_vist_share` is named here(.|\n)*did you mean 'phc_visit_share'"):
        load_panel(read_plan(plan_file.path))


def test_whoever_checks_a_plan_hears_of_a_lost_column(tmp_path):
    plan_file = changed(tmp_path, DRAFTED["staggered"], lambda table, column: table.drop(columns=column))
    with pytest.raises(PlanError, match="the plan needs this column"):
        load_whole_panel(plan_file)
