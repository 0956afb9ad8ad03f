"""Panels with published results, as the arrays that estimators take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pilotbook.estimate.sample import NEVER

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
MEDICAID = "medicaid_county_mortality.csv"


@dataclass(frozen=True)
class Arrays:
    """A balanced panel as arrays."""

    y: np.ndarray
    cohort: np.ndarray
    weights: np.ndarray
    state: np.ndarray
    covariate: np.ndarray


def medicaid_path() -> Path:
    places = (ROOT / "data" / "medicaid-county-mortality", ROOT / ".." / "shared" / "realdata")
    for place in places:
        if (place / MEDICAID).exists():
            return place / MEDICAID
    pytest.skip(f"{MEDICAID} is neither in data/medicaid-county-mortality nor in ../shared/realdata")


@pytest.fixture(scope="session")
def medicaid() -> Callable[..., Arrays]:
    """Deaths per 100,000 aged 20–64 by county; `only` keeps one cohort beside those never treated by 2019."""
    frame = pd.read_csv(medicaid_path())
    frame["rate"] = frame["deaths"] / frame["population_20_64"] * 1e5

    def arrays(only: int | None = None, years: tuple[int, int] = (2009, 2019)) -> Arrays:
        adopted = frame["yaca"].where(frame["yaca"] <= 2019)
        rows = frame if only is None else frame[adopted.isna() | (adopted == only)]
        window = rows[rows["year"].between(*years)]
        y = window.pivot_table(index="county_code", columns="year", values="rate")
        county = rows[rows["year"] == 2013].set_index("county_code").loc[y.index]
        year = county["yaca"].where(county["yaca"] <= 2019)
        cohort = np.where(year.isna(), NEVER, year.fillna(0).astype(np.int64) - years[0])
        weights = county["population_20_64"].to_numpy(float)
        return Arrays(y.to_numpy(), cohort, weights, pd.factorize(county["st"])[0], np.empty((len(y), 0)))

    return arrays


@pytest.fixture(scope="session")
def mpdta() -> Arrays:
    frame = pd.read_csv(DATA / "mpdta.csv")
    y = frame.pivot_table(index="countyreal", columns="year", values="lemp")
    county = frame.groupby("countyreal").first().loc[y.index]
    year = county["first.treat"].to_numpy(np.int64)
    cohort = np.where(year == 0, NEVER, year - 2003)
    lpop = county["lpop"].to_numpy(float)
    return Arrays(y.to_numpy(), cohort, np.exp(lpop), y.index.to_numpy() // 1000, lpop[:, None])
