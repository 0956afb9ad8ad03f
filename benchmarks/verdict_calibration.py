"""How often each verdict is given on simulated panels whose truth is known.

    python benchmarks/verdict_calibration.py            writes the table into docs/methods/verdicts.md
    python benchmarks/verdict_calibration.py --check    exits 1 if a rate leaves its promise

Panels: counties with an effect of their own, period effects, errors AR(1) with 0.6; reform after twelve quarters, then
eight quarterly looks with O'Brien-Fleming spending; at each look the mean of all quarters since the start is compared
with the mean before. The smallest important effect is the minimum detectable effect of the design at the last look.
Levels of the looks, randomisation tests, breakdown values and verdicts are those of the product. The plan's other
specifications are a window of eight quarters before and one of the first four after; the placebo starts four quarters
early. Contamination, missing values and agreement of designs are set to clean values; the rest is
computed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pilotbook.estimate.inference.assigned_units import AssignedUnits, assigned_units
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.looks import levels_by_draws, risk_of_any, spent
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import breakdown_multiple
from pilotbook.judge.evidence import Evidence, Interval
from pilotbook.judge.measures import Measures
from pilotbook.judge.verdict import Kind, decide

Array = NDArray[np.float64]
PAGE = Path(__file__).parents[1] / "docs" / "methods" / "verdicts.md"
BEFORE, LOOKS, RHO, ALPHA, DRAWS, CHUNK, YEAR, JUST_BEFORE = 12, 8, 0.6, 0.05, 4_999, 100, 4, 2


@dataclass(frozen=True)
class Cell:
    """One world: who, what is planted, and what is promised.

    Attributes
    ----------
    name
        As the table prints it.
    pilots, counties
        Numbers of assigned units.
    effect, drift
        Planted effect, and planted trend of the pilots a quarter, in minimum detectable effects.
    least
        Smallest important effect, in minimum detectable effects.
    safety
        Whether the outcome is one of safety.
    before
        Quarters before the start.
    counted
        The verdicts whose share is promised.
    promise
        Bounds of that share; the bound that is not 0 or 1 is held by the 95 % limit of the share on its side.
    """

    name: str
    pilots: int
    counties: int
    counted: tuple[Kind, ...]
    promise: tuple[float, float]
    effect: float = 0.0
    drift: float = 0.0
    least: float = 1.0
    safety: bool = False
    before: int = BEFORE
    panels: int = 1_000


IMPROVED = (Kind.IMPROVED, Kind.IMPROVED_FRAGILE)
WORSENED = (Kind.WORSENED, Kind.WORSENED_FRAGILE)
FIRM = (Kind.IMPROVED,)

CELLS = (
    Cell("no effect, 3 of 30", 3, 30, IMPROVED, (0, 0.05), panels=2_000),
    Cell("no effect, 20 of 40", 20, 40, IMPROVED, (0, 0.05), panels=2_000),
    Cell("twice the detectable effect, 20 of 40", 20, 40, FIRM, (0.80, 1), effect=2, panels=1_000),
    Cell("drift of half the important effect a quarter", 20, 40, FIRM, (0, 0.05), drift=0.5),
    Cell("drift of a tenth of it a quarter", 20, 40, FIRM, (0, 1), drift=0.1, panels=1_000),
    Cell("tiny effect, important one large", 20, 40, (Kind.TOO_SMALL,), (0.80, 1), effect=0.1, least=3, panels=500),
    Cell("three quarters before the start", 20, 40, (Kind.NOT_ESTIMABLE,), (0.99, 1), before=3, panels=300),
    Cell("harm of the detectable effect, safety", 20, 40, WORSENED, (0.80, 1), effect=-1, safety=True, panels=1_000),
)


def panels(cell: Cell, n: int, rng: np.random.Generator) -> Array:
    """Simulate (n, counties, quarters)."""
    quarters, detectable = cell.before + LOOKS, detectable_effect(cell.pilots, cell.counties, cell.before)
    shocks = rng.standard_normal((n, cell.counties, quarters))
    y = np.empty_like(shocks)
    y[..., 0] = shocks[..., 0] / np.sqrt(1 - RHO**2)
    for t in range(1, quarters):
        y[..., t] = RHO * y[..., t - 1] + shocks[..., t]
    y += rng.standard_normal((n, cell.counties, 1)) * 3 + rng.standard_normal((n, 1, quarters))
    y[:, : cell.pilots, cell.before :] += cell.effect * detectable
    y[:, : cell.pilots] += cell.drift * detectable * cell.least * np.arange(quarters)
    return y


def detectable_effect(pilots: int, counties: int, before: int = BEFORE) -> float:
    """Effect that a test at 5 % finds in 80 % of panels at the last look, from the known variance of the errors."""
    lag = np.abs(np.subtract.outer(np.arange(before + LOOKS), np.arange(before + LOOKS)))
    weights = np.r_[np.full(before, -1 / before), np.full(LOOKS, 1 / LOOKS)]
    variance = weights @ (RHO**lag / (1 - RHO**2)) @ weights
    se = np.sqrt(variance * (1 / pilots + 1 / (counties - pilots)))
    df = counties - 2
    return float((stats.t.isf(ALPHA / 2, df) + stats.t.isf(0.2, df)) * se)


def units_of(y: Array, pilots: int, start: int) -> AssignedUnits:
    """Bring panels into the product's form; every panel is one outcome, so all share their placebo assignments."""
    cohort = np.full(y.shape[1], NEVER)
    cohort[:pilots] = start
    units = assigned_units(y, cohort)
    assert not isinstance(units, NotEstimable)
    return units


