"""The reports in which the traps are looked for: rendered once, as text."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml

from pilotbook.design.planfile import read_plan
from pilotbook.panel.ingest import ingest
from pilotbook.panel.simulate import scenario, simulate, write_simulation
from pilotbook.panel.vintage import Provenance
from pilotbook.project import CHAPTERS, ROOT
from pilotbook.report.compose import compose
from pilotbook.report.engine import choose_engine
from pilotbook.report.execute import execute
from pilotbook.report.parameters import inject
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..evaluate.counties import write
from . import planted


def text_of(page: Path) -> str:
    """Return the words of a page, single spaces between them."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", body).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"\s+([.,;:)])", r"\1", re.sub(r"\s+", " ", text)).replace("( ", "(")


def rendered(folder: Path, frame: pd.DataFrame, plan: dict[str, Any]) -> str:
    """Render a report in HTML and return its words."""
    plan_file = read_plan(write(folder, frame, plan))
    render(Request(plan_file, None, ("en",), ("html",), choose_engine("embedded"), folder / "out"))
    return text_of(next((folder / "out").rglob("report.html")))


@pytest.fixture(scope="session")
def roll_out(tmp_path_factory: pytest.TempPathFactory) -> str:
    return rendered(tmp_path_factory.mktemp("roll-out"), planted.staggered(), planted.ROLL_OUT)


@pytest.fixture(scope="session")
def three_pilots(tmp_path_factory: pytest.TempPathFactory) -> str:
    return rendered(tmp_path_factory.mktemp("three-pilots"), planted.three_pilots(), planted.THREE_PILOTS)


@pytest.fixture(scope="session")
def short_series(tmp_path_factory: pytest.TempPathFactory) -> str:
    return rendered(tmp_path_factory.mktemp("short-series"), planted.short_series(), planted.SHORT_SERIES)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of `data simulate` in which two control counties in five copy the reform."""
    folder = tmp_path_factory.mktemp("simulated") / "contaminated"
    world = simulate(scenario("contaminated").resized(counties=24, periods=24), seed=1)
    write_simulation(world, folder, csv=True)
    return folder


PLAN_ON_VINTAGE: dict[str, Any] = {
    **{key: planted.ROLL_OUT[key] for key in ("title", "date", "authors")},
    "reform": "three-county-linked-pilot",
    "question": "By how much did the share of managed patients change?",
    "dataset": "contaminated",
    "panel": {"period_kind": "quarter", "start": "start[three-county-linked-pilot]"},
    "outcomes": [
        planted.outcome("managed", family="primary", column="htn_managed_rate", unit="pp"),
    ],
    "analyses": [{"estimator": "imputation", "headline": True}],
    "co_interventions": [{"id": "copied", "title": "Tiered pricing", "exposure": "tiered-pricing"}],
}


@pytest.fixture(scope="session")
def on_vintage(simulated: Path) -> Path:
    """A plan on the simulated world, which reads from its exposure table whom the copy reached."""
    path = simulated.parent / "copied.yml"
    path.write_text(yaml.safe_dump(PLAN_ON_VINTAGE), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def redefined(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The chapter on the data, after one county in two counts its patients by another definition from 2022 on."""
    folder = tmp_path_factory.mktemp("redefined")
    panel = pd.read_csv(simulated / "handed-in" / "panel.csv", dtype={"county": str})
    anew = (panel["period"] >= "2022Q1") & (panel["county"].astype(int) % 2 == 0)
    for part in ("numerator", "denominator"):
        panel.loc[anew, f"htn_managed_rate.{part}"] *= 1.3
    shutil.copytree(simulated / "handed-in", folder / "handed-in")
    panel.to_csv(folder / "handed-in" / "panel.csv", index=False)
    found = ingest(
        [folder / "handed-in"],
        folder / "contaminated",
        "2024Q1",
        Provenance("A world", "A test", "", "", simulated=True),
    )
    assert found.vintage is not None
    plan = folder / "copied.yml"
    plan.write_text(yaml.safe_dump(PLAN_ON_VINTAGE), encoding="utf-8")
    notebook = nbformat.read(CHAPTERS / "data.ipynb", as_version=4)
    notebook = compose({"data": notebook}, {"title": "Data", "date": "2024-01-31", "lang": "en"}, "en", ())
    inject(notebook, {"plan": str(plan), "period": "2023Q4", "language": "en"})
    executed = execute(notebook, folder, "data", {"PYTHONPATH": str(ROOT / "analysis")})
    nbformat.write(executed, folder / "data.ipynb")
    pages = choose_engine("embedded").render(folder / "data.ipynb", folder, ("html",))
    return text_of(pages["html"])
