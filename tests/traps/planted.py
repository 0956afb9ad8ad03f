"""Panels with traps in them, as a frame and a plan each; everything else in them is clean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

QUARTERS = pd.period_range("2017Q1", "2022Q4", freq="Q")
PILOTS, COUNTIES = 12, 34
FIRST, SECOND = "2021Q1", "2021Q3"


def staggered() -> pd.DataFrame:
    """Twelve pilots of two starts among 34 counties; nothing is gained in any outcome but `visits`.

    `visits` grows with time under the reform, and moves a quarter ahead of it; in `share` the reform changes who is
    counted; `flat` does nothing; `flagged` was low in the half year before the start, when the pilots were chosen;
    `drift` grew faster in the pilots all along.
    """
    rng = np.random.default_rng(10)
    time = np.arange(len(QUARTERS))
    frames = []
    for county in range(COUNTIES):
        pilot = county < PILOTS
        start = QUARTERS.get_loc(pd.Period(FIRST if county % 2 else SECOND))
        since = np.where(pilot, time - start, -99)
        after, noise = since >= 0, rng.normal(size=(5, len(time)))
        register = 1000 * (1 + 0.2 * after) + rng.normal(size=len(time))
        frames.append(
            pd.DataFrame(
                {
                    "county": f"c{county:02d}",
                    "period": QUARTERS.astype(str),
                    "start": (FIRST if county % 2 else SECOND) if pilot else "",
                    "visits": 50 + noise[0] + 1.5 * np.clip(since + 2, 0, None),
                    "register": register,
                    "managed": 400 + noise[1],
                    "flat": 20 + noise[2],
                    "flagged": 30 + 0.5 * noise[3] - 2.5 * ((since < -1) & (since > -4)),
                    "drift": 10 + 0.5 * noise[4] + 0.4 * time * pilot,
                    "copied": (0 if pilot or county < 28 else 1) * (time >= 18),
                }
            )
        )
    return pd.concat(frames)


def outcome(name: str, **changes: Any) -> dict[str, Any]:
    """One outcome of a plan."""
    plain = {"id": name, "title": name.capitalize(), "unit": "per quarter", "column": name, "direction": "higher"}
    return {**plain, "family": "secondary", "minimum_important_effect": 1, **changes}


ROLL_OUT: dict[str, Any] = {
    "title": "A roll-out with traps (simulated)",
    "reform": "pilot",
    "date": "2020-01-01",
    "authors": ["A test"],
    "question": "By how much did visits change in the pilots over four quarters?",
    "dataset": "pilot",
    "panel": {"period_kind": "quarter"},
    "outcomes": [
        outcome("visits", family="primary"),
        {
            **{k: v for k, v in outcome("share").items() if k != "column"},
            "numerator": "managed",
            "denominator": "register",
            "per": 100,
        },
        outcome("flat"),
        outcome("flagged", family="safety"),
        outcome("drift"),
    ],
    "analyses": [
        {"estimator": "imputation", "average": [0, 3], "headline": True},
        {"estimator": "twfe"},
    ],
    "anticipation": 1,
    "co_interventions": [{"id": "copied", "title": "A copy of the reform", "column": "copied"}],
    "looks": {"planned": ["2022Q1", "2022Q3", "2022Q4"]},
    "chapters": ["glance", "verdicts", "reform", "did", "sensitivity"],
}


def three_pilots() -> pd.DataFrame:
    """Three pilots of 24 counties, seen for two quarters, one of them winter; a wave hits every county in 2020.

    Nothing is gained. `bills` are zero in some counties and quarters; `winter` has a season that is the pilots' own.
    """
    rng = np.random.default_rng(10)
    quarters = pd.period_range("2018Q1", "2022Q2", freq="Q")
    wave = -6.0 * np.isin(quarters.astype(str), ["2020Q1", "2020Q2"])
    frames = []
    for county in range(24):
        noise = rng.normal(size=(2, len(quarters)))
        frames.append(
            pd.DataFrame(
                {
                    "county": f"c{county:02d}",
                    "period": quarters.astype(str),
                    "start": "2022Q1" if county < 3 else "",
                    "bills": np.clip(2 + 2 * noise[0] + wave, 0, None),
                    "winter": 20 + 0.5 * noise[1] + wave + 8 * (county < 3) * (quarters.quarter == 1),
                }
            )
        )
    return pd.concat(frames)


THREE_PILOTS: dict[str, Any] = {
    **{key: ROLL_OUT[key] for key in ("title", "reform", "date", "authors", "dataset", "panel")},
    "question": "By how much did bills change in the three pilots?",
    "outcomes": [outcome("bills", family="primary"), outcome("winter")],
    "analyses": [{"estimator": "imputation", "headline": True}],
    "covid": {"policy": "drop", "first": "2020Q1", "last": "2020Q2", "because": "Wards were closed"},
    "chapters": ["glance", "verdicts", "reform", "did"],
}


def short_series() -> pd.DataFrame:
    """Every county starts at once, and seven quarters have passed since."""
    rng = np.random.default_rng(10)
    quarters = pd.period_range("2016Q1", "2022Q3", freq="Q")
    value = 60 + 0.1 * np.arange(len(quarters)) - 5.0 * (quarters >= pd.Period("2021Q1"))
    frames = [
        pd.DataFrame(
            {
                "county": f"c{county:02d}",
                "period": quarters.astype(str),
                "start": "2021Q1",
                "spending": value + rng.normal(size=len(quarters)),
            }
        )
        for county in range(8)
    ]
    return pd.concat(frames)


SHORT_SERIES: dict[str, Any] = {
    **{key: ROLL_OUT[key] for key in ("title", "reform", "date", "authors", "dataset", "panel")},
    "question": "By how much did the national price reform change spending?",
    "outcomes": [outcome("spending", family="primary", direction="lower")],
    "analyses": [{"estimator": "its", "headline": True}],
    "series": {"steps": [{"start": "2021Q1", "shape": "level"}]},
    "chapters": ["glance", "its"],
}
