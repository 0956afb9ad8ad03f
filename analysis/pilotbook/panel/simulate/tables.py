"""The tables of the contract as an evaluator would receive them from a simulated world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Draw
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.simulate.further import alliances, facilities, further_inputs
from pilotbook.panel.simulate.noise import generator
from pilotbook.panel.simulate.world import World


def tables(world: World, catalogue: Catalogue) -> dict[TableKind, pd.DataFrame]:
    """Return all six tables."""
    facility = facilities(world, catalogue)
    alliance = alliances(world, catalogue)
    return {
        "panel": panel_table(world, catalogue),
        "counties": world.counties.table,
        "exposure": exposure_table(world),
        "facilities": facility,
        "alliances": alliance,
        "inputs": further_inputs(world, catalogue, facility, alliance),
    }


def panel_table(world: World, catalogue: Catalogue) -> pd.DataFrame:
    """Return the panel table: what was observed, with values missing at random.

    An indicator that is counted once a year has its value in the last period of the year only. Numerators and
    denominators are given for the core indicators.
    """
    scenario = world.scenario
    keys = {
        "county": np.repeat(world.counties.codes, scenario.periods),
        "period": np.tile(np.asarray(scenario.axis, dtype=object), scenario.counties),
    }
    columns: dict[str, NDArray[np.float64]] = {}
    year_end = np.asarray([period.endswith(("Q4", "-12")) for period in scenario.axis])
    for id, values in world.with_reform.items():
        indicator, draw = catalogue.indicators[id], catalogue.draws[id]
        seen = np.where(_missing(world, id), np.nan, values)
        if indicator.frequency == "year" and scenario.kind != "year":
            seen[:, ~year_end] = np.nan
        columns[id] = seen.ravel()
        if indicator.core and indicator.per is not None and draw.denominator is not None:
            columns |= _ratio(world, draw, indicator.per, seen)
    return pd.DataFrame(keys | columns)


def _missing(world: World, id: str) -> NDArray[np.bool_]:
    scenario = world.scenario
    share = np.full(scenario.counties, scenario.missing)
    if scenario.missing_pilots is not None:
        share[world.pilots] = scenario.missing_pilots
    rng = generator(world.seed, f"missing {id}")
    return rng.random((scenario.counties, scenario.periods)) < share[:, None]


def _ratio(world: World, draw: Draw, per: float, values: NDArray[np.float64]) -> Mapping[str, NDArray[np.float64]]:
    """Return numerator and denominator of a ratio: a denominator in proportion to the residents, near constant."""
    assert draw.denominator is not None
    rng = generator(world.seed, f"denominator {draw.id}")
    wobble = 1 + 0.005 * rng.standard_normal(values.shape)
    months = {"year": 12, "quarter": 3, "month": 1}[world.scenario.kind]
    residents = world.counties.population[:, None]
    denominator = np.maximum(np.round(residents / 1000 * draw.denominator.per_1000 * months / 3 * wobble), 1.0)
    denominator = np.where(np.isnan(values), np.nan, denominator)
    numerator = np.minimum(values * denominator / per, denominator if per == 100 else np.inf)
    return {f"{draw.id}.numerator": numerator.ravel(), f"{draw.id}.denominator": denominator.ravel()}


def exposure_table(world: World) -> pd.DataFrame:
    """Return the exposure table: the reform that is evaluated, and every other intervention."""
    scenario, codes = world.scenario, world.counties.codes
    announced = max(scenario.effect.anticipation, 0)
    rows = [
        (codes[i], scenario.reform, codes[i], scenario.axis[max(start - announced, 0)], scenario.axis[start])
        for i, start in enumerate(world.cohort)
        if start >= 0
    ]
    for what, members in zip(scenario.interventions, world.reached, strict=True):
        rows += [(codes[i], what.reform, codes[i], what.start, what.start) for i in members]
    return pd.DataFrame(rows, columns=["county", "reform", "assigned_unit", "announced", "start"])
