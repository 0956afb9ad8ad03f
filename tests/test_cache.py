"""The cache: what is whole comes back, everything else counts as not there, and it never stands in the way."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from pilotbook import cache
from pilotbook.fingerprint import sha256

KEY, OTHER = sha256("one"), sha256("two")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_remembered_comes_back():
    assert cache.recall("pages", KEY) is None
    assert cache.remember("pages", KEY, b"a\nb\x00\xff")
    assert cache.recall("pages", KEY) == b"a\nb\x00\xff"
    assert cache.recall("pages", OTHER) is None
    assert cache.recall("estimates", KEY) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content.replace(b"5.0", b"6.0"),
        lambda content: content + b" ",
        lambda content: sha256(b"forged").encode() + b"\nforged",
    ],
    ids=["empty", "cut short", "cut in the seal", "poisoned", "longer", "with the hash of its content alone"],
)
def test_a_damaged_entry_counts_as_none_and_is_made_anew(folder, damage):
    cache.remember("estimates", KEY, b"effect: 5.0")
    path = folder / "estimates" / KEY
    path.write_bytes(damage(path.read_bytes()))
    assert cache.recall("estimates", KEY) is None
    assert cache.once("estimates", KEY, lambda: b"effect: 5.0") == b"effect: 5.0"
    assert cache.recall("estimates", KEY) == b"effect: 5.0"


def test_an_entry_in_the_place_of_another_counts_as_none(folder):
    cache.remember("estimates", KEY, b"effect: 5.0")
    (folder / "estimates" / KEY).rename(folder / "estimates" / OTHER)
    assert cache.recall("estimates", OTHER) is None


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "file" / "cache"))
    assert not cache.remember("pages", KEY, b"page")
    assert cache.once("pages", KEY, lambda: b"page") == b"page"
    assert cache.clean_up() == 0


def test_a_full_disk_leaves_nothing_half_written(folder, monkeypatch):
    cache.remember("pages", KEY, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not cache.remember("pages", KEY, b"new")
    monkeypatch.undo()
    assert [path.name for path in (folder / "pages").iterdir()] == [KEY]


def test_what_was_not_used_for_longest_goes_first(folder, monkeypatch):
    for i in range(4):
        cache.remember("pages", sha256(str(i)), bytes(400_000))
        os.utime(folder / "pages" / sha256(str(i)), (1000 + i, 1000 + i))
    assert cache.recall("pages", sha256("0")) is not None  # used now
    draft = folder / "pages" / f"{cache.DRAFT}of-a-killed-process"
    draft.write_bytes(bytes(100))
    monkeypatch.setenv(cache.LIMIT_VARIABLE, "1")
    assert cache.clean_up() > 600_000
    assert {path.name for path in (folder / "pages").iterdir()} == {sha256("0"), sha256("3")}
    assert cache.clean_up() == 0


def test_a_clock_that_was_moved_changes_no_answer(folder):
    cache.remember("pages", KEY, b"page")
    for time in (0, 4_000_000_000):
        os.utime(folder / "pages" / KEY, (time, time))
        assert cache.recall("pages", KEY) == b"page"


def _compute(counter: str) -> bytes:
    def computed() -> bytes:
        with Path(counter).open("a") as stream:
            stream.write("once\n")
        return b"effect: 5.0"

    return cache.once("estimates", KEY, computed)


def test_several_processes_compute_once(tmp_path):
    counter = tmp_path / "counter"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_compute, [str(counter)] * 6, chunksize=1) == [b"effect: 5.0"] * 6
    assert counter.read_text() == "once\n"
