"""What gaps in a panel do to an estimate, kept or dropped: the ground for the default of the plan key ``gaps``.

Run: ``python benchmarks/panel_gaps.py --write``. Panels without an effect: 30 counties, 24 quarters, three pilots from
quarter 13 on, errors AR(1) 0.6, county levels that differ. Cells are taken out in one of three ways:

- *scattered*: each cell with the same chance;
- *blocks*: four quarters of a county in a row, as when a system is replaced;
- *bad quarters*: cells with a high error are four times as likely to be missing, so that no rule is right.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.incomplete import placebo_imputation
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.randomisation import randomisation
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.panel.panel import Panel
from pilotbook.panel.prepare import Gaps, Prepared, prepare
from pilotbook.panel.source import Source

COUNTIES, QUARTERS, PILOTS, START = 30, 24, 3, 12
RHO, SEED, DRAWS = 0.6, 4, 999
SHARES = (0.005, 0.02, 0.05)
DOCS = Path(__file__).parents[1] / "docs" / "data"
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What one rule makes of one panel: the estimate, its p value, the pilots and counties behind it."""

    estimate: float
    p: float
    pilots: int
    counties: int


def errors(rng: np.random.Generator) -> Values:
    """Return (counties, quarters) stationary AR(1) errors with standard deviation one."""
    shocks = rng.normal(size=(COUNTIES, QUARTERS)) * np.sqrt(1 - RHO**2)
    found = np.empty_like(shocks)
    found[:, 0] = shocks[:, 0] / np.sqrt(1 - RHO**2)
    for t in range(1, QUARTERS):
        found[:, t] = RHO * found[:, t - 1] + shocks[:, t]
    return found


def taken_out(kind: str, share: float, error: Values, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return (counties, quarters) which cells are missing."""
    if kind == "blocks":
        begins = rng.random((COUNTIES, QUARTERS)) < share / 4
        return np.asarray(np.any([np.roll(begins, lag, axis=1) for lag in range(4)], axis=0))
    chance = np.full(error.shape, share)
    if kind == "bad quarters":
        chance = share * np.where(error > 1, 4.0, 1.0) / np.where(error > 1, 4.0, 1.0).mean()
    return np.asarray(rng.random(error.shape) < chance)


def evaluated(ready: Prepared, rng: np.random.Generator) -> Outcome | None:
    """Run the imputation and its randomisation test; None if there is no estimate or no test."""
    cohort, (found,) = ready.cohort(NEVER), imputation(ready.y, ready.cohort(NEVER))
    if isinstance(found, NotEstimable) or isinstance(found.overall, NotEstimable):
        return None
    quantity = Estimand("imputation")
    if np.isfinite(ready.y).all():
        (test,) = randomisation(ready.y, cohort, estimand=quantity, rng=rng, n_draws=DRAWS)
    else:
        placebos = placebo_imputation(ready.y, cohort, rng=rng, n_draws=DRAWS)
        test = placebos if isinstance(placebos, NotEstimable) else placebos.test(quantity)
    if isinstance(test, NotEstimable):
        return None
    return Outcome(found.overall.estimate, test.p, ready.counts.kept.pilots, ready.counts.kept.counties)


def panels(kind: str, share: float, count: int) -> Iterator[tuple[Outcome | None, Outcome | None]]:
    """Give, panel by panel, what comes of keeping and of dropping."""
    rng = np.random.default_rng(SEED)
    periods = tuple(pd.period_range("2018Q1", periods=QUARTERS, freq="Q"))
    names = tuple(f"c{i:02d}" for i in range(COUNTIES))
    start = tuple(periods[START] if i < PILOTS else None for i in range(COUNTIES))
    panel = Panel(names, periods, np.asarray(names), start, {}, Source("benchmark", ""))
    rules: tuple[Gaps, Gaps] = ("keep", "drop")
    for _ in range(count):
        error = errors(rng)
        y = np.where(taken_out(kind, share, error, rng), np.nan, error + rng.normal(0, 3, (COUNTIES, 1)))
        first, second = (evaluated(prepare(panel, y, gaps=rule), rng) for rule in rules)
        yield first, second


def row(kind: str, share: float, count: int) -> str:
    """Return a line of the table."""
    pairs = list(panels(kind, share, count))
    cells = [kind, f"{100 * share:g}"]
    for which in (0, 1):
        known = [pair[which] for pair in pairs]
        there = [one for one in known if one is not None]
        estimates = np.asarray([one.estimate for one in there])
        cells += [
            f"{np.mean([one.counties for one in there]):.1f}",
            f"{100 * (1 - np.mean([one is not None and one.pilots == PILOTS for one in known])):.0f}",
            f"{estimates.mean():+.2f}",
            f"{estimates.std():.2f}",
            f"{100 * np.mean([one.p <= 0.05 for one in there]):.1f}",
        ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run all cases, print the table, and with ``--write`` keep it in the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panels", type=int, default=1_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    heads = ["counties", "a pilot lost, %", "mean", "SD", "rejected at 5 %, %"]
    names = ["gaps", "% of cells", *(f"{rule}: {head}" for rule in ("keep", "drop") for head in heads)]
    lines = [f"| {' | '.join(names)} |", "|---|" + "---:|" * (len(names) - 1)]
    for kind in ("scattered", "blocks", "bad quarters"):
        for share in SHARES:
            lines.append(row(kind, share, options.panels))
            print(lines[-1], flush=True)
    if options.write:
        page = DOCS / "gaps.md"
        text = page.read_text("utf-8")
        before, _, rest = text.partition("<!-- table -->")
        after = rest.partition("<!-- end -->")[2]
        page.write_text(f"{before}<!-- table -->\n\n" + "\n".join(lines) + f"\n\n<!-- end -->{after}", "utf-8")


if __name__ == "__main__":
    main()