def randomised(y: Array, pilots: int, start: int, seed: int) -> NullDraws:
    """Draw the product's randomisation statistic."""
    draws = randomisation_draws(
        units_of(y, pilots, start), Estimand("imputation"), "prescaled", DRAWS, np.random.default_rng(seed)
    )
    assert not isinstance(draws, NotEstimable)
    return draws


def looks_of(y: Array, cell: Cell, seed: int) -> tuple[Array, Array, NullDraws]:
    """Return levels (n, looks), randomisation p values (n, looks), and the draws of the last look."""
    looks = [randomised(y[..., : cell.before + k], cell.pilots, cell.before, seed) for k in range(1, LOOKS + 1)]
    both = [look.statistics() for look in looks]
    risk = spent(LOOKS, ALPHA, "obrien_fleming")
    levels = np.empty((len(y), LOOKS))
    for i in range(len(y)):
        drawn = [d[i] if looks[0].exact else np.concatenate([observed[[i]], d[i]]) for observed, d in both]
        levels[i] = levels_by_draws(np.stack(drawn), risk)
    return levels, np.stack([look.p_value() for look in looks], axis=1), looks[-1]


def welch(y: Array, pilots: int) -> tuple[Array, Array, Array]:
    """Difference of means of unit values (n, counties), with its CR2 error and Satterthwaite df."""
    one, two = y[:, :pilots], y[:, pilots:]
    a, b = one.var(axis=1, ddof=1) / one.shape[1], two.var(axis=1, ddof=1) / two.shape[1]
    df = (a + b) ** 2 / (a**2 / (one.shape[1] - 1) + b**2 / (two.shape[1] - 1))
    return one.mean(axis=1) - two.mean(axis=1), np.sqrt(a + b), df


def changes(y: Array, before: int, after: int | None = None, first: int = 0) -> Array:
    """Mean since the start less mean before, of every unit (n, counties)."""
    end = None if after is None else before + after
    return y[..., before:end].mean(axis=2) - y[..., first:before].mean(axis=2)


