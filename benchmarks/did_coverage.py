"""Bias and coverage of the difference-in-differences estimators when the truth is known.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=analysis:. python benchmarks/did_coverage.py

AR(1) errors (0.6), effects that grow by 0.2 each period, 24 periods. Prints a Markdown table; the small
version runs in ``tests/estimate/test_coverage.py``.
"""

from __future__ import annotations

import sys

import numpy as np
from tests.estimate.simulation import Design, bias, coverage

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import Effect, Variance
from pilotbook.estimate.twfe import twfe

PANELS = 2000
LEAST = 0.93
DESIGNS = {
    "10 of 30, 3 cohorts": Design(30, 10),
    "10 of 60, 3 cohorts": Design(60, 10),
    "10 of 120, 2 cohorts": Design(120, 10, (8, 16)),
    "10 of 100, 1 cohort": Design(100, 10, (12,)),
    "20 of 120, 3 cohorts": Design(120, 20),
    "30 of 200, 5 cohorts": Design(200, 30, (6, 9, 12, 15, 18)),
}


def row(name: str, design: Design, rng: np.random.Generator) -> tuple[str, float]:
    y = design.draw(PANELS, rng)
    two_way = twfe(y, design.cohort)
    imputed: list[Effect] = [result.overall for result in imputation(y, design.cohort)]
    group_time: list[Effect] = [result.simple() for result in callaway_santanna(y, design.cohort)]
    extended = extended_twfe(y, design.cohort)
    truth = design.truth
    printed = [coverage(effects, truth) for effects in (imputed, extended, group_time)]
    published = [
        coverage(imputed, truth, Variance.CONSERVATIVE),
        coverage(group_time, truth, Variance.INFLUENCE),
    ]
    cells = [
        name,
        *(f"{bias(effects, truth)[0]:+.3f}" for effects in (two_way, imputed, group_time)),
        *(f"{share:.3f}" for share in printed + published),
    ]
    return f"| {' | '.join(cells)} |", min(printed)


def main() -> int:
    rng = np.random.default_rng(1)
    print(
        "| pilots of units | bias TWFE | bias imputation | bias CS | imputation, jackknife "
        "| extended TWFE, CR2 | CS, jackknife "
        "| imputation, conservative | CS, influence |\n|---|---|---|---|---|---|---|---|---|"
    )
    worst = 1.0
    for name, design in DESIGNS.items():
        line, least = row(name, design, rng)
        print(line, flush=True)
        worst = min(worst, least)
    print(f"\n{PANELS} panels a row; Monte Carlo error near 0.95: {np.sqrt(0.95 * 0.05 / PANELS):.3f}.")
    print(f"Smallest coverage of a printed interval: {worst:.3f} (bound {LEAST}).")
    return 0 if worst >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
