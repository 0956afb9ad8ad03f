"""How often the tests of the trends before the start reject trends that are parallel, by simulation.

    python benchmarks/inference_pretrends.py

The joint Wald test with the degrees of freedom of all units together, with those of pilots and controls after Welch and
Satterthwaite, and the randomisation test of the largest coefficient. AR(1) errors of 0.6, one start, no trend at all.
"""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.assignments import placebo_assignments
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.pretrends import joint_test, randomisation_test

PANELS, AFTER, ALPHA, DRAWS = 1_000, 6, 0.05, 999
DESIGNS = ((10, 30, 8), (12, 100, 6), (12, 100, 12), (20, 40, 12), (20, 40, 24), (20, 100, 12))
"""Pilots, units, periods before the start."""


def panels(pilots: int, units: int, before: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes (panels, units, periods) and the cohort of each unit."""
    y = rng.normal(size=(PANELS, units, before + AFTER))
    y[..., 0] /= 0.8
    for t in range(1, y.shape[2]):
        y[..., t] += 0.6 * y[..., t - 1]
    return y, np.where(np.arange(units) < pilots, before, NEVER)


def welch(pilots: int, controls: int) -> float:
    """Degrees of freedom of a difference of two means whose units are equally variable."""
    parts = (1 / pilots, 1 / controls)
    return sum(parts) ** 2 / (parts[0] ** 2 / (pilots - 1) + parts[1] ** 2 / (controls - 1))


def rejections(pilots: int, units: int, before: int, rng: np.random.Generator) -> list[float]:
    """Shares of panels in which each of the three tests rejects; NaN where a test does not exist."""
    y, cohort = panels(pilots, units, before, rng)
    events = list(range(-before, -1))
    assigned = assigned_units(y, cohort)
    drawn = randomisation_test(assigned, events, placebo_assignments(assigned.label, 1, DRAWS, rng))
    p: list[list[float]] = []
    for result, by_draws in zip(callaway_santanna(y, cohort, controls="never", base="universal"), drawn, strict=True):
        path = result.by_event_time()
        at = [path.keys.index(event) for event in events]
        values = np.array([path.effects[i].estimate for i in at])
        covariance = next(iter(path.covariance.values()))[np.ix_(at, at)]
        joint = [joint_test(values, covariance, events, df) for df in (units - 1, welch(pilots, units - pilots))]
        p.append([np.nan if isinstance(test, NotEstimable) else test.p for test in (*joint, by_draws)])
    found = np.array(p)
    return [float(np.nanmean(column <= ALPHA)) if np.isfinite(column).any() else np.nan for column in found.T]


def main() -> None:
    print("| pilots | coefficients | Wald, all units | Wald, both arms | randomisation |")
    print("|---|---:|---:|---:|---:|")
    for number, (pilots, units, before) in enumerate(DESIGNS):
        rates = rejections(pilots, units, before, np.random.default_rng(number))
        shown = " | ".join("–" if np.isnan(rate) else f"{100 * rate:.1f}" for rate in rates)
        print(f"| {pilots} of {units} | {before - 1} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
