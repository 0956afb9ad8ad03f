"""The evaluator's walk in the documentation does what it says, line by line."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pilotbook.panel.contract.check import check
from pilotbook.panel.vintage import newest

from .walk_files import COUNTIES, HEADERS, MISTAKES, REVISED, write_all, year

ROOT = Path(__file__).parents[2]
WALK = ROOT / "docs" / "data" / "evaluators-walk.md"
BLOCK = re.compile(r"```console\n\$ pilotbook ([^\n]*)\n(.*?)```", re.DOTALL)


def pilotbook(arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "analysis"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "pilotbook", *shlex.split(arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", env=environment, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Walk once, comparing every line of output with the page."""
    folder = tmp_path_factory.mktemp("walk")
    write_all(folder)
    steps = BLOCK.findall(WALK.read_text("utf-8"))
    assert len(steps) == 4
    for n, (arguments, expected) in enumerate(steps):
        done = pilotbook(arguments.replace("\\\n", ""), folder)
        assert done.stdout == expected, done.stderr
        assert done.returncode == (1 if n == 0 else 0)
        assert done.stderr == ""
    return folder


def test_both_mistakes_are_named_and_nothing_else(walked: Path) -> None:
    found = check([walked / "2024.xlsx"])
    assert {(f.sheet, f.row, f.column): f.value for f in found.errors} == {
        ("季度数据", row, header): str(value) for (row, header), value in MISTAKES.items()
    }


def test_the_vintages_hold_what_the_workbooks_said(walked: Path) -> None:
    vintage = newest(walked / "counties")
    vintage.verify()
    assert vintage.description["created"] == "2025-04-18"
    assert vintage.description["licenses"] == [{"name": "internal"}]
    panel = vintage.table("panel").set_index(["county", "period"])
    assert len(panel) == len(COUNTIES) * 5
    numerals = "一二三四"
    for code, quarter, share, satisfaction, spending in year(mistakes=False):
        period = f"{str(quarter)[:4]}Q{numerals.index(str(quarter)[5]) + 1}"
        row = panel.loc[(code, period)]
        assert row["phc_visit_share"] == pytest.approx(100 * float(str(share)))
        assert row["patient_satisfaction"] == satisfaction
        assert row["fund_spending"] == REVISED.get((str(code), str(quarter)), spending)
    assert len(vintage.table("revisions")) == len(REVISED)


def test_a_single_vintage_can_be_checked(walked: Path) -> None:
    done = pilotbook("data check counties/vintages/2025Q1", walked)
    assert done.returncode == 0
    assert done.stdout.endswith("panel (20 rows); 0 errors, 0 warnings, 0 conversions\n")


def test_json_gives_the_same_findings(walked: Path) -> None:
    done = pilotbook("data check 2024.xlsx --json", walked)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["findings"] == [finding.as_dict() for finding in check([walked / "2024.xlsx"]).findings]


def test_a_chinese_gb18030_file_gives_the_vintage_of_its_english_twin_byte_for_byte(tmp_path: Path) -> None:
    rows = pd.DataFrame(year(mistakes=False), columns=list(HEADERS))
    rows["基层诊疗量占比"] = [f"{100 * share:.1f}％" for share in rows["基层诊疗量占比"]]
    rows["县代码"] = [code.translate(str.maketrans("0123456789", "０１２３４５６７８９")) for code in rows["县代码"]]
    english = pd.DataFrame(
        {
            "fund_spending": rows["医保基金支出"],
            "county": [code.translate(str.maketrans("０１２３４５６７８９", "0123456789")) for code in rows["县代码"]],
            "period": [f"2024Q{'一二三四'.index(quarter[5]) + 1}" for quarter in rows["季度"]],
            "patient_satisfaction": rows["患者满意度"],
            "phc_visit_share": [share.rstrip("％") for share in rows["基层诊疗量占比"]],
        }
    )
    english = english.sample(frac=1, random_state=0)
    for name, table, encoding in (("zh", rows, "gb18030"), ("en", english, "utf-8")):
        (tmp_path / name).mkdir()
        table.to_csv(tmp_path / name / "panel.csv", index=False, encoding=encoding)
        call = "data ingest panel.csv --dataset ./counties --vintage 2024Q4 --licence internal"
        done = pilotbook(call, tmp_path / name)
        assert done.returncode == 0, done.stdout + done.stderr
    folders = [tmp_path / name / "counties" / "vintages" / "2024Q4" for name in ("zh", "en")]
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names[0] == names[1] == ["datapackage.json", "panel.parquet"]
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("data check nothing.csv", 2, "there is no such file"),
        ("data simulate --scenario covid --seed 1 --out x", 2, "did you mean 'covid-only'"),
        ("data simulate --scenario no-effect --seed 1 --out x --periods 4", 2, "lies outside the panel"),
        ("data ingest nothing.csv --dataset ./c --vintage 2024Q4", 2, "there is no such file"),
        ("data check", 2, "Missing argument"),
        (f"data check {ROOT}/data/medicaid-county-mortality", 2, "checks it with its plan"),
    ],
)
def test_a_wrong_call_is_one_message_and_status_2(tmp_path: Path, arguments: str, status: int, message: str) -> None:
    done = pilotbook(arguments, tmp_path)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
