"""Nothing malformed or unsupported is dropped silently: each gives its message, with its cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pilotbook.errors import RenderError
from pilotbook.report.engine import choose_engine
from tests.report.engine.snippets import CELLS, FRONT, FRONT_MATTER, TEXT, markdown

SNIPPETS = {**{name: (markdown(text), message) for name, (text, message) in TEXT.items()}, **CELLS}


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet_is_refused_with_its_cell(name: str, write_notebook: Any, tmp_path: Path) -> None:
    cell, message = SNIPPETS[name]
    notebook = write_notebook(FRONT, markdown("Before."), cell)
    with pytest.raises(RenderError) as refusal:
        choose_engine("embedded").render(notebook, tmp_path / "out")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("snippet.ipynb, cell 3 (id snippet): ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", FRONT_MATTER)
def test_front_matter_is_refused(name: str, write_notebook: Any, tmp_path: Path) -> None:
    front, message = FRONT_MATTER[name]
    with pytest.raises(RenderError, match=r"snippet\.ipynb") as refusal:
        choose_engine("embedded").render(write_notebook(front, markdown("Text.")), tmp_path / "out")
    assert message in str(refusal.value)


def test_there_are_fifty_snippets_and_more() -> None:
    assert len(SNIPPETS) + len(FRONT_MATTER) >= 50
