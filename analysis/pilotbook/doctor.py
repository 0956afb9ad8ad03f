"""Is everything there that a report needs? Each check says what it found and what to do."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from pilotbook.design.planfile import plan_paths, read_plan
from pilotbook.errors import PilotbookError
from pilotbook.evaluate.inputs import load_whole_panel
from pilotbook.project import PLANS, ROOT
from pilotbook.report.engine import choose_engine

LOCK = ROOT / "requirements.lock"
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name, found
        What was looked at and what was seen.
    ok
        Whether it is as it must be; None if it is optional and absent.
    remedy
        What to do if it is not.
    """

    name: str
    found: str
    ok: bool | None
    remedy: str = ""


def examine() -> Iterator[Check]:
    """Look at Python, the locked packages, both engines, and every plan with its data."""
    python = platform.python_version()
    yield Check("Python", python, sys.version_info >= OLDEST_PYTHON, "install Python 3.11 or newer")
    yield _packages()
    yield _try("embedded engine", lambda: choose_engine("embedded").version, optional=False)
    yield _try("quarto engine", lambda: choose_engine("quarto").version, optional=True)
    for path in plan_paths(PLANS):
        yield _try(f"plan {path.stem}", partial(_plan, path), optional=False)


def _plan(path: Path) -> str:
    panel = load_whole_panel(read_plan(path))
    counties, periods = panel.shape
    return f"{counties} counties × {periods} periods from {panel.source.name}"


def _try(name: str, look: Callable[[], str], *, optional: bool) -> Check:
    try:
        return Check(name, look(), True)
    except PilotbookError as error:
        return Check(name, "not there" if optional else "cannot be used", None if optional else False, str(error))


def _packages() -> Check:
    """Compare what is installed with the lock."""
    pinned = {r.name: r for r in map(Requirement, _locked_lines()) if r.marker is None or r.marker.evaluate()}
    wrong = [f"{name} {_installed(name)}" for name, r in pinned.items() if _installed(name) not in r.specifier]
    found = f"{len(pinned) - len(wrong)} of {len(pinned)} as in {LOCK.name}"
    return Check("packages", found, not wrong, f"run `make environment`; other versions: {', '.join(wrong)}")


def _locked_lines() -> list[str]:
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(" --hash")[0] for line in text.splitlines() if line and not line.startswith(("#", " "))]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "0"
