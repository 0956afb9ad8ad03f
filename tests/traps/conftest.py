"""The reports in which the traps are looked for: rendered once, as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.report.engine import choose_engine
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


@pytest.fixture(scope="session")
def redefined(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The chapter on the data, after one county in two counts its patients by another definition from 2022 on."""
    folder = tmp_path_factory.mktemp("redefined")
    panel = pd.read_csv(simulated / "handed-in" / "panel.csv", dtype={"county": str})
    anew = (panel["period"] >= "2022Q1") & (panel["county"].astype(int) % 2 == 0)
    for part in ("numerator", "denominator"):
        panel.loc[anew, f"htn_managed_rate.{part}"] *= 1.3
    return folder.name
