"""What monitoring reads beside a plan's panel: the vintage, the logs in its data set's folder, and the catalogue."""

from __future__ import annotations

from pathlib import Path

from pilotbook import fingerprint
from pilotbook.design.planfile import PlanFile
from pilotbook.errors import DataError, UnknownNameError
from pilotbook.moment import seen_once
from pilotbook.panel.catalogue.catalogue import FOLDER
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.vintage import Vintage
from pilotbook.project import DATA

READ = ("rules.yml", "indicators.yml", "inputs.yml")
"""Files of the catalogue that say what the rules are and what their names mean."""

REPORTS, MEETINGS = "reports.csv", "meetings.csv"
"""Logs in the folder of a data set."""


def vintage_of(plan_file: PlanFile) -> Vintage | None:
    """Return the vintage that a plan reads; None if its data have no vintages, or are not there."""
    try:
        return find_dataset(plan_file.plan.dataset, plan_file.path.parent, DATA).vintage
    except (UnknownNameError, DataError):
        return None


def folder_of(vintage: Vintage | None) -> Path | None:
    """Return the folder of the data set of a vintage, in which the logs stand."""
    return None if vintage is None else vintage.folder.parents[1]


@seen_once
def catalogue_hashes() -> dict[str, str]:
    """Return the hashes of what the rules are and what their names mean, by file."""
    return {name: fingerprint.sha256((FOLDER / name).read_bytes()) for name in READ}


def record_hashes(dataset: Path | None) -> dict[str, str]:
    """Return the hashes of the logs beside a data set, by file."""
    paths = [] if dataset is None else [dataset / name for name in (REPORTS, MEETINGS)]
    return {path.name: fingerprint.sha256(path.read_bytes()) for path in paths if path.is_file()}
