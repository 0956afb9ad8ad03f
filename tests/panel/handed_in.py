"""What an evaluator might hand in: small valid tables to start from, and the means to check them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pilotbook.panel.contract.check import Check, check

REFORM = "three-county-linked-pilot"


@dataclass
class HandedIn:
    """The six tables of the contract, all cells as written; change them at will."""

    panel: pd.DataFrame
    counties: pd.DataFrame
    exposure: pd.DataFrame
    facilities: pd.DataFrame
    alliances: pd.DataFrame
    inputs: pd.DataFrame

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in vars(self).items():
            table.to_csv(folder / f"{name}.csv", index=False)
        return folder

    def check(self, folder: Path) -> Check:
        return check([self.write(folder)])


def valid(seed: int = 0, counties: int = 5, quarters: int = 8) -> HandedIn:
    """Return valid tables: shares near 50 %, costs near 300, both steady, denominators constant."""
    rng = np.random.default_rng(seed)
    codes = [f"5301{n:02d}" for n in range(21, 21 + counties)]
    periods = [str(p) for p in pd.period_range("2019Q1", periods=quarters, freq="Q")]
    keys = pd.MultiIndex.from_product([codes, periods], names=["county", "period"]).to_frame(index=False)
    denominator = np.repeat(rng.integers(20_000, 90_000, counties), quarters).astype(float)
    numerator = np.round(denominator * rng.uniform(0.45, 0.55, len(keys)))
    panel = keys.assign(
        **{
            "phc_visit_share": np.round(100 * numerator / denominator, 4),
            "phc_visit_share.numerator": numerator,
            "phc_visit_share.denominator": denominator,
            "phc_visit_share.definition": "v1",
            "fund_spending": np.round(rng.uniform(280, 320, len(keys)), 2),
            "patient_satisfaction": np.round(rng.uniform(70, 80, len(keys)), 1),
            "exposed": 0,
        }
    ).astype(object)
    started = (panel["county"] == codes[0]) & (panel["period"] >= periods[4])
    panel.loc[started, "exposed"] = 1
    return HandedIn(
        panel,
        pd.DataFrame(
            {
                "county": codes,
                "name_zh": [f"第{n}县" for n in range(counties)],
                "province": "云南省",
                "region": rng.choice(["east", "central", "west", "ethnic-remote"], counties),
                "population": rng.integers(100_000, 900_000, counties),
            }
        ).astype(object),
        pd.DataFrame(
            {
                "county": codes[:2],
                "reform": REFORM,
                "assigned_unit": ["A", "B"],
                "announced": periods[3],
                "start": periods[4],
                "end": "",
            }
        ).astype(object),
        pd.DataFrame(
            {
                "facility": ["F1", "F1", "F2"],
                "period": ["2020-11", "2020-12", "2020-12"],
                "county": codes[0],
                "level": ["township", "township", "secondary"],
                "drug_share": [35.0, 36.5, 41.0],
            }
        ).astype(object),
        pd.DataFrame(
            {
                "alliance": ["M1", "M2"],
                "period": periods[-1],
                "county": codes[0],
                "disease_cost": [4000.0, 4100.0],
            }
        ).astype(object),
        pd.DataFrame(
            {
                "unit": [codes[0], "F1", "F1"],
                "period": ["2020", "2020Q4", "2020Q4"],
                "input": ["annual_budget", "assessment_grade", "filed"],
                "amount": ["250000000", "pass", "yes"],
            }
        ).astype(object),
    )
