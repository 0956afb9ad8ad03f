"""What the reform, and other interventions, do to each outcome: known exactly, because planted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, Draw
from pilotbook.panel.simulate.scenario import Scenario

NEVER = -1
_SIGN = {"increase": 1.0, "decrease": -1.0}


def assign(scenario: Scenario, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Choose the pilots at random.

    Returns
    -------
    (n,) index of the first period under the reform, `NEVER` for controls; (n,) multiple of the effect.
    """
    order = rng.permutation(scenario.counties)
    cohort = np.full(scenario.counties, NEVER, dtype=np.intp)
    multiple = np.ones(scenario.counties)
    taken = 0
    for group in scenario.cohorts:
        members = order[taken : taken + group.counties]
        cohort[members], multiple[members] = scenario.axis.index(group.start), group.multiple
        taken += group.counties
    if scenario.effect.shape == "heterogeneous":
        own = rng.lognormal(0, 0.35, scenario.counties)
        pilots = cohort != NEVER
        multiple[pilots] *= own[pilots] / own[pilots].mean()
    return cohort, multiple


def effect_path(scenario: Scenario, cohort: NDArray[np.intp], multiple: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, t) the reform's effect in minimum important effects, without its sign."""
    effect = scenario.effect
    event = np.arange(scenario.periods) - cohort[:, None]
    pilot = (cohort != NEVER)[:, None]
    after = pilot & (event >= 0)
    if effect.shape == "none":
        course = np.zeros(event.shape)
    elif effect.shape == "growing":
        course = np.where(after, np.minimum((event + 1) / 8, 2.0), 0.0)
    elif effect.shape == "fading":
        course = np.where(after, (5 / 6) ** np.maximum(event, 0), 0.0)
    else:
        course = after.astype(np.float64)
    if effect.shape == "anticipated":
        course = course + 0.5 * (pilot & (event < 0) & (event >= -effect.anticipation))
    return effect.size * multiple[:, None] * course


def step(draw: Draw, catalogue: Catalogue, scenario: Scenario) -> float:
    """Return what one minimum important effect of the reform adds to an outcome on its scale; 0 if nothing.

    The scenario says which way the reform moves the outcome, or else the catalogue which way it is expected to.
    """
    planted = scenario.effect.outcomes
    if planted is None:
        multiple = _SIGN.get(catalogue.reform(scenario.reform).expected(draw.id) or "", 0.0)
    else:
        multiple = planted.get(draw.id, 0.0)
    return on_its_scale(draw, catalogue, multiple)


def on_its_scale(draw: Draw, catalogue: Catalogue, multiple: float) -> float:
    """Return what a multiple of the minimum important effect adds to an outcome on the scale it is drawn on."""
    least = catalogue.indicators[draw.id].minimum_important_effect
    if multiple == 0.0 or least is None:
        return 0.0
    size = multiple * least.in_unit(draw.level)
    return size if draw.scale == "level" else float(np.log1p(size / draw.level))


def common_path(scenario: Scenario, draw: Draw, catalogue: Catalogue) -> NDArray[np.float64]:
    """Return (t,) what all counties share besides the catalogue's trend, season and shock, on the outcome's scale."""
    path = np.zeros(scenario.periods)
    for change in scenario.common:
        since = scenario.axis.index(change.start)
        path[since:] += on_its_scale(draw, catalogue, change.outcomes.get(draw.id, 0.0))
    return path


def reached(scenario: Scenario, cohort: NDArray[np.intp], rng: np.random.Generator) -> list[NDArray[np.intp]]:
    """Return, per intervention, the counties that it reaches."""
    chosen = []
    for intervention in scenario.interventions:
        members: list[int] = []
        for share, group in (
            (intervention.pilots, np.flatnonzero(cohort != NEVER)),
            (intervention.controls, np.flatnonzero(cohort == NEVER)),
        ):
            members += rng.choice(group, size=round(share * len(group)), replace=False).tolist()
        chosen.append(np.sort(np.asarray(members, dtype=np.intp)))
    return chosen


def intervention_path(scenario: Scenario, chosen: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    """Return (n, t) what other interventions add, in minimum important effects of the reform's outcomes."""
    path = np.zeros((scenario.counties, scenario.periods))
    for intervention, members in zip(scenario.interventions, chosen, strict=True):
        path[members, scenario.axis.index(intervention.start) :] += intervention.size
    return path
