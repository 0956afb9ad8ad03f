"""False rejections and coverage of the interrupted time series, by simulation with known truth.

    python benchmarks/its_calibration.py            writes the tables into docs/methods/its.md
    python benchmarks/its_calibration.py --check    exits 1 if a cell leaves the range the documentation
    promises

Every cell has its own seed, so that cells can be changed or added without moving the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from pilotbook.estimate.its.autoregression import Array, partial_from_phi, simulate
from pilotbook.estimate.its.bootstrap import TailTable, contrast_estimates, tail_table
from pilotbook.estimate.its.counts import CountResult, interrupted_counts
from pilotbook.estimate.its.effects import Contrast, Estimand, contrasts, fieller
from pilotbook.estimate.its.gates import SECOND_ORDER_FROM, Flag, Passed, gate_periods
from pilotbook.estimate.its.newey_west import newey_west, t_inference
from pilotbook.estimate.its.reml import fit_ar, likelihood_weights, parameter_grid
from pilotbook.estimate.its.segments import Interruption, Season, SeasonKind, Segments
from pilotbook.estimate.its.series import ItsResult, interrupted, prefers_second

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "its.md"
LENGTHS = (16, 24, 40, 80)
SERIES, TABLE_DRAWS, AS_REPORTED, COUNT_SERIES = 4_000, 1_999, 500, 2_000
THREE = "level / slope / effect at 8 quarters"
WANTED = ((Estimand.LEVEL, None), (Estimand.SLOPE, None), (Estimand.AT_HORIZON, 8))
PLANTED = {"level": 3.0, "slope": 0.2}
ALPHA = 0.05
PROMISED = {16: (0.03, 0.11), 24: (0.03, 0.08), 40: (0.03, 0.08), 80: (0.03, 0.08)}
"""Range of false rejections promised under AR(1) with 0, 0.4 and 0.7, Monte Carlo error aside."""


@dataclass(frozen=True)
class Errors:
    """A process of errors: AR coefficients at lags 1, 2 and 4."""

    name: str
    phi: tuple[float, float] = (0.0, 0.0)
    seasonal: float = 0.0
    promised: bool = False


PROCESSES = (
    Errors("AR(1) 0", promised=True),
    Errors("AR(1) 0.4", (0.4, 0.0), promised=True),
    Errors("AR(1) 0.7", (0.7, 0.0), promised=True),
    Errors("AR(1) 0.9", (0.9, 0.0)),
    Errors("AR(2) 0.5, 0.3", (0.5, 0.3)),
    Errors("AR(2) 0.3, 0.4", (0.3, 0.4)),
    Errors("seasonal AR, lag 4, 0.5", seasonal=0.5),
)


@dataclass(frozen=True)
class Row:
    """One cell: shares over the simulated series, three contrasts each."""

    n: int
    errors: Errors
    rejected: Array
    plug_in: Array
    reml_t: Array
    newey_west: Array
    covered: Array
    relative_covered: float
    second_order: float


def declared(n: int) -> Segments:
    """Half before, half after; quarter dummies wherever the gate allows them."""
    kind = SeasonKind.NONE if n == 16 else SeasonKind.DUMMIES
    return Segments(n, (Interruption(n // 2),), Season(kind))


def draw(errors: Errors, n: int, size: int, rng: np.random.Generator) -> Array:
    """Error series, (size, n)."""
    if not errors.seasonal:
        partial = np.tile(partial_from_phi(np.array(errors.phi)), (size, 1))
        return simulate(partial, rng.standard_normal((n, size))).T
    series = rng.standard_normal((size, n + 100))
    for t in range(4, n + 100):
        series[:, t] += errors.seasonal * series[:, t - 4]
    return series[:, 100:]


def wanted(segments: Segments, passed: Passed) -> tuple[Contrast, ...]:
    """Level, slope and the effect at eight quarters."""
    return tuple(c for c in contrasts(segments, passed.design) if (c.estimand, c.horizon) in WANTED)


def calibrate(n: int, rng: np.random.Generator) -> Iterator[Row]:
    """All processes at one length."""
    segments = declared(n)
    passed = gate_periods(np.ones(n, dtype=bool), segments)
    assert isinstance(passed, Passed)
    X, found = passed.design.X, wanted(segments, passed)
    C = np.stack([c.vector for c in found])
    orders = (1, 2) if n >= SECOND_ORDER_FROM else (1,)
    tables = {order: tail_table(X, C, order, rng, draws=TABLE_DRAWS) for order in orders}
    for number, errors in enumerate(PROCESSES):
        yield _cell(errors, X, found, tables, np.random.default_rng([n, number]))


def _cell(
    errors: Errors,
    X: Array,
    found: tuple[Contrast, ...],
    tables: dict[int, TailTable],
    rng: np.random.Generator,
) -> Row:
    n, C = len(X), np.stack([c.vector for c in found])
    null = draw(errors, n, SERIES, rng)
    ratio, critical, second = _infer(null, X, C, tables)
    fit = fit_ar(null, X, 1)
    estimate, se = contrast_estimates(fit, C)
    at_estimate = tables[1].infer(_nearest(fit.phi[:, 0]), estimate / se)[1]
    newey = np.mean([t_inference(C, *newey_west(y, X), df=fit.df)[1] < ALPHA for y in null], axis=0)
    covered, relative = _coverage(errors, X, found, tables, rng)
    return Row(
        n,
        errors,
        rejected=(np.abs(ratio) > critical).mean(axis=0),
        plug_in=(np.abs(estimate / se) > at_estimate).mean(axis=0),
        reml_t=(np.abs(estimate / se) > stats.t.ppf(1 - ALPHA / 2, fit.df)).mean(axis=0),
        newey_west=newey,
        covered=covered,
        relative_covered=relative,
        second_order=float(second.mean()),
    )


def _infer(Y: Array, X: Array, C: Array, tables: dict[int, TailTable]) -> tuple[Array, Array, Array]:
    """Give t ratios, critical values and choice of order, as `series.interrupted` makes them."""
    fits = {order: fit_ar(Y, X, order) for order in tables}
    second = prefers_second(fits[1], fits[2]) if 2 in fits else np.zeros(len(Y), dtype=bool)
    ratio, critical = np.empty((len(Y), len(C))), np.empty((len(Y), len(C)))
    for order, fit in fits.items():
        mine = second == (order == 2)
        if not mine.any():
            continue
        estimate, se = contrast_estimates(fit, C)
        ratio[mine] = (estimate / se)[mine]
        critical[mine] = tables[order].infer(likelihood_weights(Y[mine], X, order), ratio[mine])[1]
    return ratio, critical, second


def _coverage(
    errors: Errors,
    X: Array,
    found: tuple[Contrast, ...],
    tables: dict[int, TailTable],
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """Share of intervals that hold the planted effect; last the relative effect at eight quarters."""
    n, C = len(X), np.stack([c.vector for c in found])
    beta = np.zeros(X.shape[1])
    beta[:4] = 50.0, 0.1, PLANTED["level"], PLANTED["slope"]
    Y = draw(errors, n, SERIES, rng) + X @ beta
    _, critical, second = _infer(Y, X, C, tables)
    held, relative = np.zeros((SERIES, len(C)), dtype=bool), np.zeros(SERIES, dtype=bool)
    truth, at_horizon = C @ beta, found[2]
    assert at_horizon.baseline is not None
    ratio = 100 * truth[2] / (at_horizon.baseline @ beta)
    fits = {order: fit_ar(Y, X, order) for order in tables}
    for order, fit in fits.items():
        estimate, se = contrast_estimates(fit, C)
        mine = second == (order == 2)
        held[mine] = (np.abs(estimate - truth) <= critical * se)[mine]
        for s in np.flatnonzero(mine):
            _, low, high = fieller(at_horizon, fit.coef[s], fit.cov[s], critical[s, 2])
            relative[s] = low is not None and high is not None and low <= ratio <= high
    return held.mean(axis=0), float(relative.mean())


def _nearest(rho: Array) -> Array:
    """Weights that put everything on the grid point nearest to the estimate: the textbook bootstrap-t."""
    grid = np.arctanh(parameter_grid(1)[:, 0])
    return np.eye(len(grid))[np.abs(grid - np.arctanh(rho)[:, None]).argmin(axis=1)]


def as_reported(n: int, errors: Errors) -> tuple[Array, Array]:
    """Put the same question to the function that reports call; also the shares warned, short and seasonal."""
    rng = np.random.default_rng([99, n])
    segments = declared(n)
    p, warned = [], []
    for y in draw(errors, n, AS_REPORTED, rng):
        result = interrupted(y, segments, rng, horizons=(8,))
        assert isinstance(result, ItsResult)
        p.append([e.p for e in result.effects if (e.estimand, e.horizon) in WANTED])
        warned.append([flag in result.flags for flag in (Flag.AUTOCORRELATED, Flag.SEASONAL_MEMORY)])
    return (np.array(p) < ALPHA).mean(axis=0), np.mean(warned, axis=0)


def calibrate_counts(n: int, alpha: float, rho: float) -> tuple[Array, Array]:
    """Reject by quasi-Poisson and negative binomial: mean 100, variance mu + alpha mu^2, log rate AR(1)."""
    rng = np.random.default_rng([7, n, int(1000 * alpha), int(10 * rho)])
    scale = 0.1 * np.sqrt(1 - rho**2) if rho else 0.0
    log_mean = np.log(100) + scale * draw(Errors("", (rho, 0.0)), n, COUNT_SERIES, rng)
    mean = np.exp(log_mean)
    counts = rng.poisson(mean * rng.gamma(1 / alpha, alpha, mean.shape) if alpha else mean).astype(float)
    p: list[list[list[float]]] = [[], []]
    for y in counts:
        for row, negative_binomial in zip(p, (False, True), strict=True):
            found = interrupted_counts(y, declared(n), horizons=(8,), negative_binomial=negative_binomial)
            assert isinstance(found, CountResult)
            row.append([r.p for r in found.ratios])
    return (np.array(p[0]) < ALPHA).mean(axis=0), (np.array(p[1]) < ALPHA).mean(axis=0)


COUNTS = (
    (24, 0.0, 0.0),
    (24, 0.05, 0.0),
    (24, 0.0, 0.4),
    (40, 0.05, 0.0),
    (40, 0.0, 0.4),
    (40, 0.0, 0.7),
)


def percent(shares: Array) -> str:
    """Three shares as per cent with one decimal."""
    return " / ".join(f"{100 * share:.1f}" for share in shares)


def report(rows: list[Row]) -> str:
    """Markdown of all tables."""
    return "\n".join([*_rejections(rows), *_coverages(rows), *_reported(), *_counts()]).rstrip()


def _table(caption: str, head: tuple[str, ...], body: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *body]
    return [caption, "", *(f"| {' | '.join(line)} |" for line in lines), ""]


def _monte_carlo(size: int) -> str:
    return f"{size:,} series a cell, Monte Carlo error {100 * np.sqrt(ALPHA * (1 - ALPHA) / size):.1f} points"


def _rejections(rows: list[Row]) -> list[str]:
    return _table(
        f"**False rejections**, per cent at 5 %: {THREE}. {_monte_carlo(SERIES)}; reference distributions from "
        f"{TABLE_DRAWS:,} draws at each autocorrelation of the grid.",
        ("points", "errors", "default", "textbook bootstrap-t", "REML, t", "Newey–West", "AR(2) chosen"),
        [
            (
                str(r.n),
                r.errors.name,
                *map(percent, (r.rejected, r.plug_in, r.reml_t, r.newey_west)),
                f"{100 * r.second_order:.0f} %",
            )
            for r in rows
        ],
    )


def _coverages(rows: list[Row]) -> list[str]:
    return _table(
        "**Coverage** of nominal 95 % intervals, per cent, a level change of 3 and a slope change of 0.2 planted.",
        ("points", "errors", THREE, "relative effect at 8 quarters"),
        [(str(r.n), r.errors.name, percent(r.covered), f"{100 * r.relative_covered:.1f}") for r in rows],
    )


def _reported() -> list[str]:
    body = []
    for n in LENGTHS:
        for errors in PROCESSES[1:]:
            rejected, warned = as_reported(n, errors)
            shares = [f"{100 * share:.0f} %" for share in warned]
            body.append((str(n), errors.name, percent(rejected), *shares))
    return _table(
        f"**As reports call it**, 999 draws a series; {_monte_carlo(AS_REPORTED)}. The last columns are the shares "
        "of series whose report warns of autocorrelation left over, and of memory of the same season a year ago.",
        ("points", "errors", THREE, "warned: autocorrelation", "warned: seasonal memory"),
        body,
    )


def _counts() -> list[str]:
    head = ("points", "over-dispersion", "autocorrelation of the log rate", "quasi-Poisson", "negative binomial")
    return _table(
        f"**Counts** of mean 100 with quarter dummies: {THREE}. {_monte_carlo(COUNT_SERIES)}.",
        head,
        [(str(n), str(alpha), str(rho), *map(percent, calibrate_counts(n, alpha, rho))) for n, alpha, rho in COUNTS],
    )


def broken_promises(rows: list[Row]) -> list[str]:
    """Cells outside the promised range by more than two Monte Carlo errors."""
    slack = 2 * np.sqrt(ALPHA * (1 - ALPHA) / SERIES)
    out = []
    for r in rows:
        low, high = PROMISED[r.n]
        if r.errors.promised and (r.rejected.min() < low - slack or r.rejected.max() > high + slack):
            bounds = f"{100 * low:.0f}–{100 * high:.0f}"
            out.append(f"{r.n} points, {r.errors.name}: {percent(r.rejected)} outside {bounds}")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    rows = [row for n in LENGTHS for row in calibrate(n, np.random.default_rng([1, n]))]
    if not arguments.check:
        write_between(PAGE, "calibration", report(rows))
    broken = broken_promises(rows)
    sys.stderr.write("".join(f"{line}\n" for line in broken) or "every promised cell is in range\n")
    return 1 if broken else 0


def write_between(page: Path, marker: str, text: str) -> None:
    """Replace what stands between the two markers of a page."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    before, rest = page.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
