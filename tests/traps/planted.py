"""Panels with a trap in each outcome, as a frame and a plan; everything else in them is clean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

QUARTERS = pd.period_range("2017Q1", "2022Q4", freq="Q")
PILOTS, COUNTIES = 12, 34
FIRST, SECOND = "2021Q1", "2021Q3"
COVID = ("2020Q1", "2020Q2")


def staggered() -> pd.DataFrame:
    """Twelve pilots of two starts among 34 counties; nothing is gained in any outcome but `visits`.

    `visits` grows with time under the reform, and moves a quarter ahead of it; in `share` the reform changes who is
    counted; `winter` has a season that is the pilots' own; `flagged` was low in the half year before the start, when
    the pilots were chosen; `drift` grew faster in the pilots all along.
    """
    rng = np.random.default_rng(8)
    time = np.arange(len(QUARTERS))
    frames = []
    for county in range(COUNTIES):
        pilot = county < PILOTS
        start = QUARTERS.get_loc(pd.Period(FIRST if county % 2 else SECOND))
        since = np.where(pilot, time - start, -99)
        after, noise = since >= 0, rng.normal(size=(5, len(time)))
        covid = -6.0 * np.isin(QUARTERS.astype(str), COVID)
        register = 1000 * (1 + 0.2 * after) + rng.normal(size=len(time))
        frames.append(
            pd.DataFrame(
                {
                    "county": f"c{county:02d}",
                    "period": QUARTERS.astype(str),
                    "start": (FIRST if county % 2 else SECOND) if pilot else "",
                    "visits": 50 + noise[0] + covid + 1.5 * np.clip(since + 2, 0, None),
                    "register": register,
                    "managed": 400 + noise[1],
                    "winter": 20 + 0.5 * noise[2] + 4 * pilot * (QUARTERS.quarter == 1),
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


PLAN: dict[str, Any] = {
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
        outcome("winter"),
        outcome("flagged", family="safety"),
        outcome("drift"),
    ],
    "analyses": [
        {"estimator": "imputation", "average": [0, 3], "headline": True},
        {"estimator": "callaway_santanna", "average": [0, 3]},
        {"estimator": "twfe"},
    ],
    "anticipation": 1,
    "covid": {"policy": "drop", "first": COVID[0], "last": COVID[1], "because": "Wards were closed"},
    "co_interventions": [{"id": "copied", "title": "A copy of the reform", "column": "copied"}],
    "looks": {"planned": ["2022Q1", "2022Q3", "2022Q4"]},
}
