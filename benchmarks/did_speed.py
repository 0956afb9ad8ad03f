"""Speed of the difference-in-differences estimators beside pyfixest and diff-diff, in one run.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=analysis python benchmarks/did_speed.py

2,800 units × 40 periods, 200 pilots in 5 cohorts, AR(1) errors, 30 outcomes. Times are medians; ratios
travel between machines, times do not. Ours include CR2 with Satterthwaite degrees of freedom and CRV3
beside CRV1, and the jackknife beside the influence function; the peers compute one standard error.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import diff_diff
import numpy as np
import pandas as pd
import pyfixest

from pilotbook.estimate.bands import sup_t_band
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.twfe import twfe

N_OUTCOMES, N_UNITS, N_PERIODS, N_PILOTS = 30, 2800, 40, 200
COHORTS = (14, 18, 22, 26, 30)
DRAWS = 999


def panel() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.normal(size=(N_OUTCOMES, N_UNITS, N_PERIODS))
    for t in range(1, N_PERIODS):
        y[:, :, t] += 0.6 * y[:, :, t - 1]
    cohort = np.full(N_UNITS, NEVER)
    cohort[rng.permutation(N_UNITS)[:N_PILOTS]] = np.resize(COHORTS, N_PILOTS)
    return y, cohort


def frame(y: np.ndarray, cohort: np.ndarray) -> pd.DataFrame:
    unit, period = (index.ravel() for index in np.indices(y.shape[1:]))
    first = np.where(cohort == NEVER, 0, cohort)[unit]
    treated = ((first > 0) & (period >= first)).astype(float)
    columns = {f"y{k}": y[k].ravel() for k in range(len(y))}
    return pd.DataFrame({"unit": unit, "period": period, "first": first, "d": treated, **columns})


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Median time of a run, after one that is not counted if there are several."""
    if repeats > 1:
        run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return median(times)


def memory() -> float:
    """Largest resident size so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def feols(data: pd.DataFrame, outcome: int) -> object:
    return pyfixest.feols(f"y{outcome} ~ d | unit + period", data, vcov={"CRV1": "unit"})


def diff_diff_cs(data: pd.DataFrame) -> object:
    model = diff_diff.CallawaySantAnna(control_group="not_yet_treated", n_bootstrap=DRAWS, seed=1)
    return model.fit(data, "y0", "unit", "period", "first", aggregate="event_study")


def diff_diff_imputation(data: pd.DataFrame) -> object:
    return diff_diff.ImputationDiD().fit(data, "y0", "unit", "period", "first", aggregate="event_study")


def own_cs(y: np.ndarray, cohort: np.ndarray) -> object:
    (effects,) = callaway_santanna(y, cohort)
    path = effects.by_event_time()
    return sup_t_band(path, rng=np.random.default_rng(1), draws=DRAWS)


def everything(y: np.ndarray, cohort: np.ndarray) -> object:
    return (
        twfe(y, cohort),
        event_study(y, cohort),
        imputation(y, cohort),
        [effects.by_event_time() for effects in callaway_santanna(y, cohort)],
    )


def main() -> int:
    y, cohort = panel()
    started = time.perf_counter()
    everything(y, cohort)
    whole, peak = time.perf_counter() - started, memory()
    data = frame(y, cohort)
    rows = [
        ("TWFE, 1 outcome", lambda: twfe(y[0], cohort), lambda: feols(data, 0), "pyfixest", 10.0, 9),
        (
            "TWFE, 30 outcomes",
            lambda: twfe(y, cohort),
            lambda: [feols(data, k) for k in range(N_OUTCOMES)],
            "pyfixest",
            10.0,
            3,
        ),
        (
            f"Callaway–Sant'Anna, {DRAWS} draws",
            lambda: own_cs(y[0], cohort),
            lambda: diff_diff_cs(data),
            "diff-diff",
            1.0,
            5,
        ),
        (
            "Imputation",
            lambda: imputation(y[0], cohort),
            lambda: diff_diff_imputation(data),
            "diff-diff",
            1.0,
            5,
        ),
    ]
    met = whole < 12 and peak < 2
    print("| task | ours, ms | peer, ms | peer | times faster | target |\n|---|---|---|---|---|---|")
    for name, ours, theirs, peer, target, repeats in rows:
        own, other = seconds(ours, repeats), seconds(theirs, repeats)
        met &= other / own >= target
        print(f"| {name} | {own * 1e3:.1f} | {other * 1e3:.0f} | {peer} | {other / own:.1f} | {target:g} |")
    print(f"\n30 outcomes, TWFE + event study + imputation + Callaway–Sant'Anna: {whole:.1f} s, {peak:.2f} GB")
    print(f"(target: 12 s, 2 GB). All targets {'met' if met else 'NOT met'}.")
    return 0 if met else 1


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
