"""A clean room: a folder with the plan, its registration, the data and the releases as they stood at a release."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pilotbook.errors import WorkError
from pilotbook.project import DATA_VARIABLE, PLANS_VARIABLE, RELEASES_VARIABLE, RERUN_VARIABLE
from pilotbook.release.data import Kept, show
from pilotbook.release.layout import PLAN, REGISTRATION, Release
from pilotbook.release.record import Record

CACHE_VARIABLE = "PILOTBOOK_CACHE"
BARE_NAME = 1
"""A data set that is named without a path has one part."""


@dataclass(frozen=True, slots=True)
class Room:
    """A clean room.

    Attributes
    ----------
    folder
        Everything is in here.
    plan
        The plan's file.
    variables
        Environment variables with which the program sees this room and nothing else.
    """

    folder: Path
    plan: Path
    variables: Mapping[str, str]

    @property
    def out(self) -> Path:
        """The folder that reports are rendered into."""
        return self.folder / "out"


def furnish(folder: Path, release: Release, kept: Kept, earlier: Sequence[Release]) -> Room:
    """Make a clean room.

    Parameters
    ----------
    folder
        An empty folder, or one that does not exist.
    release
        Whose plan and registration are put in.
    kept
        The data, of which everything later than the release is left out.
    earlier
        The releases that this one follows; later ones are not seen.

    Raises
    ------
    WorkError
        If the release has lost its plan.
    """
    record = release.record
    steps_up = Path(record.dataset).parts.count("..")
    plans = folder.joinpath(*["in"] * steps_up, "plans")
    (plans / "registered").mkdir(parents=True)
    plan = plans / f"{record.plan}.yml"
    for name, copy in ((PLAN, plan), (REGISTRATION, plans / "registered" / plan.name)):
        if not (release.folder / name).is_file():
            raise WorkError(f"{release.name}: {name} is missing; restore it from version control")
        copy.write_bytes((release.folder / name).read_bytes())
    show(kept, _place_of_data(record, folder, plans, kept))
    for before in earlier:
        place = folder / "releases" / before.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(before.folder)
    variables = {
        DATA_VARIABLE: str(folder / "data"),
        PLANS_VARIABLE: str(plans),
        RELEASES_VARIABLE: str(folder / "releases"),
        CACHE_VARIABLE: str(folder / "cache"),
    }
    return Room(folder, plan, variables)


def _place_of_data(record: Record, folder: Path, plans: Path, kept: Kept) -> Path:
    """Return where the plan will look for its data: in the folder of data sets, or on the way that it names."""
    named = len(Path(record.dataset).parts) == BARE_NAME and not (
        kept.place.is_file() and kept.dataset.description is None
    )
    return folder / "data" / kept.place.name if named else Path(os.path.normpath(plans / record.dataset))


def run(room: Room, release: Release, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command line of a program in a room, to make a release again.

    Parameters
    ----------
    room
        What it sees.
    release
        What is made again.
    program
        The folder that holds the package ``pilotbook``.
    arguments
        Of the command line.
    """
    environment = {**os.environ, **room.variables, RERUN_VARIABLE: str(release.folder), "PYTHONPATH": str(program)}
    return subprocess.run(
        [sys.executable, "-m", "pilotbook", *arguments],
        cwd=room.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
