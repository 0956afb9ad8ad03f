"""What changed between two ledgers, ranked; flips; and the revision history of headline effects."""

from __future__ import annotations

import copy
import datetime
import json
import time
from pathlib import Path
from typing import Any

import pytest

from pilotbook.errors import CallError
from pilotbook.release.changes import changes
from pilotbook.release.comparing import compare_sides, sides
from pilotbook.release.history import histories
from pilotbook.release.layout import Release

from ..conftest import CommandLine
from .conftest import Shelf
from .test_layout import put

SECONDS = 10  # the limit for a hundred reports


def row(id: str, estimate: float | None, se: float | None = 1.0, **values: Any) -> dict[str, Any]:
    half = None if se is None or estimate is None else 2 * se
    return {
        "id": f"budget/{id}",
        "outcome": id.split("/", maxsplit=1)[0],
        "role": "headline",
        "spec": {},
        "estimate": estimate,
        "se": se,
        "ci_low": None if half is None else estimate - half,
        "ci_high": None if half is None else estimate + half,
        "level": None,
        **values,
    }


def ledger(*rows: dict[str, Any], verdicts: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    told = [{"outcome": name, "verdict": verdict, "grade": "B"} for name, verdict in (verdicts or {}).items()]
    basis = {"plan": "budget", "period": "2020", "headline": {"visits": "budget/visits/a"}, "rules": []}
    return {**basis, "estimates": list(rows), "verdicts": told, **values}


def rule(name: str, state: str) -> dict[str, Any]:
    return {"rule": name, "reading": "as-written", "state": state}


def test_changes_are_ranked_by_standard_errors():
    old = ledger(row("visits/a", 1.0, 0.5), row("visits/b", 10.0, 10.0), row("cost/c", 5.0, 1.0))
    new = ledger(row("visits/a", 2.0, 0.6), row("visits/b", 18.0, 9.0), row("cost/c", 2.0, 1.0))
    found = changes(old, new)
    assert [(change.row, change.errors) for change in found.changes] == [
        ("budget/cost/c", -3.0),
        ("budget/visits/a", 2.0),
        ("budget/visits/b", 0.8),
    ]
    assert [change.leads for change in found.changes] == [False, True, False]
    assert [change.inside for change in found.changes] == [False, True, True]


def test_without_an_error_the_new_one_measures_or_nothing_does():
    old = ledger(row("visits/a", 1.0, None), row("visits/b", 1.0, None), row("visits/c", None))
    new = ledger(row("visits/a", 3.0, 1.0), row("visits/b", 3.0, None), row("visits/c", 1.0))
    found = changes(old, new)
    assert {change.row: change.errors for change in found.changes} == {"budget/visits/a": 2.0, "budget/visits/b": None}


def test_of_a_test_without_an_error_the_interval_measures():
    wide = {"ci_low": -1.0, "ci_high": 3.0, "level": 0.95}  # half width 2, as 1.96 standard errors
    found = changes(ledger(row("visits/a", 1.0, None, **wide)), ledger(row("visits/a", 2.0, None, **wide)))
    assert found.changes[0].errors == pytest.approx(1.96 / 2, rel=1e-4)


def test_where_another_row_leads_both_are_named():
    old = ledger(row("visits/a", 1.0))
    new = ledger(row("visits/a", 1.0), row("visits/z", 2.5), headline={"visits": "budget/visits/z"})
    (change,) = changes(old, new).changes
    assert (change.was, change.row, change.difference) == ("budget/visits/a", "budget/visits/z", 1.5)


def test_what_appeared_is_gone_or_the_same_is_counted():
    old = ledger(row("visits/a", 1.0), row("visits/b", 1.0))
    new = ledger(row("visits/b", 1.0 + 1e-15), row("visits/c", 1.0))
    found = changes(old, new)
    assert (found.appeared, found.gone, found.same) == (("budget/visits/c",), ("budget/visits/a",), 1)
    assert found.changes == ()


def test_flips_of_sign_verdict_grade_and_rule():
    old = ledger(
        row("visits/a", 1.0),
        row("visits/b", 1.0, spec={"error": "CR2"}),
        row("visits/c", 1.0, role="description"),
        verdicts={"visits": "improved"},
        rules=[rule("R01", "fired"), rule("R02", "not_fired")],
    )
    new = copy.deepcopy(old)
    for each in new["estimates"]:
        each["estimate"] = -1.0
    new["verdicts"][0] |= {"verdict": "no_detectable_effect", "grade": "C"}
    new["rules"][0]["state"] = "not_evaluable"
    found = {(flip.kind, flip.what): (flip.old, flip.new) for flip in changes(old, new).flips}
    assert found == {
        ("verdict", "visits"): ("improved", "no_detectable_effect"),
        ("grade", "visits"): ("B", "C"),
        ("rule", "R01"): ("fired", "not_evaluable"),
        ("sign", "budget/visits/a"): ("+1", "-1"),
    }


# history


def revised(root: Path, model: Release, name: tuple[str, int], estimate: float, half: float | None) -> Release:
    headline = model.record.headline[0].model_copy(
        update={
            "estimate": estimate,
            "ci_low": None if half is None else estimate - half,
            "ci_high": None if half is None else estimate + half,
        }
    )
    day = datetime.date(2026, 1, 1) + datetime.timedelta(days=len(list(root.glob("*/*/v*"))))
    record = model.record.model_copy(update={"headline": (headline,), "released": day})
    return put(root, Release(model.folder, record), *name)


def test_whether_earlier_intervals_covered_later_estimates(pristine: Shelf, tmp_path: Path):
    told = [(("2024Q1", 1), 1.0, 1.0), (("2024Q2", 1), 1.5, None), (("2024Q2", 2), 3.0, 2.0), (("2024Q3", 1), 1.9, 0.5)]
    made = [revised(tmp_path, pristine.release, *each) for each in told]
    (history,) = histories(reversed(made))
    assert [entry.release.name for entry in history.entries] == [release.name for release in made]
    assert history.entries[0].covers_later == {
        "budget/2024Q2/v1": True,
        "budget/2024Q2/v2": False,
        "budget/2024Q3/v1": True,
    }
    assert set(history.entries[1].covers_later.values()) == {None}
    assert history.covered == (3, 4)


# the command line


def test_two_releases_on_the_command_line(pilotbook: CommandLine, shelf: Shelf):
    first = shelf.release
    content = json.loads((first.folder / "estimates.json").read_text("utf-8"))
    lead = next(r for r in content["estimates"] if r["id"] == content["headline"]["visits"])
    lead["estimate"] += 3 * (lead["se"] or 1)
    draft = shelf.example.folder / "draft" / "budget" / "2020"
    draft.mkdir(parents=True)
    (draft / "estimates.json").write_text(json.dumps(content), "utf-8")
    done = pilotbook("diff", first.folder, draft)
    assert done.status == 0, done.err
    assert "(leads)" in done.out
    assert "1 estimates changed" in done.out
    found = pilotbook("diff", first.folder, draft, "--json").json["comparisons"]
    assert [change["row"] for change in found[0]["changes"]] == [lead["id"]]
    why = pilotbook("diff", first.folder, draft, "--why")
    assert (why.status, "reruns releases" in why.err) == (2, True)


def test_the_same_release_has_no_change(pilotbook: CommandLine, shelf: Shelf):
    done = pilotbook("diff", shelf.release.folder, shelf.release.folder, "--why")
    assert "0 estimates changed" in done.out
    assert "nothing that the estimates rest on differs" in done.out


def test_reports_of_two_plans_are_not_compared(shelf: Shelf, tmp_path: Path):
    other = tmp_path / "other" / "2020"
    other.mkdir(parents=True)
    (other / "estimates.json").write_text(json.dumps(ledger()), "utf-8")
    with pytest.raises(CallError, match="reports of two plans"):
        list(compare_sides(sides(str(shelf.release.folder), shelf.root), sides(str(other), shelf.root)))


def test_a_hundred_reports_in_time(pristine: Shelf, tmp_path: Path):
    text = (pristine.release.folder / "estimates.json").read_text("utf-8")
    for side in ("old", "new"):
        for number in range(100):
            folder = tmp_path / side / f"plan{number:03}" / "2020"
            folder.mkdir(parents=True)
            (folder / "estimates.json").write_text(text, "utf-8")
    start = time.perf_counter()
    pairs = list(compare_sides(sides(str(tmp_path / "old"), tmp_path), sides(str(tmp_path / "new"), tmp_path)))
    assert len(pairs) == 100
    assert time.perf_counter() - start < SECONDS


def test_the_history_on_the_command_line(pilotbook: CommandLine, shelf: Shelf):
    done = pilotbook("history", "budget", "--releases", shelf.root)
    assert "budget/2020/v1" in done.out
    assert pilotbook("history", "budgte", "--releases", shelf.root).status == 2
