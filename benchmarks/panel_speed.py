"""How fast a panel is read, checked and prepared, and how that grows with the number of counties.

Run: ``python benchmarks/panel_speed.py``. Each case runs in a process of its own, so that its peak memory is its own.
Beside each time stands that of ``pandas.read_csv`` or ``pandas.read_parquet`` on the same file in the same run, which
reads without checking anything: the ratio holds on other machines, the seconds do not. Growth is judged by processor
time, which other work on the machine disturbs less than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pilotbook.panel.canonical import write_parquet
from pilotbook.panel.contract.check import check
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import parse_period
from pilotbook.panel.prepare import prepare
from pilotbook.panel.simulate import scenario, simulate
from pilotbook.panel.source import Source

COUNTIES, QUARTERS, INDICATORS = 2_800, 40, 30
LIMITS = {"parquet": 5.0, "csv": 20.0}  # seconds on 2 cores, for 2,800 counties
DOCS = Path(__file__).parents[1] / "docs" / "data"


def make(folder: Path, counties: int) -> None:
    """Write a simulated panel of any number of counties as CSV and as Parquet."""
    world = simulate(scenario("staggered-rollout").resized(COUNTIES, QUARTERS), seed=1)
    yearly = {"dm_amputation_rate", "capability_rate", "equipment_rate"}
    names = [id for id in world.with_reform if id not in yearly][:INDICATORS]
    codes = np.asarray([str(110_000 + 7 * i) for i in range(counties)], dtype=object)
    rows = np.arange(counties) % COUNTIES
    table = pd.DataFrame(
        {
            "county": np.repeat(codes, QUARTERS),
            "period": np.tile(np.asarray(world.scenario.axis, dtype=object), counties),
            **{name: np.round(world.with_reform[name][rows].ravel(), 4) for name in names},
        }
    )
    table.to_csv(folder / f"{counties}.csv", index=False)
    write_parquet(table, folder / f"{counties}.parquet")


def measure(path: Path) -> dict[str, float]:
    """Read, check and prepare one file; return seconds by the clock, seconds of the processor and peak memory."""
    begin, working = time.perf_counter(), time.process_time()
    found = check([path])
    assert found.valid, found.errors[:3]
    checked = time.perf_counter()
    table = found.tables["panel"]
    panel = lay_out(table.frame)
    ready = [prepare(panel, values) for values in panel.columns.values()]
    end, worked = time.perf_counter(), time.process_time()
    (pd.read_csv if path.suffix == ".csv" else pd.read_parquet)(path)
    plain = time.perf_counter() - end
    return {
        "check": checked - begin,
        "prepare": end - checked,
        "total": end - begin,
        "processor": worked - working,
        "plain": plain,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "kept": sum(one.counts.kept.counties for one in ready) / len(ready),
    }


def lay_out(frame: pd.DataFrame) -> Panel:
    """Return the panel of a checked table; every tenth county is a pilot."""
    layout = Layout("county", "period", "start", "county", "quarter", tuple(frame.columns[2:]))
    unit, units = pd.factorize(frame[layout.unit], sort=True)
    time_, periods = pd.factorize(frame[layout.period], sort=True)
    axis = tuple(parse_period(str(p), layout.kind) for p in periods)
    columns = {}
    for name in layout.values:
        matrix = np.full((len(units), len(axis)), np.nan)
        matrix[unit, time_] = frame[name].to_numpy()
        columns[name] = matrix
    start = tuple(axis[20] if i % 10 == 0 else None for i in range(len(units)))
    return Panel(tuple(units), axis, np.asarray(units, dtype=str), start, columns, Source("benchmark", ""))


def run(path: Path) -> dict[str, float]:
    """Measure one file in a process of its own."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(path)], capture_output=True, check=True, env=environment
    )
    return dict(json.loads(done.stdout))


def report(counties: tuple[int, ...]) -> list[str]:
    """Return the table as Markdown lines, and how processor time grows from each size to the next."""
    heads = ("Counties", "File", "MB", "Read and check (s)", "Prepare (s)", "Total (s)", "Processor (s)")
    more = ("Times the processor time of a tenth", "Plain pandas read (s)", "Ratio", "Peak MB")
    lines = [f"| {' | '.join((*heads, *more))} |", "|---:|---|" + "---:|" * (len(heads) + len(more) - 2)]
    worked: dict[tuple[int, str], float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for count in counties:
            make(Path(temporary), count)
            for kind, limit in LIMITS.items():
                path = Path(temporary) / f"{count}.{kind}"
                m = run(path)
                size, worked[count, kind] = path.stat().st_size / 1e6, m["processor"]
                smaller = worked.get((count // 10, kind))
                growth = f"{m['processor'] / smaller:.1f}" if smaller else ""
                lines.append(
                    f"| {count:,} | {kind} | {size:.1f} | {m['check']:.2f} | {m['prepare']:.2f} | {m['total']:.2f} "
                    f"| {m['processor']:.2f} | {growth} | {m['plain']:.2f} | {m['total'] / m['plain']:.1f} "
                    f"| {m['memory']:.0f} |"
                )
                if count == COUNTIES and m["total"] > limit:
                    sys.exit(f"{kind}: {m['total']:.1f} s, more than {limit:g} s")
    return lines


def main() -> None:
    """Measure, print, and with ``--write`` keep the table in the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", type=Path)
    parser.add_argument("--counties", type=int, nargs="+", default=[280, COUNTIES, 10 * COUNTIES])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    lines = report(tuple(options.counties))
    print("\n".join(lines))
    if options.write:
        DOCS.mkdir(parents=True, exist_ok=True)
        head = [
            "# Speed of the panel",
            "",
            f"Written by `python benchmarks/panel_speed.py --write`: {QUARTERS} quarters, {INDICATORS} indicators, "
            "two cores shared with other work. The ratio to a plain read without any check is what to compare. Growth "
            "is linear where ten times the counties take about ten times the processor time, or less where a fixed "
            "part weighs on the smaller one.",
            "",
        ]
        (DOCS / "speed.md").write_text("\n".join([*head, *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
