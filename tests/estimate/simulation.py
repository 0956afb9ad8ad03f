"""Staggered panels with growing effects and a known truth, for bias and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.result import Effect, StandardError, Variance
from pilotbook.estimate.sample import NEVER


@dataclass(frozen=True)
class Design:
    """AR(1) errors with coefficient `rho`; an effect of `growth` × periods since the start."""

    n_units: int
    pilots: int
    cohorts: tuple[int, ...] = (8, 12, 16)
    n_periods: int = 24
    rho: float = 0.6
    growth: float = 0.2

    @property
    def cohort(self) -> np.ndarray:
        cohort = np.full(self.n_units, NEVER)
        cohort[: self.pilots] = np.resize(self.cohorts, self.pilots)
        return cohort

    def effects(self) -> np.ndarray:
        """True effect in every cell, (n_units, n_periods)."""
        since = np.arange(self.n_periods) - np.where(self.cohort == NEVER, 10**6, self.cohort)[:, None]
        return np.where(since >= 0, self.growth * (since + 1), 0.0)

    @property
    def truth(self) -> float:
        """Mean effect over treated cells."""
        effects = self.effects()
        return float(effects[effects != 0].mean())

    def draw(self, panels: int, rng: np.random.Generator) -> np.ndarray:
        """Outcomes, (panels, n_units, n_periods)."""
        error = rng.normal(size=(panels, self.n_units, self.n_periods))
        error[:, :, 0] /= np.sqrt(1 - self.rho**2)
        for t in range(1, self.n_periods):
            error[:, :, t] += self.rho * error[:, :, t - 1]
        return error + self.effects()


def coverage(effects: Sequence[Effect], truth: float, kind: Variance | None = None) -> float:
    """Share of 95 % intervals, of the recommended or of another kind, that contain the truth."""
    inside = []
    for effect in effects:
        error = effect.error if kind is None else effect.standard_errors[kind]
        assert isinstance(error, StandardError)
        low, high = error.interval(effect.estimate)
        inside.append(low <= truth <= high)
    return float(np.mean(inside))


def bias(effects: Sequence[Effect], truth: float) -> tuple[float, float]:
    """Mean error and its Monte Carlo standard error."""
    errors = np.array([effect.estimate for effect in effects]) - truth
    return float(errors.mean()), float(errors.std(ddof=1) / np.sqrt(len(errors)))
