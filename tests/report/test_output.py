"""Whatever happens while a report is made, the earlier one stays whole."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pilotbook.errors import WorkError
from pilotbook.report import output
from pilotbook.report.outdated import MARK
from pilotbook.report.output import replacing

from .test_stages import whole

FILES = {"a.txt": "old", "sub/b.txt": "old"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "2020"
    with replacing(folder) as work:
        fill(work, "old")
    return folder


def fill(folder: Path, content: str) -> None:
    (folder / "sub").mkdir()
    for name in FILES:
        (folder / name).write_text(content, encoding="utf-8")


def fill_twice(folder: Path) -> None:
    fill(folder, "half")
    (folder / "sub").mkdir()


def contents(folder: Path) -> set[str]:
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == set(FILES)
    return {(folder / name).read_text(encoding="utf-8") for name in FILES}


def rests(target: Path) -> set[str]:
    return {p.name for p in target.parent.iterdir()} - {target.name, f".{target.name}.lock"}


@pytest.mark.parametrize("atomic", [True, False], ids=["in one call", "in two steps"])
def test_the_new_takes_the_place_of_the_old(target, atomic, monkeypatch):
    if not atomic:
        monkeypatch.setattr(output, "_exchange_atomically", lambda *_: False)
    with replacing(target) as work:
        fill(work, "new")
        assert contents(target) == {"old"}
    assert contents(target) == {"new"}
    assert rests(target) == set()


def test_an_error_leaves_the_old(target):
    with pytest.raises(FileExistsError), replacing(target) as work:
        fill_twice(work)
    assert contents(target) == {"old"}
    assert rests(target) == set()


@pytest.mark.parametrize("call", ["Path.mkdir", "shutil.rmtree"])
def test_an_interruption_leaves_nothing_behind(target, call, monkeypatch):
    """Ctrl-C can come right after the private folder was made, and while the old one is being removed."""
    owner, name = {"Path.mkdir": (Path, "mkdir"), "shutil.rmtree": (output.shutil, "rmtree")}[call]
    real, calls = getattr(owner, name), []

    def interrupted(path, *arguments, **options):
        if not path.name.endswith(".work"):
            return real(path, *arguments, **options)
        calls.append(path)
        if call == "Path.mkdir":
            real(path, *arguments, **options)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(path, *arguments, **options)

    monkeypatch.setattr(owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt), replacing(target) as work:
        fill(work, "new")
    assert len(calls) == (1 if call == "Path.mkdir" else 2)
    assert contents(target) == {"old" if call == "Path.mkdir" else "new"}
    assert rests(target) == set()


KILLED = """
import os, sys
from pathlib import Path
from pilotbook.report import output
target, step = Path(sys.argv[1]), sys.argv[2]
die = lambda *_, **__: os.kill(os.getpid(), 9)
if step == "before the exchange":
    output._exchange = die
if step in ("between the two steps", "before clearing the old"):
    output._exchange_atomically = lambda *_: False
if step == "between the two steps":
    rename = Path.rename
    Path.rename = lambda a, b: die() if a.name.endswith(".work") else rename(a, b)
if step == "before clearing the old":
    output.shutil.rmtree = lambda path, ignore_errors=False: None if ignore_errors else die()
if step == "after the exchange":
    output.shutil.rmtree = lambda path, **_: die() if str(path).endswith(".work") else None
with output.replacing(target) as work:
    (work / "sub").mkdir()
    (work / "a.txt").write_text("new")
    if step == "while filling":
        die()
    (work / "sub" / "b.txt").write_text("new")
"""


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("while filling", {"old"}),
        ("before the exchange", {"old"}),
        ("after the exchange", {"new"}),
        ("between the two steps", None),
        ("before clearing the old", {"new"}),
    ],
)
def test_a_process_killed_at_any_step(target, step, left):
    ended = subprocess.run([sys.executable, "-c", KILLED, target, step], check=False)
    assert ended.returncode == -9
    if left is None:
        assert not target.exists()
    else:
        assert contents(target) == left
    with replacing(target) as work:
        assert contents(target) == (left or {"old"})  # the earlier one is back before anything new is made
        fill(work, "newest")
    assert contents(target) == {"newest"}
    assert rests(target) == set()


def test_two_at_once(target):
    with replacing(target) as work:
        fill(work, "new")
        with pytest.raises(WorkError, match="being rendered by another process"), replacing(target):
            pytest.fail("both may write")
    assert contents(target) == {"new"}


def test_a_file_in_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "2020").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkError, match="is a file"), replacing(tmp_path / "2020"):
        pytest.fail("the file is to stay")
    assert (tmp_path / "2020").read_text(encoding="utf-8") == "mine"


NO_ROOM = 64 * 1024
"""Bytes that a file may have in the test of a full disk; pages are larger, the manifest is not."""


def test_a_full_disk(rendered, tmp_path):
    """The limit on a file's size is what a full disk is to a program: a write that the system refuses."""
    assert (rendered.report / "en" / "report.html").stat().st_size > NO_ROOM
    before = {p: p.read_bytes() for p in rendered.report.rglob("*") if p.is_file()}
    text = rendered.plan.read_text(encoding="utf-8")
    try:
        rendered.plan.write_text(text.replace("Visits under", "Fewer visits under"), encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "pilotbook", "render", rendered.plan, "--out", rendered.out],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (NO_ROOM, NO_ROOM)),
        )
    finally:
        rendered.plan.write_text(text, encoding="utf-8")
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list((rendered.out / "budget").glob("failed/*"))
    mark = rendered.report / MARK
    assert "the system refused" in mark.read_text(encoding="utf-8")
    mark.unlink()
    assert {p: p.read_bytes() for p in rendered.report.rglob("*") if p.is_file()} == before
    assert whole(rendered.report)
