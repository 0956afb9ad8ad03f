"""One report that is rendered and released in earnest, copies of it to spoil, and records without files."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.registered import register_plan
from pilotbook.project import ROOT
from pilotbook.release.freeze import freeze
from pilotbook.release.layout import Release, releases
from pilotbook.release.repository import Repository
from pilotbook.release.wish import Wish
from pilotbook.report.engine import choose_engine
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..example import Example, write_example

DAY = datetime.date(2026, 3, 31)
COMMIT = "c" * 40


class Committed(Repository):
    """The project as if it were committed: tests run in working trees that are not."""

    def commit(self) -> str | None:
        return COMMIT

    def dirty(self, without: Path) -> list[str]:
        return []

    def has(self, commit: str) -> bool:
        return False


COMMITTED = Committed(ROOT)


@dataclass(frozen=True)
class Shelf:
    """A folder with the example, its rendered report and its release."""

    example: Example

    @property
    def root(self) -> Path:
        return self.example.folder / "releases"

    @property
    def release(self) -> Release:
        return releases(self.root)[-1]

    def wish(self, **changes: object) -> Wish:
        plan = read_plan(self.example.plan)
        wish = Wish(plan, None, self.example.out, choose_engine("embedded"), self.root, DAY)
        return replace(wish, **changes)

    def render(self) -> None:
        plan = read_plan(self.example.plan)
        render(Request(plan, None, ("en",), ("html", "pdf"), choose_engine("embedded"), self.example.out))


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Rendered and released once; nobody writes into it."""
    shelf = Shelf(write_example(tmp_path_factory.mktemp("released")))
    register_plan(read_plan(shelf.example.plan), None, datetime.date(2026, 2, 1))
    shelf.render()
    freeze(shelf.wish(), COMMITTED)
    return shelf


@pytest.fixture
def shelf(pristine: Shelf, tmp_path: Path) -> Shelf:
    """A copy that may be spoilt."""
    folder = tmp_path / "shelf"
    shutil.copytree(pristine.example.folder, folder)
    return Shelf(Example(folder))
