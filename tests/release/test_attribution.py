"""Attribution with known truth: shares sum to the change, and the largest is that of the cause."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotbook.errors import DataError, WorkError
from pilotbook.panel.panel import Panel
from pilotbook.panel.source import Source
from pilotbook.project import ROOT
from pilotbook.release import causes
from pilotbook.release.attribution import Cause, NotAttributableError, State, attribute
from pilotbook.release.causes import effects, possible_causes, why
from pilotbook.release.estimating import unrevised
from pilotbook.release.layout import Release
from pilotbook.release.record import Code, read_record
from pilotbook.release.repository import Repository

from ..example import Example
from .conftest import COMMITTED, Shelf
from .forging import replace_in, reseal

EXACT = 1e-12  # shares are differences of numbers that are added up again
RERUN = 1e-9  # estimates of the same data by the same code in another process

# pure: an effect that is a known function of its inputs


def additive(state: State) -> Mapping[str, float]:
    """Data add 3, the period adds 1, the plan takes 0.5, the code adds 10."""
    worth: dict[Cause, float] = {"data": 3.0, "period": 1.0, "plan": -0.5, "code": 10.0}
    return {"visits": 100.0 + sum(worth[cause] for cause in state.new)}


@pytest.mark.parametrize("changed", [{"data"}, {"code"}, {"data", "period"}, {"data", "period", "plan", "code"}])
def test_causes_that_add_up_get_what_they_did(changed: set[Cause]):
    old, new = additive(State(frozenset())), additive(State(frozenset(changed)))
    (found,) = attribute(old, new, frozenset(changed), additive)
    shares = {share.cause: share for share in found.shares}
    assert shares.keys() == changed
    for cause in changed:
        truth = additive(State(frozenset({cause})))["visits"] - 100.0
        assert shares[cause].forward == pytest.approx(truth, abs=EXACT)
        assert shares[cause].backward == pytest.approx(truth, abs=EXACT)


def test_causes_that_act_together_are_told_by_both_orders():
    """New code doubles what the revision did: 3 of 6 is the data's alone, the rest is shared by both."""

    def together(state: State) -> Mapping[str, float]:
        revision = 3.0 if "data" in state.new else 0.0
        return {"visits": revision * (2 if "code" in state.new else 1)}

    (found,) = attribute({"visits": 0.0}, {"visits": 6.0}, frozenset({"data", "code"}), together)
    data, code = found.shares
    assert (data.forward, data.backward, data.mean) == (3.0, 6.0, 4.5)
    assert (code.forward, code.backward, code.mean) == (3.0, 0.0, 1.5)


def test_the_environment_gets_what_the_inputs_cannot_explain():
    """Today's libraries give 1 more for the same inputs; the new release was made with them."""
    today = lambda state: {"visits": additive(state)["visits"] + 1.0}  # noqa: E731
    (found,) = attribute({"visits": 100.0}, {"visits": 104.0}, frozenset({"data", "environment"}), today)
    assert {share.cause: share.mean for share in found.shares} == {"data": 3.0, "environment": 1.0}


@given(
    worth=st.dictionaries(
        st.frozensets(st.sampled_from(["data", "period", "plan", "code"])), st.floats(-50, 50), min_size=16, max_size=16
    ),
    changed=st.frozensets(st.sampled_from(["data", "period", "plan", "code"]), min_size=1),
)
def test_shares_sum_to_the_change_whatever_the_effects_are(worth: dict, changed: frozenset[Cause]):
    def estimate(state: State) -> Mapping[str, float]:
        return {"visits": worth.get(state.new, 0.0)}

    old, new = estimate(State(frozenset())), estimate(State(changed))
    (found,) = attribute(old, new, changed, estimate)
    for way in ("forward", "backward", "mean"):
        assert sum(getattr(share, way) for share in found.shares) == pytest.approx(found.new - found.old, abs=1e-9)


def test_an_order_that_is_not_possible_leaves_the_other():
    estimate = lambda state: None if state.new == {"period"} else additive(state)  # noqa: E731
    old, new = additive(State(frozenset())), additive(State(frozenset({"data", "period"})))
    (found,) = attribute(old, new, frozenset({"data", "period"}), estimate)
    assert {share.cause: (share.mean, share.backward) for share in found.shares} == {
        "data": (3.0, None),
        "period": (1.0, None),
    }
    with pytest.raises(NotAttributableError):
        attribute(old, new, frozenset({"data", "period"}), lambda _: None)


def test_nothing_changed_has_no_cause():
    assert attribute({"visits": 1.0}, {"visits": 1.0}, frozenset(), additive)[0].leading is None


# the new period without the revision


def panel(values: list[list[float]], periods: int, starts: tuple[str | None, ...] = (None, None)) -> Panel:
    quarters = pd.period_range("2024Q1", periods=periods, freq="Q")
    return Panel(
        units=("330101", "330102"),
        periods=tuple(quarters),
        assignment=np.array(["330101", "330102"]),
        start=tuple(None if start is None else pd.Period(start, freq="Q") for start in starts),
        columns={"visits": np.array(values)},
        source=Source("panel", hashlib.sha256(str(values).encode()).hexdigest()),
    )


def test_without_the_revision_earlier_cells_are_the_earlier_ones():
    earlier = panel([[1, 2], [3, 4]], 2, (None, "2024Q2"))
    later = panel([[1, 9, 5], [3, 9, 6]], 3, ("2024Q3", "2024Q1"))
    found = unrevised(later, earlier)
    assert found.columns["visits"].tolist() == [[1, 2, 5], [3, 4, 6]]
    assert [str(start) for start in found.start] == ["2024Q3", "2024Q2"]  # a new start, and one that was revised
    assert found.source.sha256 not in {later.source.sha256, earlier.source.sha256}
    assert later.columns["visits"].tolist() == [[1, 9, 5], [3, 9, 6]]


