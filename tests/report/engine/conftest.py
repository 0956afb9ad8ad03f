"""The gallery, executed once a session, and rendered once by the embedded engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pilotbook.report.engine import choose_engine
from pilotbook.report.execute import execute

GALLERY = Path(__file__).parents[1]
PACKAGE = Path(__file__).parents[3] / "analysis"
LANGUAGES = {"en": "gallery.ipynb", "zh-CN": "gallery.zh.ipynb"}


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both galleries, executed, with their files beside them."""
    folder = tmp_path_factory.mktemp("gallery")
    for path in GALLERY.glob("gallery*"):
        shutil.copy(path, folder)
    for name in LANGUAGES.values():
        notebook = nbformat.read(folder / name, 4)
        execute(notebook, folder, name, {"PYTHONPATH": str(PACKAGE)})
        nbformat.write(notebook, folder / name)
    return {language: folder / name for language, name in LANGUAGES.items()}


@pytest.fixture(scope="session")
def pages(gallery: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    """Both galleries as pages of the embedded engine."""
    engine = choose_engine("embedded")
    return {
        language: engine.render(notebook, tmp_path_factory.mktemp(f"pages-{language}"))
        for language, notebook in gallery.items()
    }


@pytest.fixture
def write_notebook(tmp_path: Path) -> Any:
    """Return a function that writes a notebook of given cells below given front matter."""

    def write(front: str, *cells: dict[str, Any]) -> Path:
        head = {"cell_type": "raw", "id": "front", "metadata": {}, "source": front.splitlines(keepends=True)}
        content = {"cells": [head, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path = tmp_path / "snippet.ipynb"
        path.write_text(json.dumps(content), "utf-8")
        shutil.copy(GALLERY / "gallery-picture.svg", tmp_path / "snippet.svg")
        return path

    return write
