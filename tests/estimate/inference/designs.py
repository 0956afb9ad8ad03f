"""Simulated panels whose reform is assigned to groups of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.sample import NEVER


@dataclass(frozen=True)
class AssignedPanel:
    """Rows with weights; `cluster` is the unit of assignment."""

    y: np.ndarray
    cohort: np.ndarray
    weights: np.ndarray
    cluster: np.ndarray

    @property
    def design(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights, "cluster": self.cluster}


def ar1(rng: np.random.Generator, shape: tuple[int, ...], rho: float = 0.6) -> np.ndarray:
    error = rng.normal(size=shape)
    error[..., 0] /= np.sqrt(1 - rho**2)
    for t in range(1, shape[-1]):
        error[..., t] += rho * error[..., t - 1]
    return error


def assigned_panel(
    cohorts: tuple[int, ...] = (4,),
    pilots: int = 3,
    n_units: int = 9,
    rows: int = 3,
    n_periods: int = 8,
    effect: float = 0.0,
    seed: int = 1,
) -> AssignedPanel:
    """`n_units` assignment units of one to `rows` rows each; `pilots` of them start, in turn at the `cohorts`."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(n_units), rng.integers(1, rows + 1, size=n_units))
    start = np.full(n_units, NEVER)
    start[rng.permutation(n_units)[:pilots]] = np.resize(cohorts, pilots)
    cohort = start[cluster]
    y = 5 + ar1(rng, (len(cluster), n_periods)) + rng.normal(size=n_periods)
    y = y + effect * (np.arange(n_periods) >= cohort[:, None])
    return AssignedPanel(y, cohort, rng.uniform(0.5, 3, size=len(cluster)), cluster)
