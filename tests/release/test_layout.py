"""Releases are found by name or folder, in order, and form a chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotbook.errors import UnknownNameError
from pilotbook.release.layout import Release, chain, find_release, newest_versions, predecessor, releases
from pilotbook.release.record import Previous

from .conftest import Shelf


def put(root: Path, model: Release, period: str, version: int, previous: Release | None = None) -> Release:
    """Write a release that consists of its record alone."""
    link = previous and Previous(period=previous.record.period, version=previous.record.version, sha256=previous.sha256)
    record = model.record.model_copy(update={"period": period, "version": version, "previous": link})
    folder = root / record.plan / period / f"v{version}"
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(record.dumps(), "utf-8")
    return Release(folder, record)


@pytest.fixture
def four(pristine: Shelf, tmp_path: Path) -> list[Release]:
    first = put(tmp_path, pristine.release, "2024Q3", 1)
    second = put(tmp_path, pristine.release, "2024Q3", 2, first)
    tenth = put(tmp_path, pristine.release, "2024Q3", 10, second)
    return [first, second, tenth, put(tmp_path, pristine.release, "2024Q4", 1, tenth)]


def test_they_are_read_in_order(four: list[Release], tmp_path: Path):
    assert [release.name for release in releases(tmp_path)] == [release.name for release in four]
    assert [r.record.version for r in newest_versions(releases(tmp_path))] == [10, 1]
    assert releases(tmp_path / "nothing") == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("budget", "budget/2024Q4/v1"),
        ("budget/2024Q3", "budget/2024Q3/v10"),
        ("budget/2024Q3/v1", "budget/2024Q3/v1"),
        ("budget/2024Q3/v1/", "budget/2024Q3/v1"),
    ],
)
def test_a_name_finds_the_newest(four: list[Release], tmp_path: Path, name: str, found: str):
    assert find_release(name, tmp_path).name == found


def test_a_folder_finds_itself(four: list[Release], tmp_path: Path):
    assert find_release(str(four[1].folder), Path("elsewhere")).name == "budget/2024Q3/v2"


def test_an_unknown_name_gives_the_nearest(four: list[Release], tmp_path: Path):
    with pytest.raises(UnknownNameError, match="did you mean 'budget/2024Q4/v1'"):
        find_release("budget/2024Q5", tmp_path)


def test_what_the_next_one_follows(four: list[Release], tmp_path: Path):
    known = releases(tmp_path)
    assert predecessor(known, "budget", "2024Q3") == four[2]
    assert predecessor(known, "budget", "2025Q1") == four[3]
    assert predecessor(known, "budget", "2024Q2") is None
    assert predecessor(known, "other", "2025Q1") is None


def test_the_chain_ends_where_a_link_was_forged(four: list[Release], tmp_path: Path):
    assert chain(four[3], releases(tmp_path)) == [four[2], four[1], four[0]]
    path = four[1].folder / "release.json"
    path.write_text(path.read_text("utf-8").replace("A. Reader", "B. Reader"), "utf-8")
    assert [r.name for r in chain(four[3], releases(tmp_path))] == ["budget/2024Q3/v10"]
