"""A simulated reform in a few of thirty counties; of two outcomes the first has a planted effect."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

EFFECT = 5.0
QUARTERS = pd.period_range("2018Q1", "2022Q4", freq="Q")
START = "2020Q3"


def outcome(name: str, family: str = "primary") -> dict[str, object]:
    return {
        "id": name,
        "title": name,
        "unit": "visits",
        "column": name,
        "direction": "higher",
        "family": family,
        "minimum_important_effect": 1,
    }


PLAN = {
    "title": "A pilot (simulated)",
    "reform": "pilot",
    "date": "2020-01-01",
    "authors": ["A test"],
    "question": "By how much did visits rise?",
    "dataset": "pilot",
    "panel": {"period_kind": "quarter", "assignment_unit": "county"},
    "outcomes": [outcome("visits"), outcome("stays")],
    "analyses": [{"estimator": "imputation", "headline": True}],
}


def counties(pilots: int, units: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    time = np.arange(len(QUARTERS))
    after = pd.Period(START) <= QUARTERS
    return pd.concat(
        pd.DataFrame(
            {
                "county": f"c{county:02d}",
                "period": QUARTERS.astype(str),
                "start": START if county < pilots else "",
                "visits": 50 + 0.1 * time + rng.normal(size=len(time)) + EFFECT * after * (county < pilots),
                "stays": 20 + rng.normal(size=len(time)),
            }
        )
        for county in range(units)
    )


def write(folder: Path, frame: pd.DataFrame, plan: dict[str, object] = PLAN) -> Path:
    """Write plan and data set as an evaluator has them in a folder of her own, and return the plan's path."""
    data = folder / "pilot"
    data.mkdir()
    frame.to_csv(data / "pilot.csv", index=False)
    digest = sha256((data / "pilot.csv").read_bytes()).hexdigest()
    resource = {"name": "pilot", "path": "pilot.csv", "hash": f"sha256:{digest}"}
    package = {"name": "pilot", "title": "Pilot", "simulated": True, "resources": [resource]}
    (data / "datapackage.json").write_text(json.dumps(package))
    path = folder / "pilot.yml"
    path.write_text(yaml.safe_dump(plan))
    return path
