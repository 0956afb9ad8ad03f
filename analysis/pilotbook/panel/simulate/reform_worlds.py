"""One simulated data set for each catalogued reform: a small CSV with known truth, marked as simulated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from pydantic import Field

from pilotbook.errors import ParameterError, UnknownNameError
from pilotbook.panel.catalogue import Catalogue, Reform, read_catalogue
from pilotbook.panel.catalogue.entry import Entry
from pilotbook.panel.simulate.noise import generator
from pilotbook.panel.simulate.scenario import CohortOfPilots, Effect, Scenario
from pilotbook.panel.simulate.truth import outcome_truth
from pilotbook.panel.simulate.world import World, simulate

FIRST, PERIODS = "2018Q1", 28
REACHED = 20
"""One in so many of pilots, and of controls, is reached by a context reform a year before the end."""

DIGITS = 5
FILES = {"data": "panel.csv", "truth": "truth.json", "description": "datapackage.json", "readme": "README.md"}


class Layout(Entry):
    """How many units there are, and when which of them start."""

    counties: int = Field(ge=4)
    cohorts: tuple[CohortOfPilots, ...]


class Planting(Entry):
    """What is planted for one reform: multiples of the minimum important effect, above zero upwards."""

    seed: int = Field(ge=0)
    planted: Mapping[str, float] = Field(min_length=1)
    context: tuple[str, ...] = ()
    dated: bool = True


class Plantings(Entry):
    """The file ``reform_scenarios.yml``."""

    rollouts: Mapping[str, Layout]
    reforms: Mapping[str, Planting]


@cache
def plantings() -> Plantings:
    """Return what is planted for every reform."""
    text = Path(__file__).with_name("reform_scenarios.yml").read_text("utf-8")
    return Plantings.model_validate(yaml.safe_load(text))


@dataclass(frozen=True, slots=True, eq=False)
class ReformWorld:
    """A simulated world of one reform.

    Attributes
    ----------
    reform, planting
        The reform, and what is planted.
    world
        Both potential outcomes of every unit.
    unit
        Name of the column of units: county or facility.
    """

    reform: Reform
    planting: Planting
    world: World
    unit: str

    @property
    def units(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """(n,) codes: those of simulated counties, or numbered facilities."""
        codes = self.world.counties.codes
        if self.unit == "county":
            return codes
        return np.asarray([f"F{number:03d}" for number in range(1, len(codes) + 1)], dtype=object)


def reform_world(name: str, catalogue: Catalogue | None = None) -> ReformWorld:
    """Make the simulated world of a reform.

    Raises
    ------
    UnknownNameError
        If nothing is planted for a reform of that name.
    """
    catalogue, known = catalogue or read_catalogue(), plantings()
    if name not in known.reforms:
        raise UnknownNameError("simulated reform", name, known.reforms)
    reform, planting = catalogue.reform(name), known.reforms[name]
    layout = known.rollouts[reform.rollout.kind]
    scenario = Scenario(
        name=name,
        title_en=reform.name_en,
        title_zh=reform.name_zh,
        reform=name,
        counties=layout.counties,
        first=FIRST,
        periods=PERIODS,
        cohorts=layout.cohorts if planting.dated else (),
        effect=Effect(size=1.0, outcomes=dict(planting.planted)),
    )
    unit = "facility" if reform.rollout.kind == "facility_or_event" else "county"
    return ReformWorld(reform, planting, simulate(scenario, planting.seed, catalogue), unit)


def reform_table(made: ReformWorld) -> pd.DataFrame:
    """Return the table: unit, period, start, planted outcomes with gaps at random, and whom context reforms reach."""
    world, scenario = made.world, made.world.scenario
    axis = np.asarray(scenario.axis, dtype=object)
    starts = np.where(world.pilots, axis[np.maximum(world.cohort, 0)], "")
    columns: dict[str, Any] = {
        made.unit: np.repeat(made.units, scenario.periods),
        "period": np.tile(axis, scenario.counties),
        "start": np.repeat(starts, scenario.periods),
    }
    for id in made.planting.planted:
        gaps = generator(world.seed, f"missing {id}").random(world.with_reform[id].shape) < scenario.missing
        columns[id] = np.where(gaps, np.nan, world.with_reform[id]).ravel()
    for other in made.planting.context:
        columns[other] = _reached(made, other).ravel()
    return pd.DataFrame(columns)


def _reached(made: ReformWorld, other: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    world = made.world
    there = np.zeros((world.scenario.counties, world.scenario.periods), dtype=np.int64)
    rng = generator(world.seed, other)
    for group in (np.flatnonzero(world.pilots), np.flatnonzero(~world.pilots)):
        there[rng.permutation(group)[: len(group) // REACHED], -world.scenario.per_year :] = 1
    return there


def reform_truth(made: ReformWorld, catalogue: Catalogue) -> dict[str, Any]:
    """Return the planted effects as plain values; where nobody starts there is none to state."""
    outcomes = {id: outcome_truth(made.world, id, catalogue) for id in made.planting.planted}
    kept = ("unit", "att", "att_log", "baseline", "by_event_time", "log_by_event_time", "moved_by_the_reform")
    return {
        "simulated": True,
        "reform": made.reform.id,
        "seed": made.planting.seed,
        "planted": dict(made.planting.planted),
        "outcomes": {id: {key: known[key] for key in kept if key in known} for id, known in outcomes.items()},
    }


def write_reform_world(made: ReformWorld, folder: Path, catalogue: Catalogue | None = None) -> None:
    """Write data, description, truth and a page that marks them as simulated.

    Raises
    ------
    ParameterError
        If the folder is not empty: nothing is overwritten.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ParameterError(f"{folder}: the folder is not empty; name a new one, nothing is overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    table = reform_table(made)
    text = table.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    (folder / FILES["data"]).write_text(text, "utf-8", newline="\n")
    described = _description(made, table, text)
    truth = reform_truth(made, catalogue or read_catalogue())
    for name, content in (("description", described), ("truth", truth)):
        (folder / FILES[name]).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / FILES["readme"]).write_text(_readme(made), "utf-8")


def _description(made: ReformWorld, table: pd.DataFrame, text: str) -> dict[str, Any]:
    reform = made.reform
    return {
        "profile": "tabular-data-package",
        "name": reform.id,
        "title": f"Simulated: {reform.name_en}",
        "version": f"seed-{made.planting.seed}",
        "simulated": True,
        "licenses": [{"name": "CC0-1.0"}],
        "sources": [{"title": "pilotbook simulator; no real county or facility is in it"}],
        "resources": [
            {
                "name": reform.id,
                "path": FILES["data"],
                "format": "csv",
                "encoding": "utf-8",
                "hash": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
                "schema": {"fields": [{"name": column} for column in table], "missingValues": [""]},
            }
        ],
    }


def _readme(made: ReformWorld) -> str:
    scenario = made.world.scenario
    return f"""# Simulated data: {made.reform.name_en}

**模拟数据 · {made.reform.name_zh}**

Every number in this folder was made by pilotbook's simulator (`pilotbook data simulate-reform {made.reform.id}`).
There is no real county or facility in it.

| | |
|---|---|
| Roll-out | {made.reform.rollout.kind}; {int(made.world.pilots.sum())} of {scenario.counties} start |
| Periods | {scenario.axis[0]} to {scenario.axis[-1]} |
| Truth | `{FILES["truth"]}`: every planted effect |
"""
