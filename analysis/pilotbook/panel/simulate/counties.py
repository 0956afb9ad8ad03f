"""Simulated counties: codes that no real county has, names that say so, sizes that differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Province numbers 83 to 88 are not in use (GB/T 2260), so that no simulated county can be taken for a real one.
PROVINCES = {"east": ("83", "84"), "central": ("85",), "west": ("86", "87"), "ethnic-remote": ("88",)}
SHARES = {"east": 0.32, "central": 0.28, "west": 0.28, "ethnic-remote": 0.12}
# Part of an indicator's gradient that a region has: the east has all of it.
GRADIENT = {"east": 1.0, "central": 0.0, "west": -0.5, "ethnic-remote": -1.0}
MEDIAN_POPULATION = 420_000
PER_PREFECTURE = 10


@dataclass(frozen=True, slots=True, eq=False)
class Counties:
    """The counties of a simulated world.

    Attributes
    ----------
    table
        The counties table of the contract.
    region : (n,)
        Number of the region.
    gradient : (n,)
        Part of the gradient that each county has.
    population : (n,)
        Residents.
    """

    table: pd.DataFrame
    region: NDArray[np.intp]
    gradient: NDArray[np.float64]
    population: NDArray[np.float64]

    @property
    def codes(self) -> NDArray[np.object_]:
        """(n,) county codes, ascending."""
        return np.asarray(self.table["county"].to_numpy(dtype=object))


def draw_counties(count: int, rng: np.random.Generator) -> Counties:
    """Draw counties; the shares of the regions are fixed, sizes are log-normal."""
    names = list(SHARES)
    edges = np.round(np.cumsum([SHARES[name] for name in names]) * count).astype(int)
    region = np.searchsorted(edges, np.arange(count), side="right")
    codes, provinces = [], []
    for r, name in enumerate(names):
        prefixes = PROVINCES[name]
        size = int((region == r).sum())
        for i in range(size):
            digits = prefixes[i * len(prefixes) // size]
            within = i - -(-size * prefixes.index(digits) // len(prefixes))
            prefecture, place = divmod(within, PER_PREFECTURE)
            codes.append(f"{digits}{prefecture + 1:02d}{place + 21:02d}")
            provinces.append(f"模拟{digits}省")
    population = np.round(np.clip(rng.lognormal(np.log(MEDIAN_POPULATION), 0.5, count), 40_000, 2_500_000), -2)
    table = pd.DataFrame(
        {
            "county": codes,
            "name_zh": [f"模拟县{i + 1:04d}" for i in range(count)],
            "name_en": [f"Simulated county {i + 1:04d}" for i in range(count)],
            "province": provinces,
            "region": [names[r] for r in region],
            "population": population,
        }
    )
    gradient = np.asarray([GRADIENT[names[r]] for r in region], dtype=np.float64)
    return Counties(table, region, gradient, population.astype(np.float64))
