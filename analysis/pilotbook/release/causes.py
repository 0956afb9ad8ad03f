"""Rerunning the states between two releases, each by the program, the plan and the data of its side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pilotbook import fingerprint
from pilotbook.errors import WorkError
from pilotbook.evaluate.ingredients import CODE, LIBRARIES
from pilotbook.project import DATA
from pilotbook.release.attribution import Attribution, Cause, Effects, NotAttributableError, State, attribute
from pilotbook.release.basis import inputs_of
from pilotbook.release.data import Kept
from pilotbook.release.layout import LEDGER, Release, root_of
from pilotbook.release.repository import Repository
from pilotbook.release.rerun import locate_data
from pilotbook.release.room import Room, furnish

Side = Literal["old", "new"]

SCRIPT = Path(__file__).with_name("estimating.py")


def effects(ledger: Mapping[str, Any]) -> Effects:
    """Return the leading estimate of each outcome, from the content of ``estimates.json``."""
    rows = {row["id"]: row["estimate"] for row in ledger["estimates"]}
    return {outcome: rows[row] for outcome, row in ledger["headline"].items() if rows[row] is not None}


def possible_causes(old: Release, new: Release) -> frozenset[Cause]:
    """Return which inputs of two releases are not the same; the environment also counts if it is another now."""
    before, after = (inputs_of(release) for release in (old, new))
    now = fingerprint.of_json(fingerprint.libraries(*LIBRARIES))
    differ: dict[Cause, bool] = {
        "data": before["data"] != after["data"],
        "period": before["period"] != after["period"],
        "plan": before["plan"] != after["plan"],
        "code": before["code"] != after["code"],
        "environment": len({before["libraries"], after["libraries"], now}) > 1,
    }
    return frozenset(cause for cause, is_other in differ.items() if is_other)


def why(old: Release, new: Release, repository: Repository, private: Path) -> list[Attribution]:
    """Attribute the changes between two releases of a plan by rerunning.

    Parameters
    ----------
    old, new
        The releases.
    repository
        That of the program, for the programs of both commits.
    private
        An empty folder.

    Raises
    ------
    WorkError
        If the data, or the program of a commit, are not there any more.
    """
    before, after = (json.loads((release.folder / LEDGER).read_text("utf-8")) for release in (old, new))
    changed = possible_causes(old, new)
    with ExitStack() as stack:
        reruns = _Reruns({"old": old, "new": new}, changed, repository, private, stack)
        try:
            return attribute(effects(before), effects(after), changed, reruns.estimate)
        except NotAttributableError as error:
            raise WorkError(f"{old.name} and {new.name}: {error}{reruns.reason}") from None


@dataclass
class _Reruns:
    """Runs states, each once, in rooms of their own."""

    releases: Mapping[Side, Release]
    changed: frozenset[Cause]
    repository: Repository
    private: Path
    stack: ExitStack
    reason: str = ""

    def __post_init__(self) -> None:
        self._rooms: dict[tuple[Side, Side], Room] = {}
        self._programs: dict[Side, Path] = {}
        self._known: dict[State, Effects | None] = {}

    def estimate(self, state: State) -> Effects | None:
        if state not in self._known:
            self._known[state] = self._estimate(state)
        return self._known[state]

    def _estimate(self, state: State) -> Effects | None:
        def side(cause: Cause) -> Side:
            return "new" if cause in state.new or cause not in self.changed else "old"

        period, data = side("period"), side("data")
        unrevised = "data" in self.changed and data == "old" and period == "new" and "period" in self.changed
        room = self._room(side("plan"), "new" if unrevised else data)
        out = self.private / f"{'-'.join(sorted(state.new)) or 'none'}"
        out.mkdir()
        arguments = [str(room.plan), self.releases[period].record.period, str(out)]
        if unrevised:
            earlier = self._room("old", "old")
            arguments += [str(earlier.plan), str(earlier.folder / "data")]
        return self._run(room, self._program(side("code")), arguments, out)

    def _run(self, room: Room, program: Path, arguments: list[str], out: Path) -> Effects | None:
        environment = {**os.environ, **room.variables, "PYTHONPATH": str(program), "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-P", str(SCRIPT), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.reason = f" ({done.stderr.strip().splitlines()[-1]})" if done.stderr.strip() else ""
            return None
        return effects(json.loads((out / LEDGER).read_text(encoding="utf-8")))

    def _room(self, plan: Side, data: Side) -> Room:
        if (plan, data) not in self._rooms:
            folder = self.private / f"room-{plan}-{data}"
            self._rooms[plan, data] = furnish(folder, self.releases[plan], self._data(self.releases[data]), [])
        return self._rooms[plan, data]

    def _data(self, release: Release) -> Kept:
        """Return the recorded data: where they are now, else in the commit of the release."""
        home = (root_of(release) / release.record.plan_path).resolve().parent
        kept = locate_data(release, home, self.repository.root, DATA, self.repository)
        if kept.changed is not None and self.repository.has(release.record.code.commit):
            project = self.stack.enter_context(self.repository.at(release.record.code.commit))
            kept = locate_data(release, home, project, DATA, self.repository)
        if kept.changed is not None:
            raise WorkError(f"{release.name}: its data are not there any more: {kept.changed}")
        return kept

    def _program(self, side: Side) -> Path:
        """Return the folder with the program of one side: that of now if it estimates alike, else of its commit."""
        if side not in self._programs:
            release = self.releases[side]
            if inputs_of(release)["code"] == fingerprint.of_json(fingerprint.code(*CODE)):
                project = self.repository.root
            else:
                project = self.stack.enter_context(self.repository.at(release.record.code.commit))
            self._programs[side] = project / "analysis"
        return self._programs[side]
