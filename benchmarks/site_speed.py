"""Speed and size of the website at scale: ``python benchmarks/site_speed.py [--releases 50 500 5000]``.

Synthetic releases in the layout of real ones, ten to an evaluation. Each build is a call of the command line; the cold
one has no memory of any release. The first size is the unit in which growth is given. Writes docs/site_speed.md.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "analysis")]

from tests.site.synthetic import Made, many, write_release, write_releases  # noqa: E402  # needs the path above

QUERIES = ("budget hospitals", "referral", "总额预算", "自付费用")
HEAD = """# Speed of the website

Written by `python benchmarks/site_speed.py`; do not edit. Synthetic releases, ten to an evaluation, each with reports
in two languages; {cores} cores. *Cold*: nothing is remembered. *One more*: one release is added to a site that stands.
In brackets the seconds of the processor, which a busy machine does not lengthen. *Search*: from the query to the shown
results, in Chromium, the slowest of {queries} queries.

| Releases | Cold (s) | per release, of row 1 | One more (s) | Home, compressed (kB) | Search (ms) | Site (MB) |
|---:|---:|---:|---:|---:|---:|---:|
"""


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long a call took on the clock, and of the processor."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} ({self.processor:.1f})"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one size."""

    releases: int
    cold: Seconds
    one_more: Seconds
    home: float
    search: float | None
    size: float


def build(releases: Path, out: Path, cache: Path) -> Seconds:
    """Build the site in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "analysis"),
        "PILOTBOOK_RELEASES": str(releases),
        "PILOTBOOK_CACHE": str(cache),
    }
    start, used = time.perf_counter(), _processor()
    subprocess.run(
        [sys.executable, "-m", "pilotbook", "site", "--out", str(out)], env=environment, check=True, capture_output=True
    )
    return Seconds(time.perf_counter() - start, _processor() - used)


def _processor() -> float:
    """Return the processor's seconds of all ended processes that this one started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(count: int, folder: Path) -> Measured:
    """Build a site of so many releases, add one, and search it."""
    releases, out, cache = folder / "releases", folder / "site", folder / "cache"
    write_releases(releases, list(many(count)))
    cold = build(releases, out, cache)
    write_release(releases, Made("one-more", "2025Q1", 1))
    one_more = build(releases, out, cache)
    home = max(len(gzip.compress((out / page).read_bytes(), 6)) for page in ("index.html", "zh/index.html")) / 1000
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    return Measured(count, cold, one_more, home, search(out), size)


def search(out: Path) -> float | None:
    """Return the milliseconds of the slowest query; None without a browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only where there is a browser

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        slowest = max(_milliseconds(browser.new_page, out, query) for query in QUERIES)
        browser.close()
    return slowest


def _milliseconds(new_page: Callable[[], object], out: Path, query: str) -> float:
    page = new_page()
    folder = "zh/" if ord(query[0]) > 0x2E80 else ""
    page.goto(f"{out.as_uri()}/{folder}search.html")  # type: ignore[attr-defined]  # a page of Playwright
    page.fill("#query", query)  # type: ignore[attr-defined]  # likewise
    page.wait_for_selector("#results[data-milliseconds] li")  # type: ignore[attr-defined]  # likewise
    return float(page.get_attribute("#results", "data-milliseconds"))  # type: ignore[attr-defined]  # likewise


def rows(measured: list[Measured]) -> Iterator[str]:
    """Give the rows of the table."""
    for one in measured:
        growth = (one.cold.processor / one.releases) / (measured[0].cold.processor / measured[0].releases)
        found = "no browser" if one.search is None else f"{one.search:.0f}"
        speed = f"{one.cold} | {growth:.2f} | {one.one_more}"
        yield f"| {one.releases:,} | {speed} | {one.home:.0f} | {found} | {one.size:.0f} |"


def main() -> None:
    """Measure all sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, nargs="+", default=[500, 1000, 5000])
    parser.add_argument("--dry", action="store_true", help="print only")
    arguments = parser.parse_args()
    measured = []
    for count in arguments.releases:
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as folder:
            measured.append(measure(count, Path(folder)))
        print(list(rows(measured))[-1], flush=True)
    if not arguments.dry:
        head = HEAD.format(cores=os.cpu_count(), queries=len(QUERIES))
        (ROOT / "docs" / "site_speed.md").write_text(head + "\n".join(rows(measured)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
