"""A simulated world: for every county, period and indicator both what happened and what would have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Draw, read_catalogue
from pilotbook.panel.periods import FREQUENCY
from pilotbook.panel.simulate.counties import Counties, draw_counties
from pilotbook.panel.simulate.effects import (
    NEVER,
    assign,
    common_path,
    effect_path,
    intervention_path,
    reached,
    step,
)
from pilotbook.panel.simulate.noise import draw_path, generator
from pilotbook.panel.simulate.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A simulated world.

    Attributes
    ----------
    scenario, seed
        What it was made of.
    counties
        Its counties.
    cohort : (n,)
        Index of the first period under the reform, -1 for controls.
    without, with_reform : indicator to (n, t)
        Both potential outcomes in the unit of the indicator: had there been no reform, and with the reform as it was
        rolled out. Other interventions, the shock and what all counties share are in both.
    step : indicator to float
        What one minimum important effect of the reform adds on the indicator's scale; 0 if it does not move it.
    path : (n, t)
        Planted effect in minimum important effects.
    reached
        Per intervention of the scenario, the counties that it reaches.
    clipped
        Number of values that were set to the bound of the hard range, over all indicators.
    """

    scenario: Scenario
    seed: int
    counties: Counties
    cohort: NDArray[np.intp]
    without: dict[str, NDArray[np.float64]]
    with_reform: dict[str, NDArray[np.float64]]
    step: dict[str, float]
    path: NDArray[np.float64]
    reached: list[NDArray[np.intp]]
    clipped: int

    @property
    def pilots(self) -> NDArray[np.bool_]:
        """(n,) which counties are pilots."""
        pilots: NDArray[np.bool_] = self.cohort != NEVER
        return pilots

    @property
    def treated(self) -> NDArray[np.bool_]:
        """(n, t) which cells lie under the reform."""
        since: NDArray[np.bool_] = np.arange(self.scenario.periods) >= self.cohort[:, None]
        treated: NDArray[np.bool_] = self.pilots[:, None] & since
        return treated


def simulate(scenario: Scenario, seed: int, catalogue: Catalogue | None = None) -> World:
    """Make a world.

    Parameters
    ----------
    scenario
        What happens in it.
    seed
        The same seed gives the same world, digit by digit.
    """
    catalogue = catalogue or read_catalogue()
    counties = draw_counties(scenario.counties, generator(seed, "counties"))
    cohort, multiple = assign(scenario, generator(seed, "assignment"))
    path = effect_path(scenario, cohort, multiple)
    chosen = reached(scenario, cohort, generator(seed, "interventions"))
    others = intervention_path(scenario, chosen) + _drift(scenario, cohort)
    without: dict[str, NDArray[np.float64]] = {}
    with_reform: dict[str, NDArray[np.float64]] = {}
    steps: dict[str, float] = {}
    clipped = 0
    for draw in catalogue.draws.values():
        steps[draw.id] = 0.0 if draw.growth_of else step(draw, catalogue, scenario)
        base = _base(draw, scenario, counties, seed)
        low, high = catalogue.indicators[draw.id].range.hard or (None, None)
        shared = common_path(scenario, draw, catalogue)
        paths = [_natural(draw, base, shared + steps[draw.id] * add) for add in (others, others + path)]
        clipped += sum(_outside(values, low, high) for values in paths)
        without[draw.id], with_reform[draw.id] = (_bounded(values, low, high) for values in paths)
    for draw in catalogue.draws.values():
        if draw.growth_of:
            _grow(draw, draw.growth_of, scenario, (without, with_reform))
    without, with_reform = (_trimmed(part, scenario.per_year) for part in (without, with_reform))
    return World(scenario, seed, counties, cohort, without, with_reform, steps, path, chosen, clipped)


def _trimmed(part: dict[str, NDArray[np.float64]], year: int) -> dict[str, NDArray[np.float64]]:
    return {id: values[:, year:] for id, values in part.items()}


def _drift(scenario: Scenario, cohort: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (n, t) by how much pilots drift without the reform, in minimum important effects; 0 at the start."""
    drift = scenario.differential_trend * (np.arange(scenario.periods) - cohort[:, None])
    return np.where((cohort != NEVER)[:, None], drift, 0.0)


def _base(draw: Draw, scenario: Scenario, counties: Counties, seed: int) -> NDArray[np.float64]:
    """Return (n, year + t) the path without any intervention, with the year before the panel in front."""
    first = pd.Period(scenario.first, freq=FREQUENCY[scenario.kind])
    periods = pd.period_range(first - scenario.per_year, periods=scenario.periods + scenario.per_year)
    return draw_path(draw, counties, periods, scenario.per_year, scenario.shock, scenario.errors, seed)


def _natural(draw: Draw, base: NDArray[np.float64], add: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path in the unit of the indicator; nothing is added in the year before the panel."""
    path = base.copy()
    path[:, base.shape[1] - add.shape[1] :] += add
    return np.exp(path) if draw.scale == "log" else path


def _outside(values: NDArray[np.float64], low: float | None, high: float | None) -> int:
    below = 0 if low is None else int((values < low).sum())
    return below + (0 if high is None else int((values > high).sum()))


def _bounded(values: NDArray[np.float64], low: float | None, high: float | None) -> NDArray[np.float64]:
    return values if low is None and high is None else np.clip(values, low, high)


def _grow(draw: Draw, of: str, scenario: Scenario, parts: tuple[dict[str, NDArray[np.float64]], ...]) -> None:
    """Replace a growth rate by the year-on-year change of the level that it belongs to."""
    year = scenario.per_year
    for part in parts:
        level = part[of]
        growth = np.zeros_like(level)
        growth[:, year:] = 100 * (level[:, year:] / level[:, :-year] - 1)
        part[draw.id] = growth
