"""How long the rule book takes over a country: 2,800 counties and 40,000 facilities by month, and how it grows.

    PYTHONPATH=analysis python benchmarks/rules_speed.py

Prints the table of ``docs/methods/rules.md``. The last column sets our evaluation of the plain rules on facilities,
which says what is missing, beside ``pandas.DataFrame.eval`` of the same expressions, which does not.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from pilotbook.evaluate.monitoring.effects import yearly_factors
from pilotbook.evaluate.monitoring.monitor import monitor
from pilotbook.evaluate.monitoring.observations import Observations
from pilotbook.evaluate.monitoring.records import Records
from pilotbook.judge.rules.evaluate import evaluate
from pilotbook.judge.rules.rulefile import catalogued_rules
from pilotbook.judge.rules.windows import Window
from pilotbook.panel.catalogue import FurtherInput, read_catalogue
from pilotbook.panel.contract.layout import TableKind

COUNTIES, FACILITIES, MONTHS = 2_800, 40_000, 12
PLAIN = ("drug-share-alert", "exam-share-alert", "drug-and-exam-share-alert", "expert-days")
LEVELS = np.asarray(["township", "community", "secondary", "tertiary"], dtype=object)


def frames(counties: int, facilities: int, rng: np.random.Generator) -> dict[TableKind, pd.DataFrame]:
    """Make the tables of a country; the numbers are noise around what the simulator takes for typical."""
    codes = np.asarray(
        [f"{i // 100 + 11:02d}{i % 100 // 20 + 1:02d}{i % 20 + 21:02d}" for i in range(counties)], object
    )
    units = np.asarray([f"F{i:05d}" for i in range(facilities)], object)
    months = np.asarray([f"2023-{m + 1:02d}" for m in range(MONTHS)], object)
    quarters = np.asarray([f"{y}Q{q}" for y in (2022, 2023) for q in range(1, 5)], object)
    panel = _table("county", codes, months, "county", rng)
    facility = _table("facility", units, months, "facility", rng)
    facility["county"] = np.repeat(codes[np.arange(facilities) % counties], MONTHS)
    facility["level"] = np.repeat(LEVELS[np.arange(facilities) % 4], MONTHS)
    alliance = _table("alliance", codes + "-A", quarters, "county", rng)
    alliance["county"] = np.repeat(codes, len(quarters))
    counties_table = pd.DataFrame({"county": codes, "population": rng.lognormal(12.9, 0.5, counties)})
    units_of = {"county": codes, "facility": units, "alliance": codes + "-A"}
    inputs = pd.concat([_input(about, units_of, rng) for about in read_catalogue().inputs.values()])
    return {
        "panel": panel,
        "facilities": facility,
        "alliances": alliance,
        "counties": counties_table,
        "inputs": inputs.reset_index(drop=True),
    }


def _table(key: str, units: np.ndarray, periods: np.ndarray, level: str, rng: np.random.Generator) -> pd.DataFrame:
    catalogue, size = read_catalogue(), len(units) * len(periods)
    columns: dict[str, object] = {key: np.repeat(units, len(periods)), "period": np.tile(periods, len(units))}
    for id, draw in catalogue.draws.items():
        if level == "facility" and catalogue.indicators[id].level != "facility":
            continue
        noise = rng.standard_normal(size)
        values = draw.level * np.exp(0.3 * noise) if draw.scale == "log" else draw.level + 4 * draw.between * noise
        values[rng.random(size) < 0.005] = np.nan
        columns[id] = values
    if level == "facility":
        columns["infusion_over5_share.denominator"] = rng.lognormal(6, 1, size)
        columns["credit_grade"] = rng.choice(["A", "B", "C", "D"], size)
    return pd.DataFrame(columns)


def _input(about: FurtherInput, units: dict[str, np.ndarray], rng: np.random.Generator) -> pd.DataFrame:
    owners = units.get(about.level)
    if owners is None or about.kind == "period":
        return pd.DataFrame(columns=["unit", "period", "input", "amount"])
    if about.kind == "truth":
        amounts = np.where(rng.random(len(owners)) < 0.05, "yes", "no")
    elif about.kind == "grade":
        amounts = rng.choice(about.grades, len(owners))
    else:
        amounts = np.asarray([f"{value:.6g}" for value in rng.lognormal(3, 0.3, len(owners))])
    return pd.DataFrame({"unit": owners, "period": "2023", "input": about.id, "amount": amounts})


def run(made: dict[TableKind, pd.DataFrame]) -> tuple[float, float, float]:
    """Return the seconds of the whole rule book, of the plain rules, and of `DataFrame.eval` for the same."""
    catalogue, book, period = read_catalogue(), catalogued_rules(), pd.Period("2023-12", freq="M")
    starts = {code: pd.Period("2023-06", freq="M") for code in made["counties"]["county"][::4]}
    began = time.perf_counter()
    observations = Observations.of(made, starts, period, catalogue)
    monitor(book, observations, Records(), {}, yearly_factors(catalogue), {})
    whole = time.perf_counter() - began
    facts = observations.facts("facility", Window("month"))
    began = time.perf_counter()
    for rule in PLAIN:
        evaluate(book.rules[rule].readings[0].checked.tree, facts)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    for rule in PLAIN:
        made["facilities"].eval(book.rules[rule].entry.expression)
    return whole, ours, time.perf_counter() - began


def main() -> None:
    """Print the table."""
    print("| Counties | Facilities | Rows | Seconds | Microseconds a row | Plain rules, ours / `DataFrame.eval` |")
    print("|---:|---:|---:|---:|---:|---:|")
    for share in (0.125, 0.25, 0.5, 1.0):
        made = frames(round(share * COUNTIES), round(share * FACILITIES), np.random.default_rng(1))
        rows = sum(map(len, made.values()))
        whole, ours, pandas = run(made)
        print(
            f"| {round(share * COUNTIES):,} | {round(share * FACILITIES):,} | {rows:,} | {whole:.1f} | "
            f"{1e6 * whole / rows:.1f} | {1e3 * ours:.0f} ms / {1e3 * pandas:.0f} ms |"
        )


if __name__ == "__main__":
    main()
