"""Rendering without kernel and engine where pages do not matter, and one report that is really rendered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import yaml

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate import evaluation
from pilotbook.project import PLANS
from pilotbook.report import making
from pilotbook.report.engine import choose_engine
from pilotbook.report.render import Rendered, render
from pilotbook.report.stages import Request

from ..example import Example, write_example

FOUR = {"phc_visit_share", "fund_use_efficiency", "fund_surplus_rate", "severe_case_refusals"}


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, with a name short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="pb-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@dataclass
class StubEngine:
    """Writes pages that say nothing, and counts."""

    style: str = "one"
    drawn: list[str] = field(default_factory=list)
    name: str = "stub"
    version: str = "0"

    def fingerprint(self) -> str:
        return self.style

    def render(self, notebook: Path, out_dir: Path, formats: Sequence[str]) -> dict[str, Path]:
        assert notebook.is_file()
        self.drawn += formats
        pages = {fmt: out_dir / f"report.{fmt}" for fmt in formats}
        for fmt, page in pages.items():
            page.write_text(f"{fmt} in style {self.style}", encoding="utf-8")
        return pages


@dataclass
class Bench:
    """An example and a request for it, with what was done so far."""

    example: Example
    engine: StubEngine
    request: Request
    estimated: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)

    def render(self, **changes: object) -> Rendered:
        plan = read_plan(self.example.plan)
        return render(replace(self.request, plan=plan, **changes))

    def work(self) -> tuple[int, int, list[str]]:
        """Return how often was estimated, how often executed, and what was drawn, since the last call."""
        done = len(self.estimated), len(self.executed), list(self.engine.drawn)
        self.estimated.clear()
        self.executed.clear()
        self.engine.drawn.clear()
        return done


@pytest.fixture
def bench(example: Example, monkeypatch: pytest.MonkeyPatch) -> Bench:
    engine = StubEngine()
    monkeypatch.setenv("PILOTBOOK_CACHE", str(example.folder / "cache"))
    request = Request(read_plan(example.plan), None, ("en",), ("html", "pdf"), engine, example.out)
    found = Bench(example, engine, request)
    estimate = evaluation._estimate

    def counted(*arguments):
        found.estimated.append(arguments[0].id)
        return estimate(*arguments)

    monkeypatch.setattr(evaluation, "_estimate", counted)
    monkeypatch.setattr(making, "execute", lambda notebook, *_: found.executed.append("en"))
    monkeypatch.setattr(making, "prove_html", lambda *_: None)
    monkeypatch.setattr(making, "prove_labels", lambda *_: None)
    monkeypatch.setattr(making, "prove_pdf", lambda *_: None)
    return found


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The example, rendered in earnest once for all tests that only look at it."""
    example = write_example(tmp_path_factory.mktemp("rendered"))
    plan = read_plan(example.plan)
    render(Request(plan, None, ("en",), ("html", "pdf"), choose_engine("embedded"), example.out))
    return example


@pytest.fixture(scope="session")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The plan that has every chapter, with four of its outcomes, one of each kind, in both languages."""
    folder = tmp_path_factory.mktemp("bilingual")
    content = yaml.safe_load((PLANS / "three-county-linked-pilot.yml").read_text(encoding="utf-8"))
    content["outcomes"] = [o for o in content["outcomes"] if o["id"] in FOUR]
    content["looks"]["planned"] = content["looks"]["planned"][-1:]
    example = Example(folder)
    example.plan.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    render(
        Request(read_plan(example.plan), None, ("en", "zh"), ("html", "pdf"), choose_engine("embedded"), example.out)
    )
    return example
