"""False rejections, coverage and power of every kind of inference, by simulation with known truth.

    python benchmarks/inference_calibration.py            writes the tables into docs/methods/inference.md
    python benchmarks/inference_calibration.py staggered  writes one of them
    python benchmarks/inference_calibration.py --check    exits 1 if the headline leaves the range that is promised

Panels have county and quarter effects and AR(1) errors of 0.6; the reform starts half-way. Every cell has its own
seed, so that cells can be changed or added without moving the others.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pilotbook.design.contract import permitted_inference
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.ferman_pinto import residual_draws
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.inference.wild_bootstrap import bootstrap_draws
from pilotbook.estimate.result import Effect, StandardError, Variance
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.twfe import twfe

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "inference.md"
ALPHA, PERIODS, DRAWS, PERMUTATIONS, INTERVALS = 0.05, 24, 1_999, 4_999, 2_000
COVERAGE = 0.93
"""The least that the headline's intervals are to hold."""
RANDOMISATION = ("RI, prescaled", "RI, coefficient", "RI, studentised")
REGRESSION = {"CR2": Variance.CR2, "CRV1": Variance.CRV1, "CRV3": Variance.CRV3}
STAGGERED = {"jackknife": Variance.JACKKNIFE, "conservative": Variance.CONSERVATIVE}
COLUMNS = (*RANDOMISATION, "CR2", "CRV1", "CRV3", "WCB Rademacher", "WCB Webb", "Ferman–Pinto")


