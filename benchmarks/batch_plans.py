"""Simulated data and plans for `batch_speed`: as many different reports as wanted, on one panel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

QUARTERS = pd.period_range("2018Q1", periods=24, freq="Q")
STARTS = ("2021Q1", "2021Q3", "2022Q1")
PILOT_SHARE = 0.4
TITLES = {"en": "Simulated outcome {}", "zh": "模拟指标{}"}


def write_data(folder: Path, counties: int, outcomes: int) -> None:
    """Write a panel of counties by 24 quarters whose data package says that it is simulated."""
    draws = np.random.default_rng([counties, outcomes])
    codes = [str(110_101 + 3 * i) for i in range(counties)]
    pilots = max(4, round(PILOT_SHARE * counties))
    starts = [STARTS[i % len(STARTS)] if i < pilots else "" for i in range(counties)]
    table = pd.DataFrame(
        {
            "county": np.repeat(codes, len(QUARTERS)),
            "period": np.tile([str(quarter) for quarter in QUARTERS], counties),
            "start": np.repeat(starts, len(QUARTERS)),
            "people": np.repeat(draws.integers(50_000, 900_000, counties), len(QUARTERS)),
        }
    )
    on = np.array([[s != "" and str(q) >= s for q in QUARTERS] for s in starts])
    for outcome in range(outcomes):
        level = draws.normal(50, 5, (counties, 1)) + draws.normal(0, 1, len(QUARTERS)).cumsum() / 2
        noise = draws.normal(0, 1.5, (counties, len(QUARTERS)))
        table[f"outcome_{outcome}"] = np.round(level + noise - 2.0 * on, 3).ravel()
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "panel.csv", index=False)
    description = {
        "name": f"simulated-{counties}",
        "title": "Simulated counties for a measurement of speed",
        "version": "1",
        "simulated": True,
        "resources": [{"name": "panel", "path": "panel.csv"}],
    }
    (folder / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")


def write_plans(folder: Path, data: Path, reports: int, outcomes: int, chapters: list[str] | None = None) -> list[Path]:
    """Write plans that differ in the county that they leave out, so that each estimates anew; return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = sorted(set(pd.read_csv(data / "panel.csv", usecols=["county"])["county"].astype(str)))
    files = []
    for i in range(reports):
        plan = _plan(data, outcomes, codes[-1 - i % (len(codes) // 2)], 0.95 - (i // (len(codes) // 2)) / 1000)
        if chapters is not None:
            plan["chapters"] = chapters
        files.append(folder / f"county-{i:03d}.yml")
        files[-1].write_text(yaml.safe_dump(plan, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return files


def _plan(data: Path, outcomes: int, left_out: str, level: float) -> dict[str, object]:
    return {
        "title": {"en": f"A simulated reform without county {left_out}", "zh": f"模拟改革（不含{left_out}县）"},
        "reform": "simulated-reform",
        "date": "2026-01-31",
        "authors": ["The pilotbook authors"],
        "question": {"en": "How fast is a report made?", "zh": "一份报告要多久？"},
        "dataset": str(data),
        "panel": {"period_kind": "quarter"},
        "level": round(level, 3),
        "exclusions": [{"units": [left_out], "because": {"en": "So that reports differ", "zh": "使各报告不同"}}],
        "outcomes": [
            {
                "id": f"outcome_{i}",
                "title": {language: title.format(i + 1) for language, title in TITLES.items()},
                "unit": {"en": "points", "zh": "分"},
                "column": f"outcome_{i}",
                "family": "primary" if i < 4 else "secondary",
                "direction": "lower",
                "minimum_important_effect": 1,
            }
            for i in range(outcomes)
        ],
        "analyses": [
            {"estimator": "imputation", "average": [0, 3], "headline": True},
            {"estimator": "callaway_santanna", "average": [0, 3]},
        ],
    }
