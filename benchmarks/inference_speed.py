"""Speed of the inference beside the fastest valid peer, in one run.

    python benchmarks/inference_speed.py [--large-only]

prints a table; the ratios stand in docs/methods/inference.md. pyfixest's bootstrap needs the package wildboottest,
which is no dependency of ours; without it that row falls back on diff-diff. Quote ratios: the machine may be shared.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings
from collections.abc import Callable

import diff_diff
import numpy as np
import pandas as pd
import pyfixest as pf

from pilotbook.estimate.inference.assigned_units import assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.multiplicity import romano_wolf
from pilotbook.estimate.inference.randomisation import randomisation, randomisation_draws
from pilotbook.estimate.inference.wild_bootstrap import bootstrap_draws, wild_bootstrap
from pilotbook.estimate.sample import NEVER

BOOTSTRAP, PERMUTATIONS, PEER_ROMANO_WOLF = 9_999, 5_000, 99
TWO_WAY, IMPUTATION = Estimand("two_way"), Estimand("imputation")
HAS_WILDBOOTTEST = importlib.util.find_spec("wildboottest") is not None


def panel(units: int, pilots: int, starts: tuple[int, ...] = (20,), outcomes: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    cohort = np.full(units, NEVER)
    cohort[:pilots] = np.resize(starts, pilots)
    return rng.normal(size=(outcomes, units, 40)).cumsum(axis=2) * 0.3 + rng.normal(size=(outcomes, units, 40)), cohort


def long(y: np.ndarray, cohort: np.ndarray) -> pd.DataFrame:
    unit, period = (index.ravel() for index in np.indices(y.shape[1:]))
    post = (period >= 20).astype(int)
    pilot = (cohort != NEVER).astype(int)[unit]
    columns = {f"y{o}": values.ravel() for o, values in enumerate(y)}
    frame = pd.DataFrame({"unit": unit, "period": period, "pilot": pilot, "post": post, **columns})
    return frame.assign(d=(frame["pilot"] * frame["post"]).astype(float))


def seconds(task: Callable[[], object], repeat: int = 1) -> float:
    """Best time of a few runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def bootstrap_row() -> tuple[str, float, str, float]:
    y, cohort = panel(20, 6)
    frame = long(y, cohort)
    ours = seconds(lambda: wild_bootstrap(y, cohort, estimand=TWO_WAY, rng=rng(), n_draws=BOOTSTRAP), 5)
    if HAS_WILDBOOTTEST:
        fit = pf.feols("y0 ~ d + i(unit) + i(period)", frame, vcov={"CRV1": "unit"})
        run = lambda: fit.wildboottest(param="d", reps=BOOTSTRAP, seed=1)  # noqa: E731 - timed below
        run()
        return "wild bootstrap, 9,999 draws, 20 × 40", ours, "pyfixest (p value only)", seconds(run, 3)
    did = diff_diff.DifferenceInDifferences(inference="wild_bootstrap", n_bootstrap=BOOTSTRAP, cluster="unit", seed=1)
    run = lambda: did.fit(frame, outcome="y0", treatment="pilot", post="post")  # noqa: E731 - timed below
    return "wild bootstrap, 9,999 draws, 20 × 40", ours, "diff-diff", seconds(run, 3)


def randomisation_row() -> tuple[str, float, str, float]:
    y, cohort = panel(20, 6)
    frame = long(y, cohort)
    ours = seconds(lambda: randomisation(y, cohort, estimand=TWO_WAY, rng=rng(), n_draws=PERMUTATIONS), 5)
    peer = seconds(
        lambda: diff_diff.permutation_test(
            frame, "y0", "pilot", post="post", unit="unit", n_permutations=PERMUTATIONS, seed=1
        )
    )
    return "randomisation, 5,000 permutations, 20 × 40, with interval", ours, "diff-diff (p value only)", peer


def romano_wolf_row() -> tuple[str, float, str, float]:
    y, cohort = panel(200, 20, outcomes=30)

    def ours() -> np.ndarray:
        return romano_wolf(bootstrap_draws(assigned_units(y, cohort), TWO_WAY, "rademacher", BOOTSTRAP, rng()))

    mine = seconds(ours, 2)
    if not HAS_WILDBOOTTEST:
        return "Romano–Wolf, 30 outcomes, 200 × 40, 9,999 draws", mine, "no peer installed", float("nan")
    frame = long(y, cohort)
    fits = [pf.feols(f"y{o} ~ d | unit + period", frame, vcov={"CRV1": "unit"}) for o in range(30)]
    peer = seconds(lambda: pf.rwolf(fits, "d", reps=PEER_ROMANO_WOLF, seed=1))
    return "Romano–Wolf, 30 outcomes, 200 × 40, 9,999 draws", mine, f"pyfixest, {PEER_ROMANO_WOLF} draws", peer


def large() -> None:
    """Everything at 2,800 × 40 × 30, staggered, equal and unequal weights."""
    y, cohort = panel(2_800, 200, (16, 20, 24, 28, 32), outcomes=30)
    size = np.exp(np.random.default_rng(2).normal(size=2_800))
    for name, weights in (("equal weights", None), ("population weights", size)):
        begun = time.perf_counter()
        units = assigned_units(y, cohort, weights=weights)
        draws = randomisation_draws(units, IMPUTATION, "prescaled", PERMUTATIONS, rng())
        draws.p_value(), draws.interval(0.95)
        then = time.perf_counter()
        romano_wolf(draws)
        after = time.perf_counter()
        boot = bootstrap_draws(units, IMPUTATION, "rademacher", BOOTSTRAP, rng())
        boot.p_value(), boot.interval(0.95)
        end = time.perf_counter()
        parts = f"randomisation {then - begun:.1f}, Romano–Wolf {after - then:.1f}, bootstrap {end - after:.1f}"
        print(f"2,800 × 40 × 30, {name}: {end - begun:.1f} s ({parts}), with intervals")


def main() -> None:
    warnings.simplefilter("ignore")
    large()
    if "--large-only" in sys.argv:
        return
    print("| task | pilotbook | peer | | ratio |\n|---|---:|---|---:|---:|")
    for row in (bootstrap_row, randomisation_row, romano_wolf_row):
        task, ours, name, peer = row()
        print(f"| {task} | {1000 * ours:.1f} ms | {name} | {1000 * peer:.0f} ms | {peer / ours:.0f} |", flush=True)


if __name__ == "__main__":
    main()
