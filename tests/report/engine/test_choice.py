"""Choosing an engine, and what the Quarto engine makes of a program's log; a stand-in plays the program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pilotbook.errors import CallError, RenderError, UnknownNameError
from pilotbook.report.engine import choose_engine
from tests.report.engine.snippets import FRONT, markdown

Stand = Any
LOGS = {
    "Unable to resolve crossref @fig-x": 0,
    "WARN: Citeproc: citation smith2020 not found": 0,
    "warning: unknown font family: sans-serif": 0,
    "WARN: Could not fetch resource https://example.org/jquery.js": 0,
    "ERROR: Typst compilation failed": 1,
    "UNRESOLVED @tbl-y": 1,
}


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Return a function that puts a program called quarto on PATH."""

    def put(version: str, log: str = "", status: int = 0, writes: bool = False) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        pages = "echo x > report.html; echo x > report.pdf" if writes else ""
        program = folder / "quarto"
        answer = f'if [ "$1" = --version ]; then echo "{version}"; exit 0; fi'
        program.write_text("\n".join(["#!/bin/sh", answer, pages, f'echo "{log}" >&2', f"exit {status}"]) + "\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin")

    return put


@pytest.fixture
def no_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_without_quarto_the_embedded_engine_is_taken(no_quarto: None) -> None:
    assert choose_engine("auto").name == "embedded"
    with pytest.raises(CallError, match=r"not on PATH; install Quarto 1\.9 or later, or use --engine embedded"):
        choose_engine("quarto")


def test_quarto_is_taken_where_it_is(stand_in: Stand) -> None:
    stand_in("1.9.38")
    engine = choose_engine("auto")
    assert (engine.name, engine.version) == ("quarto", "1.9.38")


def test_old_quarto_is_not_taken(stand_in: Stand) -> None:
    stand_in("1.8.25")
    assert choose_engine("auto").name == "embedded"
    with pytest.raises(CallError, match=r"is version 1\.8\.25; 1\.9 or later is needed"):
        choose_engine("quarto")


def test_unknown_engine_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'quarto'"):
        choose_engine("quatro")


def test_fingerprints_tell_engines_apart(stand_in: Stand) -> None:
    stand_in("1.9.38")
    embedded, quarto = choose_engine("embedded"), choose_engine("quarto")
    assert embedded.fingerprint() != quarto.fingerprint()
    assert embedded.fingerprint() == choose_engine("embedded").fingerprint()


@pytest.mark.parametrize("log", LOGS)
def test_warnings_of_quarto_are_failures(log: str, stand_in: Stand, write_notebook: Any, tmp_path: Path) -> None:
    stand_in("1.11.0", log, LOGS[log], writes=True)
    notebook = write_notebook(FRONT, markdown("# Text\n\nWords."))
    with pytest.raises(RenderError, match="did not make the report") as refusal:
        choose_engine("quarto").render(notebook, tmp_path / "out")
    assert log.removeprefix("WARN: ").removeprefix("warning: ") in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_quarto_that_writes_nothing_is_a_failure(stand_in: Stand, write_notebook: Any, tmp_path: Path) -> None:
    stand_in("1.11.0")
    with pytest.raises(RenderError, match=r"exit status 0, no html and no pdf"):
        choose_engine("quarto").render(write_notebook(FRONT, markdown("# Text")), tmp_path / "out")


def test_both_engines_refuse_the_same_snippets(stand_in: Stand, write_notebook: Any, tmp_path: Path) -> None:
    stand_in("1.11.0")
    with pytest.raises(RenderError, match=r"cell 2 .*'@fig-none' names nothing"):
        choose_engine("quarto").render(write_notebook(FRONT, markdown("See @fig-none.")), tmp_path / "out")
