"""Writing a simulated world: a vintage like any other, the truth beside it, and the mark on all of it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pilotbook.errors import DataError, ParameterError
from pilotbook.panel.canonical import write_parquet
from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.ingest import ingest
from pilotbook.panel.periods import FREQUENCY
from pilotbook.panel.simulate.alerts import CHANGED, plant_alerts
from pilotbook.panel.simulate.faults import plant
from pilotbook.panel.simulate.tables import tables
from pilotbook.panel.simulate.truth import truth
from pilotbook.panel.simulate.world import World
from pilotbook.panel.vintage import Provenance

TRUTH, OUTCOMES, FILES, README = "truth.json", "potential_outcomes.parquet", "handed-in", "README.md"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was written.

    Attributes
    ----------
    folder
        The data set's folder.
    vintage
        Name of the vintage; None if the scenario plants faults, because faulty files are not ingested.
    """

    folder: Path
    vintage: str | None


def write_simulation(world: World, folder: Path, csv: bool = False, catalogue: Catalogue | None = None) -> Simulation:
    """Write a world as a data set.

    Parameters
    ----------
    world
        The world.
    folder
        A folder that does not exist yet, or is empty.
    csv
        Whether to write the hand-over as CSV files as well; a scenario with faults always does.

    Raises
    ------
    ParameterError
        If the folder is not empty: nothing is overwritten.
    """
    catalogue = catalogue or read_catalogue()
    if folder.exists() and any(folder.iterdir()):
        raise ParameterError(f"--out {folder}: the folder is not empty; name a new one, nothing is overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    made = tables(world, catalogue)
    known = truth(world, catalogue)
    if world.scenario.alerts:
        made, alerts = plant_alerts(made, world)
        known["planted_alerts"] = {"changed": list(CHANGED), "alerts": [alert.as_dict() for alert in alerts]}
    if world.scenario.faults:
        made, planted = plant(made, world.seed)
        known["planted_faults"] = [fault.as_dict() for fault in planted]
    if csv or world.scenario.faults:
        _write_csv(made, folder / FILES)
    vintage = None if world.scenario.faults else _write_vintage(world, made, folder, catalogue)
    (folder / TRUTH).write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    write_parquet(potential_outcomes(world), folder / OUTCOMES)
    (folder / README).write_text(_readme(world), "utf-8")
    return Simulation(folder, vintage)


def potential_outcomes(world: World) -> pd.DataFrame:
    """Return both potential outcomes of every outcome that the reform moves, and of the four core indicators.

    Columns ``<indicator>.without`` and ``<indicator>.with``, rows by county and period.
    """
    core = set(read_catalogue().core_quarterly)
    shown = [id for id, values in world.without.items() if id in core or np.any(world.with_reform[id] != values)]
    scenario = world.scenario
    columns: dict[str, object] = {
        "county": np.repeat(world.counties.codes, scenario.periods),
        "period": np.tile(np.asarray(scenario.axis, dtype=object), scenario.counties),
    }
    for id in shown:
        columns |= {f"{id}.without": world.without[id].ravel(), f"{id}.with": world.with_reform[id].ravel()}
    return pd.DataFrame(columns)


def _write_csv(made: dict[TableKind, pd.DataFrame], folder: Path) -> None:
    folder.mkdir()
    for kind, table in made.items():
        table.to_csv(folder / f"{kind}.csv", index=False)


def _write_vintage(world: World, made: dict[TableKind, pd.DataFrame], folder: Path, catalogue: Catalogue) -> str:
    scenario = world.scenario
    last = scenario.axis[-1]
    end = pd.Period(last, freq=FREQUENCY[scenario.kind]).end_time
    provenance = Provenance(
        title=f"Simulated: {scenario.title_en}",
        source=f"pilotbook simulator, scenario {scenario.name}, seed {world.seed}; no real county is in it",
        licence="CC0-1.0",
        custodian="nobody (simulated)",
        extracted=date(end.year, end.month, end.day),
        simulated=True,
    )
    with tempfile.TemporaryDirectory() as temporary:
        for kind, table in made.items():
            write_parquet(table, Path(temporary) / f"{kind}.parquet")
        done = ingest([Path(temporary)], folder, last, provenance, catalogue=catalogue)
    if done.vintage is None:
        raise DataError(f"the simulated data break the contract: {done.check.errors[0]}")
    return last


def _readme(world: World) -> str:
    scenario = world.scenario
    return f"""# Simulated data: {scenario.title_en}

**模拟数据 · {scenario.title_zh}**

Every number in this folder was made by pilotbook's simulator. There is no real county in it.

| | |
|---|---|
| Scenario | `{scenario.name}`, seed {world.seed} |
| Reform | `{scenario.reform}`, {int(world.pilots.sum())} of {scenario.counties} counties |
| Periods | {scenario.axis[0]} to {scenario.axis[-1]} |
| Truth | `{TRUTH}`: every planted effect; `{OUTCOMES}`: both potential outcomes |
"""
