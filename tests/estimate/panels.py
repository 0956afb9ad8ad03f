"""Random panels for the estimators' tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pilotbook.estimate.sample import NEVER


@dataclass(frozen=True)
class RandomPanel:
    """A staggered panel with growing effects."""

    y: np.ndarray
    cohort: np.ndarray
    weights: np.ndarray
    state: np.ndarray
    covariate: np.ndarray

    def without_cells(self, share: float, seed: int = 0) -> RandomPanel:
        """The panel with a share of its cells missing."""
        rng = np.random.default_rng(seed)
        y = self.y.copy()
        y[rng.random(y.shape) < share] = np.nan
        return replace(self, y=y)

    def frame(self) -> pd.DataFrame:
        """The panel in long form, observed cells only; `first` is 0 for the never treated."""
        n_units, n_periods = self.y.shape
        unit, period = (a.ravel() for a in np.indices(self.y.shape))
        first = np.where(self.cohort == NEVER, 0, self.cohort)[unit]
        frame = pd.DataFrame(
            {
                "unit": unit,
                "period": period,
                "first": first,
                "state": self.state[unit],
                "w": self.weights[unit],
                "x": self.covariate[unit],
                "y": self.y.ravel(),
                "d": ((first > 0) & (period >= first)).astype(float),
            }
        )
        assert len(frame) == n_units * n_periods
        return frame.dropna(subset="y").reset_index(drop=True)


def random_panel(
    n_units: int = 60,
    n_periods: int = 8,
    cohorts: tuple[int, ...] = (3, 5),
    pilots: int = 20,
    seed: int = 1,
    growth: float = 0.5,
    n_states: int = 15,
) -> RandomPanel:
    """AR(1) errors, unit and period effects, an effect that grows by `growth` each period."""
    rng = np.random.default_rng(seed)
    error = rng.normal(size=(n_units, n_periods))
    for t in range(1, n_periods):
        error[:, t] += 0.6 * error[:, t - 1]
    cohort = np.full(n_units, NEVER)
    cohort[:pilots] = np.resize(cohorts, pilots)
    cohort = rng.permutation(cohort)
    event = np.arange(n_periods) - np.where(cohort == NEVER, 10**6, cohort)[:, None]
    y = 10 + rng.normal(size=(n_units, 1)) + rng.normal(size=n_periods) + error
    y = y + growth * np.where(event >= 0, event + 1, 0)
    weights = rng.uniform(0.5, 3.0, size=n_units)
    return RandomPanel(y, cohort, weights, rng.integers(n_states, size=n_units), rng.normal(size=n_units))
