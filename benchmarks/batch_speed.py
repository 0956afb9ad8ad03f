"""How long many reports take, beside one fresh process, kernel, Pandoc and Typst per report.

Run ``python benchmarks/batch_speed.py`` on a quiet machine (half an hour on 2 cores), or with ``--quick`` for a tenth
of it; ``--write`` puts tables and picture into ``docs/batch.md``. Everything is simulated and happens in a copy of the
project in a temporary folder, whose style and chapters are edited to see what is done again. Times are by the clock.
What counts are ratios within one run: the comparison is measured before and after our own, in the same run.

The comparison, "report by report", is ``pilotbook render PLAN --executor kernel`` in a process of its own with an empty
cache: the same notebook through nbclient, and pages by the same Pandoc and Typst, each started afresh. Where Quarto is
on PATH, ``--engine quarto`` is measured too.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from compileall import compile_dir
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib.pyplot as plt
import psutil
from batch_plans import write_data, write_plans

ROOT = Path(__file__).parents[1]
COPIED = ("analysis", "_extensions", "reports", "data")
PAGE, PICTURE = ROOT / "docs" / "batch.md", ROOT / "docs" / "pictures" / "batch-cost.svg"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
JOBS, COUNTIES, OUTCOMES, MEGABYTE = 2, 30, 4, 1e6
ONE_CHAPTER = ["did"]


@dataclass
class Run:
    """Seconds of one call, and the largest memory that one of its processes had to itself, in megabytes."""

    seconds: float
    memory: float


@dataclass
class Project:
    """A copy of the project that may be edited."""

    folder: Path
    runs: int = field(default=0)

    @property
    def root(self) -> Path:
        """The copy of the project."""
        return self.folder / "project"

    def copy(self) -> None:
        """Copy what rendering needs."""
        for name in COPIED:
            shutil.copytree(
                ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            )
        compile_dir(self.root / "analysis", quiet=1)  # as an installed program is

    def render(self, plans: Sequence[Path], out: str, *options: str, cache: str) -> Run:
        """Call the command line and see to it that it succeeds."""
        variables = {
            **os.environ,
            "PYTHONPATH": str(self.root / "analysis"),
            "PILOTBOOK_CACHE": str(self.folder / cache),
        }
        command = [
            sys.executable,
            "-m",
            "pilotbook",
            "render",
            *map(str, plans),
            "--out",
            str(self.folder / out),
            *options,
        ]
        began = time.perf_counter()
        with (self.folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=log)
            watch = Watch(process.pid)
            status = process.wait()
        seconds = time.perf_counter() - began
        if status:
            sys.exit((self.folder / "log.txt").read_text())
        return Run(seconds, watch.end())


class Watch(threading.Thread):
    """Looks at the memory of a process and of all that it started, each one's own share.

    Once a second at first, then every five: to look costs a fiftieth of a core, and what piles up does so slowly.
    """

    OFTEN, SELDOM, AT_FIRST = 1.0, 5.0, 15.0

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._largest, self._over = process, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        """Look until it is over."""
        began = time.monotonic()
        while not self._over.wait(self.OFTEN if time.monotonic() - began < self.AT_FIRST else self.SELDOM):
            try:
                family = [psutil.Process(self._process), *psutil.Process(self._process).children(recursive=True)]
            except psutil.Error:
                return
            for member in family:
                try:
                    self._largest = max(self._largest, member.memory_full_info().pss / MEGABYTE)
                except psutil.Error:
                    continue

    def end(self) -> float:
        """Stop looking; return the largest share, in megabytes."""
        self._over.set()
        self.join()
        return self._largest


EMBEDDED = ("--engine", "embedded")


def one_by_one(project: Project, plans: Sequence[Path], engine: str = "embedded") -> float:
    """Return the median seconds of reports that are made each by itself, from nothing."""
    found = []
    for plan in plans:
        project.runs += 1
        options = ("--engine", engine, "--executor", "kernel")
        run = project.render([plan], f"one-{project.runs}", *options, cache=f"cache-{project.runs}")
        found.append(run.seconds)
    return statistics.median(found)


def many(project: Project, plans: Sequence[Path], name: str) -> Run:
    """Render plans from nothing, all in one call."""
    return project.render(plans, name, "--jobs", str(JOBS), *EMBEDDED, cache=f"cache-{name}")


def speed(project: Project, reports: int, unchanged: int, sample: int) -> tuple[list[str], dict[int, Run]]:
    """Measure the targets: from nothing, unchanged, another style; one-chapter and full reports.

    Returns
    -------
    tuple
        Rows of the table, and what so many one-chapter reports took from nothing.
    """
    data = project.folder / "data"
    write_data(data, COUNTIES, OUTCOMES)
    plans = write_plans(project.folder / "one-chapter", data, max(reports, unchanged), OUTCOMES, ONE_CHAPTER)
    full = write_plans(project.folder / "full", data, reports, OUTCOMES)
    rows = ["| what | seconds | a report | report by report | times faster |", "|:--|--:|--:|--:|--:|"]
    taken = {}
    for title, chosen, name in (("one chapter", plans[:reports], "one"), ("all chapters", full, "all")):
        before = one_by_one(project, chosen[:sample])
        taken[name] = many(project, chosen, name)
        alone = statistics.mean([before, one_by_one(project, chosen[-sample:])])
        rows.append(_row(f"{reports} reports of {title}, from nothing", taken[name].seconds, reports, alone))
    if shutil.which("quarto"):
        alone = one_by_one(project, plans[:sample], "quarto")
        rows.append(_row("the same of one chapter, beside Quarto", taken["one"].seconds, reports, alone))
    style = project.root / "_extensions" / "pilotbook" / "report.css"
    style.write_text(style.read_text(encoding="utf-8") + "\n/* another style */\n", encoding="utf-8")
    rows.append(_row(f"another style for {reports}", many(project, plans[:reports], "one").seconds, reports, None))
    rest = many(project, plans[:unchanged], "one")  # those that are not there yet
    rows.append(
        _row(f"{unchanged} unchanged reports", many(project, plans[:unchanged], "one").seconds, unchanged, None)
    )
    together = Run(taken["one"].seconds + rest.seconds, max(taken["one"].memory, rest.memory))
    return rows, {reports: taken["one"], unchanged: together}


def _row(what: str, seconds: float, reports: int, alone: float | None) -> str:
    compared = "| | |" if alone is None else f"| {alone:.1f} | {alone * reports / seconds:.1f} |"
    return f"| {what} | {seconds:.1f} | {seconds / reports:.3f} {compared}"


def edited(project: Project) -> list[str]:
    """Measure one full report in two languages: from nothing, and after an edit of the text of a chapter."""
    data = project.folder / "large data"
    write_data(data, 100, 12)
    plans = write_plans(project.folder / "large", data, 1, 12)
    both = ("--jobs", str(JOBS), "--lang", "en", "--lang", "zh", *EMBEDDED)
    first = project.render(plans, "large-out", *both, cache="cache-large")
    for file in ("analysis/data.ipynb", "reports/locale/zh_Hans_CN/LC_MESSAGES/pilotbook.po"):
        text = (project.root / file).read_text(encoding="utf-8")
        new = text.replace("# Data and their quality {#", "# Data and what they are worth {#")
        (project.root / file).write_text(new, encoding="utf-8")
    again = project.render(plans, "large-out", *both, cache="cache-large")
    return [
        "| one report: 12 outcomes, 100 counties, two languages, both formats | seconds | largest process, MB |",
        "|:--|--:|--:|",
        f"| from nothing | {first.seconds:.1f} | {first.memory:.0f} |",
        f"| after an edit of one chapter's text | {again.seconds:.1f} | {again.memory:.0f} |",
    ]


def cost(
    project: Project, few: Sequence[int], many_taken: dict[int, Run], counties: Sequence[int], each: int
) -> list[str]:
    """Measure how seconds and memory grow with reports, and with counties; draw the picture."""
    data = project.folder / "data"
    plans = write_plans(project.folder / "cost", data, max(few), OUTCOMES, ONE_CHAPTER)
    taken = {n: many(project, plans[:n], f"reports-{n}") for n in few} | many_taken
    reports, by_reports = list(taken), list(taken.values())
    rows = ["| reports | seconds | a report | largest process, MB |", "|--:|--:|--:|--:|"]
    rows += [
        f"| {n} | {r.seconds:.1f} | {r.seconds / n:.2f} | {r.memory:.0f} |"
        for n, r in zip(reports, by_reports, strict=True)
    ]
    by_counties = []
    for n in counties:
        write_data(project.folder / f"data-{n}", n, OUTCOMES)
        plans = write_plans(project.folder / f"plans-{n}", project.folder / f"data-{n}", each, OUTCOMES, ONE_CHAPTER)
        by_counties.append(many(project, plans, f"counties-{n}"))
    rows += ["", f"| counties | seconds, {each} reports | a report | largest process, MB |", "|--:|--:|--:|--:|"]
    rows += [
        f"| {n:,} | {r.seconds:.1f} | {r.seconds / each:.2f} | {r.memory:.0f} |"
        for n, r in zip(counties, by_counties, strict=True)
    ]
    draw(reports, by_reports, counties, [r.seconds / each for r in by_counties])
    return rows


def draw(reports: Sequence[int], by_reports: Sequence[Run], counties: Sequence[int], a_report: Sequence[float]) -> None:
    """Draw seconds against reports, and seconds a report against counties, both on logarithmic scales."""
    plt.rcParams.update({"svg.hashsalt": "pilotbook", "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    left.loglog(reports, [run.seconds for run in by_reports], "o-", color="#0b6e4f")
    left.set(xlabel="reports in one call", ylabel="seconds, from nothing")
    right.loglog(counties, a_report, "o-", color="#0b6e4f")
    right.set(xlabel="counties in the panel", ylabel="seconds a report")
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Measure, print the tables, and put them into the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the reports")
    parser.add_argument("--write", action="store_true", help="put tables and picture into docs/batch.md")
    given = parser.parse_args()
    part = 10 if given.quick else 1
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name))
        project.copy()
        began = time.perf_counter()
        targets, taken = speed(project, 100 // part, 500 // part, 2 if given.quick else 3)
        few = (1,) if given.quick else (1, 10)
        tables = [targets, cost(project, few, taken, (30, 300, 2800), 10 // part + 1), edited(project)]
    lines = [
        f"{JOBS} jobs on {os.cpu_count()} cores; {OUTCOMES} outcomes, {COUNTIES} counties × 24 quarters unless stated."
    ]
    for table in tables:
        lines += ["", *table]
    lines.append(f"\nMeasured in {(time.perf_counter() - began) / 60:.0f} minutes.")
    print("\n".join(lines))
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        between = re.compile(f"(?<={re.escape(MARKS[0])}).*(?={re.escape(MARKS[1])})", re.DOTALL)
        PAGE.write_text(between.sub(lambda _: "\n\n" + "\n".join(lines) + "\n\n", page), encoding="utf-8")


if __name__ == "__main__":
    main()