def test_other_counties_cannot_be_put_side_by_side():
    with pytest.raises(DataError, match="the same counties"):
        unrevised(panel([[1, 2, 3]] * 2, 3), panel([[1, 2, 3, 4]] * 2, 4))


# in earnest: two releases, each state rerun by a process of its own


SPOILT = (
    "tau = np.where(cells, rest - unit[:, :, None], 0.0)",
    "tau = np.where(cells, rest - unit[:, :, None] + 1, 0.0)",
)
ONE = 1.0
"""What the other program adds to every effect by imputation."""


@dataclass(frozen=True)
class Project:
    """A repository with the program and the example; at its second commit both the data and the program are others."""

    root: Path
    shelf: Shelf
    commits: tuple[str, str]

    def git(self, *call: str) -> str:
        git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *call]
        return subprocess.run(git, cwd=self.root, capture_output=True, text=True, check=True).stdout.strip()

    def estimate(self, commit: int, data: int) -> str:
        """Return the ledger by the program of one commit with the data of another."""
        out = self.root / f"ledger-{commit}-{data}"
        if out.is_dir():
            return (out / "estimates.json").read_text("utf-8")
        out.mkdir()
        for number, part in ((data, "example/panel.csv"), (commit, "analysis")):
            self.git("checkout", "-q", self.commits[number], "--", part)
        environment = os.environ | {"PYTHONPATH": str(self.root / "analysis"), "PILOTBOOK_CACHE": str(out / "cache")}
        call = [sys.executable, "-P", str(causes.SCRIPT), str(self.shelf.example.plan), "2020", str(out)]
        subprocess.run(call, env=environment, check=True)
        for part in ("example/panel.csv", "analysis"):  # the first program again, as this process runs it
            self.git("checkout", "-q", self.commits[part != "analysis"], "--", part)
        return (out / "estimates.json").read_text("utf-8")

    def release(self, commit: int, data: int) -> Release:
        """Return a second release, of which only the ledger and what names its inputs are others than of the first."""
        first = self.shelf.release
        folder = first.folder.with_name("v2")
        shutil.copytree(first.folder, folder)
        (folder / "estimates.json").write_text(self.estimate(commit, data), "utf-8")
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest["stages"]["estimates"] |= {"code": "0" * 64} if commit else {}
        manifest["stages"]["estimates"] |= {"data": "0" * 64} if data else {}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        said = json.loads((folder / "estimates.json").read_text("utf-8"))["data"]
        digest = first.record.data.model_copy(update={"sha256": said["sha256"]})
        reseal(folder, version=2, data=digest, code=self.code(1))
        return Release(folder, read_record(folder))

    def code(self, commit: int) -> Code:
        return self.shelf.release.record.code.model_copy(update={"commit": self.commits[commit]})


@pytest.fixture
def project(pristine: Shelf, tmp_path: Path) -> Project:
    root = tmp_path / "project"
    shutil.copytree(ROOT / "analysis", root / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data" / "catalogue", root / "data" / "catalogue")
    shutil.copytree(pristine.example.folder, root / "example", ignore=shutil.ignore_patterns("out"))
    made = Project(root, Shelf(Example(root / "example")), ("", ""))
    commits = []
    made.git("init", "-q")
    for number in range(2):
        if number:
            made.shelf.example.change_rows(lambda table: table[4].__setitem__(3, "444"))
            replace_in(root / "analysis" / "pilotbook" / "estimate" / "imputed.py", *SPOILT)
        made.git("add", "analysis", "data", "example/panel.csv")
        made.git("commit", "-q", "-m", "a state")
        commits.append(made.git("rev-parse", "HEAD"))
    made.git("checkout", "-q", commits[0], "--", "analysis")
    made = replace(made, commits=(commits[0], commits[1]))
    reseal(made.shelf.release.folder, code=made.code(0))
    return made


@pytest.mark.parametrize(("commit", "data"), [(0, 1), (1, 0), (1, 1)], ids=["data", "code", "both"])
def test_the_right_cause_is_named(project: Project, tmp_path: Path, commit: int, data: int):
    old, new = project.shelf.release, project.release(commit, data)
    revision = effects(json.loads(project.estimate(0, 1)))["visits"] - old.record.headline[0].estimate if data else 0.0
    (found,) = why(old, new, Repository(project.root), tmp_path)
    shares = {share.cause: share for share in found.shares}
    assert shares.keys() == {name for name, there in (("data", data), ("code", commit)) if there}
    assert sum(share.mean for share in found.shares) == pytest.approx(found.new - found.old, abs=RERUN)
    if data:
        assert shares["data"].mean == pytest.approx(revision, abs=RERUN)
        assert revision != 0
    if commit:
        assert shares["code"].mean == pytest.approx(ONE, abs=RERUN)


def test_data_that_nobody_kept_cannot_be_attributed(shelf: Shelf, tmp_path: Path):
    text = (shelf.release.folder / "estimates.json").read_text("utf-8")
    old = shelf.release
    shelf.example.change_rows(lambda table: table[4].__setitem__(3, "444"))
    folder = old.folder.with_name("v2")
    shutil.copytree(old.folder, folder)
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    content["stages"]["estimates"] |= {"data": "0" * 64, "code": "1" * 64}
    manifest.write_text(json.dumps(content), "utf-8")
    (folder / "estimates.json").write_text(text, "utf-8")
    reseal(folder, version=2)
    with pytest.raises(WorkError, match="its data are not there any more"):
        why(old, Release(folder, read_record(folder)), COMMITTED, tmp_path)


def test_nothing_that_differs_is_no_cause(pristine: Shelf):
    assert possible_causes(pristine.release, pristine.release) == frozenset()