def measures_of(y: Array, cell: Cell, estimate: float, p: float, found: bool) -> Measures:
    """Compute what the verdict looks at for one panel (counties, quarters).

    With few pilots, and with too few quarters before, the further checks cannot be computed and stay unknown. Without
    an effect found (its interval holds zero) the breakdown value is zero.
    """
    known = Measures(
        assigned_pilots=cell.pilots,
        assigned_controls=cell.counties - cell.pilots,
        pre_periods=cell.before,
        exposed_controls=0.0,
        missing_share=0.0,
        missing_difference=0.0,
        design_difference=0.0,
        designs_same_sign=1.0,
        family_p=p,
        planned_look=1.0,
    )
    if cell.pilots < 10 or cell.before < 4:
        return known
    least = cell.least * detectable_effect(cell.pilots, cell.counties, cell.before)
    event = event_estimates(y, cell)
    years = event.in_blocks(YEAR) if cell.before >= 2 * YEAR else event
    placebo = welch(changes(y[None, :, : cell.before], cell.before - 4), cell.pilots)
    away, error, df = (
        float(v[0]) for v in welch(changes(y[None, :, : cell.before], cell.before - JUST_BEFORE), cell.pilots)
    )
    before = pre_trend(y, cell, event, least)
    red = before["pre_trend_p"] < ALPHA or before["certain_drift"] > 1  # then nothing else is looked at
    return replace(
        known,
        **before,
        breakdown=min(breakdown_multiple(years, years.mean_of_first(YEAR)), 10.0) if found and not red else 0.0,
        same_sign_share=same_sign(y, cell, estimate),
        leave_one_out_same_sign=leave_one_out(y, cell, estimate),
        dip_p=float(2 * stats.t.sf(abs(away / error), df)) if away * estimate < 0 else 1.0,
        placebo_p=float(2 * stats.t.sf(abs(placebo[0] / placebo[1]), placebo[2])[0]),
    )


def event_estimates(y: Array, cell: Cell) -> EventEstimates:
    """Differences of pilots and controls by quarter, relative to the last one before the start."""
    relative = np.delete(y - y[:, [cell.before - 1]], cell.before - 1, axis=1)
    one, two = relative[: cell.pilots], relative[cell.pilots :]
    gap = one.mean(axis=0) - two.mean(axis=0)
    covariance = np.cov(one.T) / len(one) + np.cov(two.T) / len(two)
    return EventEstimates(gap[: cell.before - 1], gap[cell.before - 1 :], covariance)


def pre_trend(y: Array, cell: Cell, event: EventEstimates, least: float) -> dict[str, float]:
    """Joint test (Hotelling), its power against the drift that would imitate the important effect, and the slope."""
    n, df = event.n_before, cell.counties - 2
    inverse = np.linalg.inv(event.covariance[:n, :n])
    factor, rest = (df - n + 1) / (n * df), df - n + 1
    span = (cell.before + LOOKS) / 2  # from the middle of the quarters before to that of those after
    imitation = least / span * np.arange(-n, 0.0)
    time_before = np.arange(cell.before) - (cell.before - 1) / 2
    slopes = y[:, : cell.before] @ time_before / (time_before @ time_before)
    slope, error, slope_df = (float(v[0]) for v in welch(slopes[None], cell.pilots))
    half = float(stats.t.isf(0.025, slope_df)) * error
    return {
        "pre_trend_p": float(stats.f.sf(event.before @ inverse @ event.before * factor, n, rest)),
        "pre_trend_power": float(stats.ncf.sf(stats.f.isf(ALPHA, n, rest), n, rest, imitation @ inverse @ imitation)),
        "drift": abs(slope) * span / least,
        "certain_drift": max(abs(slope) - half, 0.0) * span / least,
    }


