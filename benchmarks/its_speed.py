"""Speed of the interrupted time series beside what one would otherwise take, in one run.

    python benchmarks/its_speed.py        writes the table into docs/methods/its.md

Every row is the best of several runs on the same 40-quarter series with quarter dummies; the peers fit a subset and
the time is given per series. Quote ratios: the machine is shared.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from its_calibration import write_between
from statsmodels.tsa.statespace.sarimax import SARIMAX

from pilotbook.estimate.its.autoregression import simulate
from pilotbook.estimate.its.bootstrap import bootstrap_t, refit_simulated
from pilotbook.estimate.its.effects import contrasts
from pilotbook.estimate.its.many import interrupted_many
from pilotbook.estimate.its.reml import fit_ar
from pilotbook.estimate.its.segments import Interruption, Season, SeasonKind, Segments, design
from pilotbook.estimate.its.series import interrupted

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "its.md"
INDICATORS, COUNTIES, QUARTERS, PEERS = 30, 2_800, 40, 30
SEGMENTS = Segments(QUARTERS, (Interruption(20),), Season(SeasonKind.DUMMIES))
X = design(SEGMENTS).X


def seconds(task: Callable[[], object], repeat: int) -> float:
    """Best time of one run."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def peers(Y: np.ndarray) -> dict[str, tuple[float, str]]:
    """Seconds a series and a remark for each peer."""

    def sarimax() -> list[bool]:
        fits = [SARIMAX(y, exog=X, order=(1, 0, 0)).fit(disp=False) for y in Y]
        return [fit.mle_retvals["converged"] for fit in fits]

    def glsar() -> None:
        for y in Y:
            sm.GLSAR(y, X, rho=1).iterative_fit(maxiter=8)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failed = PEERS - sum(sarimax())
        return {
            "statsmodels GLSAR, 8 iterations": (seconds(glsar, 3) / PEERS, "normal p-values from plug-in errors"),
            "statsmodels SARIMAX (1,0,0)": (seconds(sarimax, 1) / PEERS, f"{failed} of {PEERS} did not converge"),
        }


def main() -> int:
    rng = np.random.default_rng(1)
    size = INDICATORS * COUNTIES
    Y = 50 + simulate(np.full((size, 1), 0.5), rng.standard_normal((QUARTERS, size))).T
    C = np.stack([c.vector for c in contrasts(SEGMENTS, design(SEGMENTS))])
    fit = fit_ar(Y[:1], X, 1)
    second = fit_ar(Y[:1], X, 2)
    own = {
        f"{size:,} fits with effects and t intervals": (
            seconds(lambda: interrupted_many(Y, SEGMENTS), 2) / size,
            "{total:.1f} s in all",
        ),
        f"{size:,} fits with bootstrap-t (shared simulation)": (
            seconds(lambda: interrupted_many(Y, SEGMENTS, rng), 1) / size,
            "{total:.1f} s in all",
        ),
        "one series, 999 draws of bootstrap-t, AR(1)": (
            seconds(lambda: bootstrap_t(C, fit, refit_simulated(Y[0], X, fit, rng)), 20),
            "",
        ),
        "one series, 999 draws of bootstrap-t, AR(2)": (
            seconds(lambda: bootstrap_t(C, second, refit_simulated(Y[0], X, second, rng)), 20),
            "",
        ),
        "one series, everything a report shows": (seconds(lambda: interrupted(Y[0], SEGMENTS, rng), 20), ""),
    }
    base = own[f"{size:,} fits with effects and t intervals"][0]
    lines = ["| task | a series | times the first row | |", "|---|---|---|---|"]
    for name, (each, remark) in {**own, **peers(Y[:PEERS])}.items():
        note = remark.format(total=each * size)
        lines.append(f"| {name} | {1e3 * each:.3g} ms | {each / base:,.0f} | {note} |")
    write_between(PAGE, "speed", "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
