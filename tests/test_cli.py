"""The command line: exit statuses, and with --json one document and nothing else, whatever happens."""

from __future__ import annotations

import json

import pytest

from pilotbook import cli
from pilotbook.report import batch

from .conftest import CommandLine
from .example import Example

WRONG_CALLS = {
    "unknown command": (["rendr"], "Did you mean 'render'?"),
    "unknown command of a group": (["plan", "lst"], "Did you mean 'list'?"),
    "unknown option": (["render", "vbp", "--perid", "2020"], "Did you mean '--period'?"),
    "no plan": (["render"], "name at least one PLAN, or give --all"),
    "plans and --all": (["render", "vbp", "--all"], "name at least one PLAN, or give --all"),
    "unknown plan": (["render", "medicaid-2014-mortalty"], "did you mean 'medicaid-2014-mortality'?"),
    "unknown plan to check": (["plan", "check", "vpb"], "did you mean 'vbp'?"),
    "unknown format": (["render", "vbp", "--to", "docx"], "'html', 'pdf'"),
    "unknown engine": (["render", "vbp", "--engine", "latex"], "'embedded'"),
    "no jobs": (["render", "vbp", "--jobs", "0"], "--jobs"),
    "an option without its value": (["render", "vbp", "--period"], "requires an argument"),
    "a parameter without a value": (["render", "vbp", "-P", "x"], "write NAME=VALUE"),
    "a period of no kind": (["render", "--all", "--period", "soon"], "write 2024, 2024Q4 or 2024-11"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_a_wrong_call_is_one_line_and_status_2(pilotbook: CommandLine, arguments, said):
    result = pilotbook(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert said in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [a for a, _ in WRONG_CALLS.values() if a[-1] != "--period"])
def test_a_wrong_call_with_json_is_one_document(pilotbook, arguments):
    document = pilotbook(*arguments, "--json")
    assert document.status == 2
    assert document.json["exit_status"] == 2
    assert document.json["error"] in document.err


CALLS_ON_A_PLAN = {
    "unknown language": (["--lang", "eng"], "did you mean 'en'?"),
    "unknown period": (["--period", "2031"], "unknown period '2031'"),
    "period of another kind": (["--period", "2020Q1"], "'2020Q1' is not a year; a year is written like 2019"),
    "period before the reform": (
        ["--period", "2016"],
        "no county starts the reform by 2016; report up to 2018 or later",
    ),
    "unknown parameter": (["-P", "perido=2018"], "unknown parameter 'perido'; did you mean 'period'?"),
    "parameter of the call": (["-P", "period=2018"], "'period' is set by the call itself"),
}


@pytest.mark.parametrize(("options", "said"), CALLS_ON_A_PLAN.values(), ids=CALLS_ON_A_PLAN)
def test_a_call_that_does_not_fit_the_plan(pilotbook, example: Example, options, said):
    result = pilotbook("render", example.plan, "--out", example.out, *options)
    assert result.status == 2
    assert said in result.err
    assert result.out == ""
    assert not example.out.exists()


def test_a_failed_report_with_json_is_one_document(pilotbook, example):
    example.data.unlink()
    result = pilotbook("render", example.plan, "--out", example.out, "--json")
    assert result.status == 1
    (report,) = result.json["reports"]
    assert report["status"] == "failed"
    assert "the data file does not exist" in report["error"]


def test_one_report_that_fails_does_not_stop_the_other(pilotbook, example, monkeypatch):
    other = example.folder / "other.yml"
    other.write_text(example.plan.read_text(encoding="utf-8").replace("panel.csv", "gone.csv"), encoding="utf-8")
    done = []
    original = batch.render
    monkeypatch.setattr(
        batch,
        "render",
        lambda request, *rest: original(request, *rest) if request.plan.id == "other" else done.append(1),
    )
    result = pilotbook("render", other, example.plan, "--out", example.out, "--json")
    assert result.status == 1
    assert done == [1]


def test_plan_check_says_what_the_plan_permits(pilotbook, example):
    result = pilotbook("plan", "check", example.plan, "--json")
    assert result.status == 0
    assert result.json["valid"] is True
    assert result.json["contract"]["pilots"] == 2


def test_plan_check_of_bad_data_with_json(pilotbook, example):
    example.change_rows(lambda table: table[8].__setitem__(3, "x"))
    result = pilotbook("plan", "check", example.plan, "--json")
    assert result.status == 1
    assert "row 9, column 'visits'" in result.json["error"]


def test_plan_list(pilotbook):
    result = pilotbook("plan", "list", "--json")
    assert result.status == 0
    assert {"id", "title", "reform", "dataset", "simulated"} <= set.intersection(*(set(row) for row in result.json))
    by_id = {row["id"]: row for row in result.json}
    assert by_id["medicaid-2014-mortality"]["simulated"] is False
    assert by_id["medicaid-2014-mortality"]["reform"] == "medicaid-expansion-2014"
    plain = pilotbook("plan", "list").out
    assert all(name in plain for name in by_id)


def test_simulated_data_is_marked_in_the_list(pilotbook, example, monkeypatch):
    folder = example.folder / "made-up"
    folder.mkdir()
    example.data.rename(folder / "panel.csv")
    content = {"name": "made-up", "simulated": True, "resources": [{"path": "panel.csv"}]}
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    example.change_plan(lambda plan: plan.update(dataset="./made-up"))
    monkeypatch.setattr(cli, "PLANS", example.folder)
    assert pilotbook("plan", "list", "--json").json[0]["simulated"] is True
    assert "simulated" in pilotbook("plan", "list").out


def test_help_and_version(pilotbook):
    assert pilotbook("--help").status == 0
    assert pilotbook("render", "-h").status == 0
    assert "pilotbook" in pilotbook("--version").out
    assert pilotbook().status == 2


def test_doctor_with_json(pilotbook):
    result = pilotbook("doctor", "--json")
    names = {check["name"]: check for check in result.json["checks"]}
    assert result.status == int(any(check["ok"] is False for check in names.values()))
    assert names["embedded engine"]["ok"] is True
    assert names["plan medicaid-2014-mortality"]["ok"] is True
    assert all(check["remedy"] for check in names.values() if not check["ok"])
