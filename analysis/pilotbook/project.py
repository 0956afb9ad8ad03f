"""Where the project's folders are."""

from __future__ import annotations

import os
from pathlib import Path

PLANS_VARIABLE = "PILOTBOOK_PLANS"
"""Names a folder that is searched for plans before the project's own: a chapter finds its plan there by name."""

DATA_VARIABLE = "PILOTBOOK_DATA"
"""Names the folder of data sets in place of the project's own: a rerun sees the data as they stood at a release."""

RELEASES_VARIABLE = "PILOTBOOK_RELEASES"
"""Names the folder of releases in place of the project's own: a rerun sees those that there were at a release."""

RERUN_VARIABLE = "PILOTBOOK_RERUN"
"""Names the folder of the release that is rerun: what its chapters say it rests on is what it recorded."""

ROOT = Path(__file__).resolve().parents[2]
PLANS = ROOT / "analysis" / "plans"
CHAPTERS = ROOT / "analysis"
DATA = Path(os.environ.get(DATA_VARIABLE) or ROOT / "data")
LOCALES = ROOT / "reports" / "locale"
BUILD = ROOT / "_build"


def cache_folder() -> Path:
    """Return the folder of memoised results; the variable ``PILOTBOOK_CACHE`` moves it."""
    return Path(os.environ.get("PILOTBOOK_CACHE") or BUILD / ".cache")


def releases_folder() -> Path:
    """Return the folder of all releases."""
    return Path(os.environ.get(RELEASES_VARIABLE) or ROOT / "reports" / "releases")


def rerun_release() -> Path | None:
    """Return the folder of the release that is being rerun; None in every other rendering."""
    folder = os.environ.get(RERUN_VARIABLE)
    return Path(folder) if folder else None


def plan_folders() -> tuple[Path, ...]:
    """Return the folders in which a plan is looked up by its name, in this order."""
    first = os.environ.get(PLANS_VARIABLE)
    return (Path(first), PLANS) if first else (PLANS,)
