"""The rules over the tables of a vintage: planted alerts are found, by unit and period, and no others."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotbook.errors import DataError
from pilotbook.evaluate.monitoring.effects import yearly_factors
from pilotbook.evaluate.monitoring.monitor import Monitoring, monitor
from pilotbook.evaluate.monitoring.observations import Observations
from pilotbook.evaluate.monitoring.records import Records, read_records
from pilotbook.judge.rules.rulefile import catalogued_rules
from pilotbook.judge.rules.windows import Window
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.simulate import scenario, simulate, write_simulation
from pilotbook.panel.vintage import newest


def run(dataset: Path, period: str) -> Monitoring:
    vintage, catalogue = newest(dataset), read_catalogue()
    frames = {kind: vintage.table(kind) for kind in vintage.tables}
    exposure = frames.pop("exposure")
    starts = {c: pd.Period(s, freq="M") for c, s in zip(exposure["county"], exposure["start"], strict=True)}
    observed = Observations.of(frames, starts, pd.Period(period, freq="M"), catalogue)
    return monitor(catalogued_rules(), observed, Records(), {}, yearly_factors(catalogue), {})


@pytest.mark.parametrize("seed", [1, 2])
def test_the_alerts_found_are_the_alerts_planted(tmp_path: Path, seed: int) -> None:
    write_simulation(simulate(scenario("supervision"), seed), tmp_path / "made")
    truth: dict[str, Any] = json.loads((tmp_path / "made" / "truth.json").read_text("utf-8"))
    planted = {tuple(alert.values()) for alert in truth["planted_alerts"]["alerts"]}
    found = {
        (finding.rule.id, spell.unit, spell.first, spell.last)
        for finding in run(tmp_path / "made", "2023-12").findings
        if finding.rule.entry.type == "alert" and finding.reading.id == "as-written"
        for spell in finding.spells
    }
    alerts = {rule.id for rule in catalogued_rules() if rule.entry.type == "alert"}
    assert {rule for rule, *_ in planted} == alerts
    assert found == planted


def logs(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def test_reports_and_meetings_are_known_as_far_as_a_log_is_kept(tmp_path: Path) -> None:
    december = pd.Period("2023-12", freq="M")
    assert read_records(tmp_path, december) == Records({"month": True}, {})
    logs(tmp_path, reports="period\n2023Q4\n2022\n", meetings="date,topic\n2023-12-05,prices\n")
    kept = read_records(tmp_path, december)
    assert kept.reports == {"month": True, "quarter": True, "year": False}
    assert kept.meetings == {"month": True, "quarter": True, "year": True}
    assert read_records(tmp_path, pd.Period("2023Q3", freq="Q")).meetings["quarter"] is False


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("reports", "period\n2023Q5\n", r"reports\.csv, row 2, column 'period': '2023Q5' is not a period"),
        ("meetings", "date\n2023-12-05\n5.12.\n", r"meetings\.csv, row 3, column 'date': '5\.12\.' is not a day"),
        ("meetings", "day\n2023-12-05\n", r"meetings\.csv, row 2, column 'date': '' is not a day"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused(tmp_path: Path, file: str, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_records(logs(tmp_path, **{file: text}), pd.Period("2023-12", freq="M"))


def observed(frames: dict[Any, pd.DataFrame], period: str = "2023Q4") -> Observations:
    starts = {"830101": pd.Period("2023Q3", freq="Q")}
    return Observations.of(frames, starts, pd.Period(period, freq="Q"), read_catalogue())


def county_table(**columns: list[float]) -> pd.DataFrame:
    keys = {"county": ["830101"] * 4 + ["830102"] * 4, "period": ["2023Q1", "2023Q2", "2023Q3", "2023Q4"] * 2}
    return pd.DataFrame(keys | columns)


def test_quarters_make_a_year_only_if_all_are_there() -> None:
    made = observed({"panel": county_table(disease_cost=[1, 2, 3, 6, 1, 2, math.nan, 6])})
    column = made.facts("county", Window("year")).series("disease_cost")
    assert column is not None
    assert column[0, 0] == 3
    assert math.isnan(column[1, 0])
    early = observed({"panel": county_table(disease_cost=[1, 2, 3, 6] * 2)}, "2023Q2")
    column = early.facts("county", Window("year")).series("disease_cost")
    assert column is not None
    assert np.isnan(column).all()


def test_months_cannot_be_read_from_quarters() -> None:
    facts = observed({"panel": county_table(fund_spending_growth=[25.0] * 8)}).facts("county", Window("month"))
    assert str(facts.windows[-1]) == "2023-12"
    assert facts.series("fund_spending_growth") is None


def test_inputs_of_a_year_hold_in_its_quarters_and_are_added_up_for_the_pilots() -> None:
    inputs = pd.DataFrame(
        [("830101", "2023", "annual_budget", "1,200"), ("830102", "2023", "annual_budget", "900")],
        columns=["unit", "period", "input", "amount"],
    )
    made = observed({"panel": county_table(fund_spending=[300.0] * 8), "inputs": inputs})
    own = made.facts("county", Window("quarter")).series("annual_budget")
    group = made.facts("county group", Window("quarter")).series("annual_budget")
    assert own is not None
    assert group is not None
    assert own.tolist() == [[1200] * 4, [900] * 4]
    assert group.tolist() == [[1200] * 4]  # only 830101 is a pilot


def test_an_event_in_any_month_counts_for_its_quarter() -> None:
    inputs = pd.DataFrame(
        [("F1", month, "violation_confirmed", amount) for month, amount in (("2023-10", "yes"), ("2023-12", "no"))],
        columns=["unit", "period", "input", "amount"],
    )
    facts = observed({"inputs": inputs}).facts("facility", Window("quarter"))
    column = facts.series("violation_confirmed")
    assert column is not None
    assert column.tolist() == [[2]]


def test_a_province_is_the_mean_of_its_residents_and_missing_above_a_fifth() -> None:
    table = county_table(drg_group_error=[math.nan] * 3 + [4.0] + [math.nan] * 3 + [1.0])
    counties = pd.DataFrame({"county": ["830101", "830102"], "population": [300.0, 100.0]})
    column = observed({"panel": table, "counties": counties}).facts("city", Window("year")).series("drg_group_error")
    assert column is not None
    assert column[0, -1] == pytest.approx(3.25)
    table.loc[7, "drg_group_error"] = math.nan
    column = observed({"panel": table, "counties": counties}).facts("city", Window("year")).series("drg_group_error")
    assert column is not None
    assert math.isnan(column[0, -1])


def test_rules_are_checked_and_run_from_the_command_line(pilotbook: Any, tmp_path: Path) -> None:
    done = pilotbook("rules", "check", "--json")
    assert (done.status, len(done.json["rules"]), done.json["valid"]) == (0, 68, True)
    wrong = tmp_path / "mine.yml"
    rule = "  - {id: a, level: facility, window: month, text_en: A, text_zh: 甲, expression: drg_share > 50}\n"
    wrong.write_text(f"rules:\n{rule}", "utf-8")
    refused = pilotbook("rules", "check", wrong)
    assert refused.status == 1
    assert "mine.yml, line 2, rule 'a', expression, column 1: unknown name 'drg_share'" in refused.err
    wrong.write_text(f"rules:\n{rule.replace('drg', 'drug')}", "utf-8")
    ran = pilotbook("rules", "run", "supervision-monthly", "--rules", wrong, "--json")
    assert [(r["rule"], r["fired"], r["units"]) for r in ran.json["rules"]] == [("a", 1, [])]
    assert pilotbook("rules", "run", "medicaid-2014-mortality").status == 1
