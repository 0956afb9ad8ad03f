"""Paths without the reform: level, trend, season, shock and autocorrelated deviations of every county."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Draw
from pilotbook.panel.simulate.counties import MEDIAN_POPULATION, Counties

# Quarterly course of the COVID-like shock from 2020Q1 to 2023Q2 as parts of its peak; rebound at the end.
SHOCK = (1.0, 0.7, 0.45, 0.4, 0.35, 0.35, 0.45, 0.45, 0.55, 0.75, 0.6, 0.95, 0.25, -0.1)
SHOCK_FIRST = pd.Period("2020Q1", freq="Q")
REGION_SHARE = 0.35  # standard deviation of a region's common deviations, as part of a county's
SIZE_POWER = 0.25  # a county of 16 times the residents deviates half as much


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one part of a world: parts do not disturb each other when one is added."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def shock_course(periods: pd.PeriodIndex) -> NDArray[np.float64]:
    """Return (t,) the course of the shock, zero outside 2020 to mid-2023."""
    course = np.zeros(len(periods))
    for t, period in enumerate(periods):
        quarter = (period.asfreq("Q") - SHOCK_FIRST).n
        if 0 <= quarter < len(SHOCK):
            course[t] = SHOCK[quarter]
    return course


def draw_path(
    draw: Draw, counties: Counties, periods: pd.PeriodIndex, per_year: int, shock: bool, errors: bool, seed: int
) -> NDArray[np.float64]:
    """Return (n, t) the path of one indicator without any reform, on its scale.

    Parameters
    ----------
    draw
        Parameters of the indicator, from the catalogue.
    periods
        (t,) consecutive periods; the trend is zero in the first.
    shock, errors
        Whether the shock happens, and whether counties deviate at random over time.
    seed
        Of the world.

    Returns
    -------
    In the unit of the indicator on the level scale, as a logarithm on the log scale.
    """
    rng = generator(seed, draw.id)
    n, t = len(counties.population), len(periods)
    start = np.log(draw.level) if draw.scale == "log" else draw.level
    years = np.arange(t) / per_year
    season = np.asarray(draw.season)[periods.quarter - 1]
    county = rng.normal(0, draw.between, n) + draw.gradient * counties.gradient
    hit = rng.lognormal(-0.02, 0.2, n)
    deviations = _deviations(draw, counties, t, per_year, rng)
    path: NDArray[np.float64] = start + county[:, None] + draw.trend * years + season
    if shock:
        path = path + draw.shock * hit[:, None] * shock_course(periods)
    return path + deviations if errors else path


def _deviations(draw: Draw, counties: Counties, t: int, per_year: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return (n, t) deviations: the county's own, smaller in large counties, and those of its region."""
    rho = draw.rho ** (4 / per_year)
    own = _autoregressive(rng.normal(size=(len(counties.population), t)), rho)
    regional = _autoregressive(rng.normal(size=(4, t)), rho)[counties.region]
    size = (MEDIAN_POPULATION / counties.population[:, None]) ** SIZE_POWER
    return draw.within * (size * own + REGION_SHARE * regional)


def _autoregressive(innovations: NDArray[np.float64], rho: float) -> NDArray[np.float64]:
    """Turn unit normal innovations into a stationary first-order process with unit variance along the last axis."""
    process = innovations.copy()
    scale = np.sqrt(1 - rho**2)
    for t in range(1, process.shape[-1]):
        process[..., t] = rho * process[..., t - 1] + scale * innovations[..., t]
    return process
