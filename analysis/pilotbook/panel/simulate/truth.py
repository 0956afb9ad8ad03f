"""The truth of a simulated world: every planted effect, for every estimand, from the stored potential outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.simulate.world import World


def truth(world: World, catalogue: Catalogue) -> dict[str, Any]:
    """Return the truth as plain values, for ``truth.json``."""
    scenario = world.scenario
    return {
        "simulated": True,
        "scenario": scenario.model_dump(mode="json"),
        "seed": world.seed,
        "clipped_values": world.clipped,
        "pilots": {
            code: scenario.axis[start]
            for code, start in zip(world.counties.codes, world.cohort, strict=True)
            if start >= 0
        },
        "interventions": [
            {"reform": what.reform, "start": what.start, "counties": world.counties.codes[members].tolist()}
            for what, members in zip(scenario.interventions, world.reached, strict=True)
        ],
        "outcomes": {id: outcome_truth(world, id, catalogue) for id in world.without},
    }


def outcome_truth(world: World, id: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return the effects on one outcome.

    ``att`` is the mean over all cells under the reform of the difference of the potential outcomes; beside it the same
    by event time, by cohort, by period and at the end, with equal and with population weights. ``att_log`` is the mean
    difference of logarithms where the outcome is simulated on the log scale, with ``log_by_event_time``.
    """
    difference = world.with_reform[id] - world.without[id]
    draw, periods = catalogue.draws[id], world.scenario.axis
    treated = world.treated
    event = np.arange(len(periods)) - world.cohort[:, None]
    found: dict[str, Any] = {
        "unit": catalogue.indicators[id].unit,
        "moved_by_the_reform": bool(np.any(difference != 0)),
        "att": _mean(difference, treated),
        "att_population": _mean(difference, treated, world.counties.population),
        "att_last_period": _mean(difference[:, -1:], treated[:, -1:]),
        "baseline": _mean(world.without[id], world.pilots[:, None] & (event == -1)),
        "by_event_time": {
            str(e): _mean(difference, treated & (event == e)) for e in np.unique(event[treated]).tolist()
        },
        "before_the_start": {
            str(e): _mean(difference, world.pilots[:, None] & (event == e))
            for e in range(-world.scenario.effect.anticipation, 0)
        },
        "by_cohort": {
            periods[start]: _mean(difference, treated & (world.cohort == start)[:, None])
            for start in np.unique(world.cohort[world.pilots]).tolist()
        },
        "by_period": {
            periods[t]: _mean(difference[:, [t]], treated[:, [t]]) for t in np.flatnonzero(treated.any(axis=0)).tolist()
        },
    }
    if draw.scale == "log":
        logs = np.log(world.with_reform[id]) - np.log(world.without[id])
        found["att_log"] = _mean(logs, treated)
        found["log_by_event_time"] = {
            str(e): _mean(logs, treated & (event == e)) for e in np.unique(event[treated]).tolist()
        }
    return found


def _mean(
    values: NDArray[np.float64], where: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> float | None:
    """Return the mean over some cells, None if there are none."""
    if not where.any():
        return None
    if weights is None:
        return float(values[where].mean())
    by_cell = np.broadcast_to(weights[:, None], values.shape)
    return float(np.average(values[where], weights=by_cell[where]))
