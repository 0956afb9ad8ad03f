"""A file is read again exactly if somebody touched it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotbook.fingerprint import sha256
from pilotbook.report import untouched
from pilotbook.report.untouched import TICK, hashes

pytestmark = pytest.mark.skipif(not untouched.MARKED, reason="the system does not mark changes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "2020"
    (folder / "en").mkdir(parents=True)
    (folder / "estimates.json").write_text("0.123")
    (folder / "en" / "report.html").write_text("<p>0.1</p>")
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    real = Path.read_bytes

    def noted(path: Path) -> bytes:
        if path.suffix:  # no entry of the cache
            names.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    return names


FILES = ("estimates.json", "en/report.html")


def ripen() -> None:
    time.sleep(3 * TICK / 1e9)


def test_what_nobody_touched_is_read_once(folder, read):
    ripen()
    expected = {"estimates.json": sha256("0.123"), "en/report.html": sha256("<p>0.1</p>")}
    assert hashes(folder, FILES) == expected
    assert hashes(folder, FILES) == expected
    assert sorted(read) == ["estimates.json", "report.html"]


def overwrite(file: Path) -> None:
    file.write_text("0.124")


def overwrite_and_set_the_date_back(file: Path) -> None:
    date = file.stat()
    overwrite(file)
    os.utime(file, ns=(date.st_atime_ns, date.st_mtime_ns))


def exchange(file: Path) -> None:
    """Put another file in its place that is older than it."""
    date = file.stat()
    other = file.with_name("other")
    other.write_text("0.124")
    os.utime(other, ns=(date.st_atime_ns, date.st_mtime_ns))
    other.replace(file)


def write_past_python(file: Path) -> None:
    with file.open("r+b", buffering=0) as stream:
        os.pwrite(stream.fileno(), b"4", 4)


@pytest.mark.parametrize("change", [overwrite, overwrite_and_set_the_date_back, exchange, write_past_python])
def test_what_somebody_changed_is_read_again(folder, read, change: Callable[[Path], None]):
    """Size, name and in part the date are the same."""
    ripen()
    hashes(folder, FILES)
    read.clear()
    change(folder / "estimates.json")
    assert hashes(folder, FILES)["estimates.json"] == sha256("0.124")
    assert read == ["estimates.json"]


def test_the_hash_of_a_young_file_is_not_noted(folder, read, monkeypatch):
    """Another change at the same tick of the clock would bear the same mark."""
    ripen()
    now = (folder / "estimates.json").stat().st_ctime_ns + TICK
    monkeypatch.setattr(untouched.time, "time_ns", lambda: now)
    for _ in range(2):
        hashes(folder, ["estimates.json"])
    assert read == ["estimates.json", "estimates.json"]


def test_what_is_written_while_it_is_read_is_read_again(folder, monkeypatch):
    ripen()
    real = Path.read_bytes

    def edited(path: Path) -> bytes:
        content = real(path)
        if path.name == "estimates.json":
            path.write_text("0.124")
        return content

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", edited)
        assert hashes(folder, FILES)["estimates.json"] == sha256("0.123")
    assert hashes(folder, FILES)["estimates.json"] == sha256("0.124")


def test_what_is_gone_or_no_file_has_no_hash(folder):
    ripen()
    hashes(folder, FILES)
    (folder / "estimates.json").unlink()
    assert list(hashes(folder, FILES)) == ["en/report.html"]
    (folder / "estimates.json").mkdir()
    assert list(hashes(folder, FILES)) == ["en/report.html"]


def test_languages_that_are_asked_for_in_turn_are_all_remembered(folder, read):
    ripen()
    for _ in range(2):
        hashes(folder, FILES[:1])
        hashes(folder, FILES[1:])
    assert sorted(read) == ["estimates.json", "report.html"]


def test_a_copy_is_read_anew(folder, read, tmp_path):
    ripen()
    hashes(folder, FILES)
    folder.rename(tmp_path / "2021")
    read.clear()
    assert hashes(tmp_path / "2021", FILES) == {
        "estimates.json": sha256("0.123"),
        "en/report.html": sha256("<p>0.1</p>"),
    }
    assert sorted(read) == ["estimates.json", "report.html"]


def test_without_a_cache_and_without_marks_all_is_read(folder, read, monkeypatch):
    ripen()
    hashes(folder, FILES)
    monkeypatch.setattr(untouched, "MARKED", False)
    read.clear()
    hashes(folder, FILES)
    assert sorted(read) == ["estimates.json", "report.html"]
