"""A render that is killed at any step leaves the earlier report whole, and the next one succeeds and clears up."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ..conftest import CommandLine
from ..example import Example
from .test_stages import whole

KILLED = """
import os, sys
from pilotbook.cli import main
from pilotbook.evaluate import evaluation
from pilotbook.report.engine.embedded import EmbeddedEngine
from pilotbook.report.manifest import Manifest
place, name = {
    "estimating": (evaluation, "evaluate"),
    "drawing": (EmbeddedEngine, "render"),
    "writing the manifest": (Manifest, "write"),
}[sys.argv.pop(1)]
setattr(place, name, lambda *_, **__: os.kill(os.getpid(), 9))
main()
"""


def killed(step: str, *arguments: object) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, step, *map(str, arguments)], check=False)
    assert ended.returncode == -9


@pytest.fixture
def changed(rendered: Example):
    """The rendered example with another plan; the first plan and its report come back."""
    text = rendered.plan.read_text(encoding="utf-8")
    rendered.plan.write_text(text.replace("Visits under", "Fewer visits under"), encoding="utf-8")
    yield rendered
    rendered.plan.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("step", ["estimating", "drawing", "writing the manifest"])
def test_the_earlier_report_stays_whole(changed, step):
    before = {p: p.read_bytes() for p in changed.report.rglob("*") if p.is_file()}
    killed(step, "render", changed.plan, "--out", changed.out, "--to", "html")
    assert {p: p.read_bytes() for p in changed.report.rglob("*") if p.is_file()} == before
    assert whole(changed.report)


def test_the_next_render_succeeds_and_clears_up(pilotbook: CommandLine, example: Example, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(example.folder / "cache"))
    killed("drawing", "render", example.plan, "--out", example.out, "--to", "html")
    folder = example.out / "budget"
    assert [p for p in folder.iterdir() if p.name.endswith(".work")]
    assert not example.report.exists()
    assert pilotbook("render", example.plan, "--out", example.out, "--to", "html").status == 0
    assert {p.name for p in folder.iterdir()} <= {"2020", ".2020.lock"}
    assert whole(example.report)