def same_sign(y: Array, cell: Cell, estimate: float) -> float:
    """Share of specifications with the headline's sign: shorter windows, and medians for means."""
    windows: tuple[tuple[int | None, int], ...] = ((None, 4), (4, 0), (None, 0))
    units = [changes(y[None], cell.before, after=after, first=first)[0] for after, first in windows]
    found = [side(u[: cell.pilots]) - side(u[cell.pilots :]) for u in units for side in (np.mean, np.median)]
    return float(np.mean(np.sign(found) == np.sign(estimate)))


def leave_one_out(y: Array, cell: Cell, estimate: float) -> float:
    """Share of the deletions of one pilot that keep the sign."""
    own = changes(y[None], cell.before)[0]
    pilots = own[: cell.pilots]
    rest = (pilots.sum() - pilots) / (cell.pilots - 1) - own[cell.pilots :].mean()
    return float(np.mean(np.sign(rest) == np.sign(estimate)))


@dataclass
class Counts:
    """What a cell gave: the verdicts at the last look, their reasons, and what happened at any of the looks."""

    verdicts: Counter[Kind] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    ever_improved: int = 0
    ever_harmed: int = 0
    naive: int = 0


def run(cell: Cell, seed: int) -> Counts:
    """Simulate a cell and take the verdicts."""
    counts = Counts()
    rng = np.random.default_rng([seed, cell.pilots, cell.counties, cell.before])
    for first in range(0, cell.panels, CHUNK):
        y = panels(cell, min(CHUNK, cell.panels - first), rng)
        take_verdicts(y, cell, seed, counts)
    return counts


def take_verdicts(y: Array, cell: Cell, seed: int, counts: Counts) -> None:
    """Judge panels at their last look, and count crossings at all looks."""
    few = cell.pilots < 10
    levels, p, draws = looks_of(y, cell, seed)
    by_look = [welch(changes(y, cell.before, after=k), cell.pilots) for k in range(1, LOOKS + 1)]
    b, se, df = (np.stack(values, axis=1) for values in zip(*by_look, strict=True))
    own = 2 * stats.t.sf(np.abs(b / se), df)
    p = p if few else own
    crossed = p <= levels * (1 + 1e-9)
    counts.ever_improved += int((crossed & (b > 0)).any(axis=1).sum())
    counts.ever_harmed += int((b + stats.t.isf(0.1, df) * se < 0).any(axis=1).sum())
    counts.naive += int(((p <= ALPHA) & (b > 0)).any(axis=1).sum())
    drawn = {level: draws.interval(level) for level in (0.90, 0.80)} if few else {}
    for i in range(len(y)):
        level = float(levels[i, -1])
        intervals = [Interval(at, *(ends[i] for ends in drawn[at])) for at in drawn]
        if few:
            intervals.insert(0, _by_crossing(bool(crossed[i, -1]), float(b[i, -1]), level))
        else:
            half = se[i, -1] * stats.t.isf(np.array([level, 0.10, 0.20]) / 2, df[i, -1])
            sizes = zip((level, 0.10, 0.20), half, strict=True)
            intervals = [Interval(1 - alpha, b[i, -1] - h, b[i, -1] + h) for alpha, h in sizes]
        verdict = decide(evidence_of(y[i], cell, float(b[i, -1]), float(p[i, -1]), intervals))
        counts.verdicts[verdict.kind] += 1
        counts.reasons.update(reason.code for reason in verdict.reasons)


def evidence_of(y: Array, cell: Cell, estimate: float, p: float, intervals: list[Interval]) -> Evidence:
    """Collect the evidence of one panel; intervals: adjusted, equivalence, harm."""
    adjusted, equivalence, harm = intervals
    found = adjusted.low > 0 or adjusted.high < 0 or (cell.safety and harm.high < 0)
    return Evidence(
        outcome=cell.name,
        direction="higher",
        safety=cell.safety,
        minimum_important_effect=cell.least * detectable_effect(cell.pilots, cell.counties, cell.before),
        alpha=ALPHA,
        estimate=estimate,
        adjusted=adjusted,
        equivalence=equivalence,
        harm=harm,
        obstacle=None,
        measures=measures_of(y, cell, estimate, p, bool(found)),
    )


