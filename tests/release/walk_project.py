"""The project of the walks: a clone without releases, with a plan of its own and two hand-overs of county data."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
ANYTHING = "…"

COUNTIES = ("330101", "330102", "330103", "330104", "330105", "330106", "330107", "330108")
PILOTS, START = COUNTIES[:3], "2024Q1"
QUARTERS = tuple(f"{year}Q{quarter}" for year in (2022, 2023, 2024) for quarter in (1, 2, 3, 4))
REVISED = {("330101", "2024Q3"): 56.4, ("330104", "2024Q2"): 50.1}

PLAN = """\
title: Visits to primary care under the linked reform
reform: three-county-linked-pilot
date: 2024-01-05
authors: [A. Evaluator]
question: By how much did the reform change the primary-care share of visits, on average over its first three quarters?
dataset: county-visits
panel:
  period_kind: quarter
outcomes:
  - id: phc_visit_share
    title: Primary-care share of visits
    unit: percentage points
    column: phc_visit_share
    direction: higher
    minimum_important_effect: 2
analyses:
  - estimator: event_study
    average: [0, 2]
  - estimator: imputation
    average: [0, 2]
    headline: true
"""


def share(county: int, quarter: int) -> float:
    """Return a share of visits: level, trend and a wobble; the pilots gain three points."""
    wobble = (7 * county * county + 5 * quarter * county + 3 * quarter * quarter) % 11 - 5
    gain = 3.0 if COUNTIES[county] in PILOTS and QUARTERS[quarter] >= START else 0.0
    return round(48 + county / 2 + quarter / 4 + wobble / 5 + gain, 1)


def hand_over(folder: Path, quarters: tuple[str, ...], revised: dict[tuple[str, str], float]) -> None:
    """Write what counties hand in for some quarters, with cells that they revise."""
    folder.mkdir(parents=True)
    cells = {
        (code, name): share(c, q)
        for c, code in enumerate(COUNTIES)
        for q, name in enumerate(QUARTERS)
        if name in quarters
    }
    rows = [f"{county},{period},{value}\n" for (county, period), value in (cells | revised).items()]
    (folder / "panel.csv").write_text("county,period,phc_visit_share\n" + "".join(rows), "utf-8")


def make_project(folder: Path) -> Path:
    """Make the project as an evaluator has it on the first day."""
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "_build", "_site", "tests", "benchmarks", "__pycache__", "releases", ".*_cache", "chapters"
    )
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / "analysis" / "plans" / "county-visits.yml").write_text(PLAN, "utf-8")
    hand_over(folder / "handed" / "2024Q3", QUARTERS[:-1], {})
    starts = "".join(f"{county},three-county-linked-pilot,{START}\n" for county in PILOTS)
    (folder / "handed" / "2024Q3" / "exposure.csv").write_text(f"county,reform,start\n{starts}", "utf-8")
    hand_over(folder / "handed" / "2024Q4", QUARTERS[-1:], REVISED)
    (folder / ".gitignore").write_text((ROOT / ".gitignore").read_text("utf-8") + "/bin/\n", "utf-8")
    (folder / "bin").mkdir()
    script = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pilotbook "$@"\n'
    (folder / "bin" / "pilotbook").write_text(script, "utf-8")
    (folder / "bin" / "pilotbook").chmod(0o755)
    run("git init -q && git add -A && git commit -q -m 'The project'", folder)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of a page in a shell."""
    named = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in PERSON.items()}
    variables = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "analysis"),
        "PILOTBOOK_CACHE": str(folder.parent / f"cache-{folder.name}"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "COLUMNS": "120",
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | named | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


PERSON = {"NAME": "A. Evaluator", "EMAIL": "a@example.org"}


def steps(page: Path) -> list[tuple[str, str]]:
    """Return the commands of a page, each with the output that the page shows."""
    found = []
    for block in CONSOLE.findall(page.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.split("\n")
            while lines[0].endswith("\\"):
                lines[:2] = [lines[0][:-1] + lines[1].strip()]
            found.append((lines[0], "\n".join(lines[1:]).strip()))
    return found


def as_shown(output: str, shown: str) -> bool:
    """Tell whether an output is that of the page, in which ``…`` stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in shown.split(ANYTHING))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None
