"""What verifying a release costs beside rendering its report, and how long a comparison of a hundred reports takes.

``python benchmarks/release_speed.py [PLAN]`` clones the project as committed, registers and releases a plan there,
then renders and verifies in turns, each in a process of its own and with an empty cache. It prints medians and their
ratio; the limits are 1.2 for verifying beside rendering, and 10 s for a hundred comparisons.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TURNS = 3
REPORTS = 100
PERSON = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A"}


def call(project: Path, *arguments: object, git: bool = False) -> float:
    """Run a command in the project and return the seconds that it took."""
    command = ["git", *arguments] if git else [sys.executable, "-m", "pilotbook", *arguments]
    variables = {
        "PYTHONPATH": str(project / "analysis"),
        "PILOTBOOK_CACHE": str(project / "_build" / "cache"),
        "PILOTBOOK_RELEASES": str(project.parent / "releases"),  # so that the report follows none of the project's
    }
    environment = os.environ | variables | PERSON | {"GIT_COMMITTER_EMAIL": "a@example.org"}
    start = time.perf_counter()
    done = subprocess.run(
        [*map(str, command)], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.stdout}{done.stderr}")
    return time.perf_counter() - start


def released(folder: Path, plan: str) -> Path:
    """Make a clone in which the plan is released."""
    project = folder / "project"
    call(folder, "clone", "-q", ROOT, project, git=True)
    call(project, "plan", "register", plan)
    call(project, "add", "-A", git=True)
    call(project, "commit", "-q", "-m", "registered", "--allow-empty", git=True)
    call(project, "render", plan)
    call(project, "release", plan)
    return project


def main(plan: str) -> None:
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
        folder = Path(private)
        project = released(folder, plan)
        render, verify = [], []
        for _ in range(TURNS):
            shutil.rmtree(project / "_build")
            render.append(call(project, "render", plan))
            verify.append(call(project, "verify", plan))
        print(f"{plan}: render {statistics.median(render):.1f} s, verify {statistics.median(verify):.1f} s")
        ratio = statistics.median(v / r for v, r in zip(verify, render, strict=True))
        print(f"verify beside render: {ratio:.2f} times (median of {TURNS} pairs)")
        ledger = next((folder / "releases").rglob("estimates.json"))
        for side in ("old", "new"):
            for number in range(REPORTS):
                target = folder / side / f"plan{number:03}" / "2020"
                target.mkdir(parents=True)
                shutil.copy(ledger, target)
        seconds = call(project, "diff", folder / "old", folder / "new")
        size = ledger.stat().st_size / 1e6
        print(f"diff of {REPORTS} reports of {size:.1f} MB each: {seconds:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "medicaid-2014-mortality")