@dataclass(frozen=True)
class Cell:
    """A design: how many pilots of how many units, and in what they differ."""

    pilots: int
    units: int = 30
    spread: float = 1.0
    sizes: str = "equal"
    starts: tuple[int, ...] = (PERIODS // 2,)
    effect: float = 0.0
    panels: int = 2_000

    @property
    def name(self) -> str:
        """The cell in words."""
        parts = [f"{self.pilots} of {self.units}"]
        parts += [f"pilots' sd × {self.spread:g}"] if self.spread != 1 else []
        parts += ["staggered"] if self.staggered else []
        parts += [f"sizes {self.sizes}"] if self.sizes != "equal" else []
        parts += [f"effect {self.effect:g}"] if self.effect else []
        return ", ".join(parts)

    @property
    def estimand(self) -> Estimand:
        """What is estimated."""
        return Estimand("imputation" if self.staggered else "two_way")

    @property
    def staggered(self) -> bool:
        """Whether the pilots start at several times."""
        return len(self.starts) > 1

    @property
    def headline(self) -> str:
        """The column that leads, as the rule table of the design contract has it."""
        largest = 1 / self.units if self.sizes == "equal" else 1.0  # unequal sizes: the stricter rule
        match permitted_inference(self.pilots, self.units - self.pilots, largest).leads:
            case "placebo_rank" | "randomisation":
                return RANDOMISATION[0]
            case "cr2_satterthwaite":
                return "jackknife" if self.staggered else "CR2"
            case other:
                raise ValueError(f"no column for {other}")


def cells() -> Iterator[tuple[str, Cell]]:
    """Give every cell with the table it stands in."""
    for pilots in (1, 2, 3, 5, 10, 15):
        yield "equal", Cell(pilots)
    yield "equal", Cell(3, 100)
    yield "equal", Cell(20, 200)
    for spread in (0.5, 0.75, 1.25, 1.5, 2.0):
        for pilots in (1, 2, 3, 5, 10):
            yield "spread", Cell(pilots, spread=spread)
    for pilots in (1, 3, 5, 10):
        for sizes in ("unequal", "unequal, small pilots", "unequal, large pilots"):
            yield "sizes", Cell(pilots, sizes=sizes)
    for units, pilots in ((30, 3), (30, 6), (30, 12), (30, 15), (100, 3)):
        yield "staggered", Cell(pilots, units, starts=(9, 13, 17))
    for spread in (0.5, 1.5):
        yield "staggered", Cell(3, spread=spread, starts=(9, 13, 17))
    yield "staggered", Cell(3, sizes="unequal", starts=(9, 13, 17))
    for pilots in (1, 2, 3, 5, 10):
        for effect in (1.0, 2.0):
            yield "power", Cell(pilots, effect=effect)


def batches(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """Panels (n, units, periods), cohort and weights; with unequal sizes each batch draws its own."""
    n_batches = 1 if cell.sizes == "equal" else 20
    for _ in range(n_batches):
        shape = (cell.panels // n_batches, cell.units, PERIODS)
        error = rng.normal(size=shape)
        error[..., 0] /= 0.8
        for t in range(1, PERIODS):
            error[..., t] += 0.6 * error[..., t - 1]
        size = np.ones(cell.units)
        if cell.sizes != "equal":
            size = np.exp(rng.normal(scale=0.8, size=cell.units))
            size = np.sort(size) if "small" in cell.sizes else np.sort(size)[::-1] if "large" in cell.sizes else size
            own = rng.normal(size=shape)
            error = (error + own / np.sqrt(size / size.mean())[:, None]) / np.sqrt(2)
        cohort = np.full(cell.units, NEVER)
        cohort[: cell.pilots] = np.resize(cell.starts, cell.pilots)
        error[:, : cell.pilots] *= cell.spread
        y = error + rng.normal(size=(*shape[:2], 1)) + np.cumsum(rng.normal(scale=0.2, size=(shape[0], 1, PERIODS)), 2)
        y += cell.effect * (np.arange(PERIODS) >= cohort[:, None])
        yield y, cohort, None if cell.sizes == "equal" else size


def p_values(cell: Cell, null: float = 0.0) -> dict[str, np.ndarray]:
    """P values of every panel by kind of inference; what does not exist is left out."""
    rng = np.random.default_rng(zlib.crc32(cell.name.encode()))
    collected: dict[str, list[np.ndarray]] = {}
    for y, cohort, weights in batches(cell, rng):
        units = assigned_units(y, cohort, weights=weights)
        for name, draw in draw_tests(units, cell.estimand, rng).items():
            if isinstance(draws := draw(), NullDraws):
                collected.setdefault(name, []).append(draws.p_value(null))
        for name, p in regression_p(y, cohort, weights, null).items():
            collected.setdefault(name, []).append(p)
    return {name: np.concatenate(p) for name, p in collected.items()}


def draw_tests(units: AssignedUnits, estimand: Estimand, rng: np.random.Generator) -> dict[str, Callable[[], object]]:
    """Tests that rest on draws."""
    return {
        "RI, prescaled": lambda: randomisation_draws(units, estimand, "prescaled", PERMUTATIONS, rng),
        "RI, coefficient": lambda: randomisation_draws(units, estimand, "coefficient", PERMUTATIONS, rng),
        "RI, studentised": lambda: randomisation_draws(units, estimand, "studentised", PERMUTATIONS, rng),
        "WCB Rademacher": lambda: bootstrap_draws(units, estimand, "rademacher", DRAWS, rng),
        "WCB Webb": lambda: bootstrap_draws(units, estimand, "webb", DRAWS, rng),
        "Ferman–Pinto": lambda: residual_draws(units, estimand, DRAWS, rng),
    }


def regression_p(y: np.ndarray, cohort: np.ndarray, weights: np.ndarray | None, null: float) -> dict[str, np.ndarray]:
    """Tests that rest on a standard error: of two-way fixed effects, or of the imputation if starts differ."""
    estimated, found = effects(y, cohort, weights), {}
    for name, kind in (STAGGERED if _staggered(cohort) else REGRESSION).items():
        errors = [effect.standard_errors[kind] for effect in estimated]
        if all(isinstance(error, StandardError) for error in errors):
            found[name] = np.array([e.p_value(f.estimate, null) for e, f in zip(errors, estimated, strict=True)])
    return found


def effects(y: np.ndarray, cohort: np.ndarray, weights: np.ndarray | None) -> list[Effect]:
    """Estimates whose first error is the one that leads from ten pilots on."""
    if _staggered(cohort):
        return [result.overall for result in imputation(y, cohort, weights=weights)]
    return list(twfe(y, cohort, weights=weights))


def _staggered(cohort: np.ndarray) -> bool:
    return len(np.unique(cohort)) > 2


def coverage(cell: Cell) -> float:
    """Share of the headline's intervals that hold a planted effect of one, over `INTERVALS` panels."""
    rng = np.random.default_rng(zlib.crc32(f"interval {cell.name}".encode()))
    inside: list[bool] = []
    for y, cohort, weights in batches(replace(cell, effect=1.0, panels=INTERVALS), rng):
        if cell.headline != RANDOMISATION[0]:
            found = effects(y, cohort, weights)
            inside += [low <= 1 <= high for e in found for low, high in [e.error.interval(e.estimate)]]
        else:
            units = assigned_units(y, cohort, weights=weights)
            draws = randomisation_draws(units, cell.estimand, "prescaled", PERMUTATIONS, rng)
            low, high = draws.interval(1 - ALPHA)
            inside += list((low <= 1) & (high >= 1))
    return float(np.mean(inside))


def attainable(cell: Cell) -> bool:
    """Whether a p value of 5 % exists and the test of one pilot can reject close to 5 % of the time."""
    return cell.pilots > 1


def row(cell: Cell, columns: tuple[str, ...]) -> tuple[str, dict[str, float], float | None]:
    """Simulate a cell; return its line of the table, the rates, and the coverage."""
    rates = {name: float((p <= ALPHA * (1 + 1e-9)).mean()) for name, p in p_values(cell).items()}
    shown = [f"{100 * rates[name]:.1f}" if name in rates else "–" for name in columns]
    shown = [f"**{text}**" if name == cell.headline else text for name, text in zip(columns, shown, strict=True)]
    cover = None if cell.effect else coverage(cell)
    return f"| {cell.name} | {' | '.join(shown)} | {'' if cover is None else f'{100 * cover:.1f}'} |", rates, cover


def broken_promise(cell: Cell, rate: float) -> bool:
    """Whether the headline leaves 3 to 7 % at equal variance, or exceeds 10 % for 0.5 to 1.5 times the deviation."""
    slack = 2.5 * np.sqrt(ALPHA * (1 - ALPHA) / cell.panels)
    if cell.effect or not 0.5 <= cell.spread <= 1.5:
        return False
    if cell.spread != 1:
        return rate > 0.10 + slack
    return not (0.03 if attainable(cell) else 0.0) - slack <= rate <= 0.07 + slack


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with what is promised; write nothing")
    parser.add_argument("table", nargs="*", help="tables to make; by default all")
    arguments = parser.parse_args()
    check, wanted = arguments.check, arguments.table
    tables: dict[str, list[str]] = {}
    broken = []
    begun = time.perf_counter()
    for table, cell in cells():
        if wanted and table not in wanted:
            continue
        columns = (*RANDOMISATION, *STAGGERED, *COLUMNS[6:]) if table == "staggered" else COLUMNS
        line, rates, cover = row(cell, columns)
        head = f"| pilots | {' | '.join(columns)} | coverage |\n|---|{'---:|' * (len(columns) + 1)}"
        tables.setdefault(table, [head]).append(line)
        if broken_promise(cell, rates[cell.headline]):
            broken.append(f"{cell.name}: {cell.headline} rejects {100 * rates[cell.headline]:.1f} %")
        if cover is not None and cell.spread <= 1.5 and cover < COVERAGE - 2.5 * np.sqrt(ALPHA / INTERVALS):
            broken.append(f"{cell.name}: {cell.headline} covers {100 * cover:.1f} %")
        print(f"{time.perf_counter() - begun:6.1f} s {line}", file=sys.stderr, flush=True)
    print("\n".join(broken) or "every headline is within what is promised")
    if not check:
        for table, lines in tables.items():
            insert(table, "\n".join(lines))
    return int(check and bool(broken))


def insert(table: str, text: str) -> None:
    """Put a table between its marks in the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(f"<!-- {table}: begin -->")
    _, after = rest.split(f"<!-- {table}: end -->")
    PAGE.write_text(f"{before}<!-- {table}: begin -->\n{text}\n<!-- {table}: end -->{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
