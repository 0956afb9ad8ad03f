"""A small national reform with known truth: every county starts in 2016Q1, a further step follows in 2018Q1."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

FIRST, LEVEL, SECOND_LEVEL = 60.0, -6.0, -4.0
COUNTIES, QUARTERS = 12, pd.period_range("2010Q1", "2021Q4", freq="Q")

PLAN = {
    "title": "A national price reform (simulated)",
    "reform": "national",
    "date": "2021-01-01",
    "authors": ["A test"],
    "question": "By how much did the price reform change spending per visit after eight quarters?",
    "dataset": "national",
    "panel": {"period_kind": "quarter", "assignment_unit": "county"},
    "outcomes": [
        {
            "id": "spending",
            "title": "Spending per visit",
            "unit": "yuan",
            "column": "spending",
            "direction": "lower",
            "minimum_important_effect": 1,
        }
    ],
    "series": {
        "steps": [
            {"label": "price", "start": "2016Q1", "shape": "level"},
            {"label": "payment", "start": "2018Q1", "shape": "level"},
        ],
        "excluded": [{"first": "2020Q1", "last": "2020Q2", "because": "epidemic"}],
    },
    "analyses": [{"estimator": "its", "headline": True}],
}


def counties(controls: int = 0) -> pd.DataFrame:
    """Rows of counties; the last ``controls`` never start."""
    rng = np.random.default_rng(20)
    time = np.arange(len(QUARTERS))
    common = rng.normal(0, 0.5, len(time))
    steps = LEVEL * (pd.Period("2016Q1") <= QUARTERS) + SECOND_LEVEL * (pd.Period("2018Q1") <= QUARTERS)
    rows = []
    for county in range(COUNTIES):
        treated = county < COUNTIES - controls
        noise = rng.normal(0, 0.5, len(time))
        value = FIRST + 0.2 * time + (time % 4 == 0) + common + noise + (steps if treated else 0)
        rows.append(
            pd.DataFrame(
                {
                    "county": f"c{county:02d}",
                    "period": QUARTERS.astype(str),
                    "start": "2016Q1" if treated else "",
                    "spending": value,
                }
            )
        )
    return pd.concat(rows)


def write(folder: Path, plan: dict[str, object], frame: pd.DataFrame) -> Path:
    """Write plan and data set as an evaluator has them in a folder of her own, and return the plan's path."""
    data = folder / "national"
    data.mkdir()
    frame.to_csv(data / "national.csv", index=False)
    resource = {
        "name": "national",
        "path": "national.csv",
        "hash": f"sha256:{sha256((data / 'national.csv').read_bytes()).hexdigest()}",
    }
    package = {"name": "national", "title": "National", "simulated": True, "resources": [resource]}
    (data / "datapackage.json").write_text(json.dumps(package))
    path = folder / "national.yml"
    path.write_text(yaml.safe_dump(plan))
    return path
