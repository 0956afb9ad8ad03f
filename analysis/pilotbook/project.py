"""Where the project's folders are."""

from __future__ import annotations

import os
from pathlib import Path

PLANS_VARIABLE = "PILOTBOOK_PLANS"
"""Names a folder that is searched for plans before the project's own: a chapter finds its plan there by name."""

ROOT = Path(__file__).resolve().parents[2]
PLANS = ROOT / "analysis" / "plans"
CHAPTERS = ROOT / "analysis"
DATA = ROOT / "data"
LOCALES = ROOT / "reports" / "locale"
BUILD = ROOT / "_build"


def cache_folder() -> Path:
    """Return the folder of memoised results; the variable ``PILOTBOOK_CACHE`` moves it."""
    return Path(os.environ.get("PILOTBOOK_CACHE") or BUILD / ".cache")


def plan_folders() -> tuple[Path, ...]:
    """Return the folders in which a plan is looked up by its name, in this order."""
    first = os.environ.get(PLANS_VARIABLE)
    return (Path(first), PLANS) if first else (PLANS,)
