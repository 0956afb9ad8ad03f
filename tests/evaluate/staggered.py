"""A simulated reform that reaches counties at two times and whose effect grows with time since the start."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd

from .counties import PLAN, QUARTERS

STARTS = {"2019Q3": 12, "2021Q1": 12}
CONTROLS = 22
GROWTH = 0.5
"""Effect after k quarters: half a visit times k + 1."""

STAGGERED = copy.deepcopy(PLAN) | {
    "analyses": [
        {"estimator": "twfe"},
        {"estimator": "imputation", "headline": True},
        {"estimator": "callaway_santanna", "controls": "not_yet_treated"},
    ]
}


def staggered(starts: dict[str, int] = STARTS, controls: int = CONTROLS) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    all_starts = [start for start, count in starts.items() for _ in range(count)] + [""] * controls
    return pd.concat(_county(code, start, rng) for code, start in enumerate(all_starts))


def _county(code: int, start: str, rng: np.random.Generator) -> pd.DataFrame:
    time = np.arange(len(QUARTERS))
    since = time - QUARTERS.get_loc(pd.Period(start)) if start else np.full(len(time), -1)
    return pd.DataFrame(
        {
            "county": f"c{code:02d}",
            "period": QUARTERS.astype(str),
            "start": start,
            "visits": 50 + 0.3 * time + rng.normal(size=len(time)) + GROWTH * np.clip(since + 1, 0, None),
            "stays": 20 + rng.normal(size=len(time)),
        }
    )