def _by_crossing(crossed: bool, estimate: float, level: float) -> Interval:
    """An interval of which only the side of zero is known: all that the decision reads of it."""
    ends = (-np.inf, np.inf) if not crossed else (np.nextafter(0, 1), np.inf)
    return Interval(1 - level, *ends) if estimate > 0 or not crossed else Interval(1 - level, -ends[1], -ends[0])


def limits(hits: int, n: int) -> tuple[float, float]:
    """One-sided 95 % limits (Clopper and Pearson) of a share."""
    low = float(stats.beta.ppf(0.05, hits, n - hits + 1)) if hits else 0.0
    high = float(stats.beta.ppf(0.95, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def kept(cell: Cell, hits: int) -> bool:
    """Whether the share's limit on the side of the promise keeps it."""
    _, high = limits(hits, cell.panels)
    return high <= cell.promise[1] if cell.promise[0] == 0 else hits / cell.panels >= cell.promise[0]


def table(results: dict[Cell, Counts]) -> str:
    """Return the table as Markdown."""
    head = ("world", "panels", "verdict counted", "share", "95 % limits", "promised", "kept", "verdicts", "reasons")
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for cell, counts in results.items():
        hits = sum(counts.verdicts[kind] for kind in cell.counted)
        low, high = limits(hits, cell.panels)
        promised = f"at most {cell.promise[1]:.0%}" if cell.promise[0] == 0 else f"at least {cell.promise[0]:.0%}"
        word = "yes" if kept(cell, hits) else "**no**"
        if cell.promise == (0, 1):
            promised, word = "nothing", "shown"
        usual = ", ".join(f"{kind.value} {n / cell.panels:.1%}" for kind, n in counts.verdicts.most_common(4))
        why = ", ".join(f"{name} {n / cell.panels:.0%}" for name, n in counts.reasons.most_common(4))
        names = " + ".join(kind.value for kind in cell.counted)
        share, span = f"{hits / cell.panels:.1%}", f"{low:.1%} to {high:.1%}"
        cells = (cell.name, str(cell.panels), names, share, span, promised, word, usual, why)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def looks_table(results: dict[Cell, Counts]) -> str:
    """Return what happened over all eight looks where nothing was planted."""
    lines = [
        "| world | improved at any planned look | if each were read at 5 % | harm at its bar at any look |",
        "|---|---|---|---|",
    ]
    for cell, counts in results.items():
        if cell.effect == 0 and cell.drift == 0 and cell.before == BEFORE:
            shares = (counts.ever_improved, counts.naive, counts.ever_harmed)
            lines.append(f"| {cell.name} | " + " | ".join(f"{n / cell.panels:.1%}" for n in shares) + " |")
    risk = risk_of_any(LOOKS, 0.1)
    lines.append(f"\nPrinted in the report: a risk of {risk:.1%} of a false alarm of harm over {LOOKS} looks.")
    return "\n".join(lines)


def main() -> int:
    """Run all cells and write or check the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 if a promise is broken; write nothing")
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    began = time.perf_counter()
    with ProcessPoolExecutor(max_workers=2) as pool:
        results = dict(zip(CELLS, pool.map(run, CELLS, [options.seed] * len(CELLS)), strict=True))
    text = f"{table(results)}\n\n{looks_table(results)}\n"
    print(text, f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    if options.check:
        return int(not all(kept(c, sum(r.verdicts[kind] for kind in c.counted)) for c, r in results.items()))
    before, rest = PAGE.read_text(encoding="utf-8").split(START, 1)
    PAGE.write_text(f"{before}{START}\n\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
    return 0


START, END = "<!-- calibration: written by benchmarks/verdict_calibration.py -->", "<!-- end of calibration -->"

if __name__ == "__main__":
    sys.exit(main())
