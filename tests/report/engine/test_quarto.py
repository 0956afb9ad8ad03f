"""Both engines make the same page of the same notebook; needs the program quarto."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from pilotbook.report.engine import choose_engine
from pilotbook.report.engine.quarto import find_quarto
from tests.report.engine.structure import differences

ROOT = Path(__file__).parents[3]
FOUND = find_quarto()
pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(FOUND is None or not FOUND.usable, reason="no quarto 1.9 or later on PATH"),
]
MOST_DIFFERING_PIXELS = 0.01
"""Of a page; the two engines draw with the same templates, and versions of Typst may set a line a hair apart."""
NOTICEABLE = 24
"""Of 255 in one colour: less is the smoothing of an edge."""
SOURCES = (
    *("_quarto.yml", "_environment", "_extensions", "index.qmd", "reports", "analysis", "data", "docs", "CITATION.cff"),
    ".gitignore",
)


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def both(
    request: pytest.FixtureRequest,
    gallery: dict[str, Path],
    pages: dict[str, dict[str, Path]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Path], dict[str, Path]]:
    """The pages of the embedded engine and those of Quarto."""
    rendered = choose_engine("quarto").render(gallery[request.param], tmp_path_factory.mktemp("quarto"))
    return pages[request.param], rendered


def test_pages_have_the_same_structure(both: tuple[dict[str, Path], dict[str, Path]]) -> None:
    embedded, quarto = both
    assert differences(embedded["html"], quarto["html"]) == {}


def test_prints_say_the_same(both: tuple[dict[str, Path], dict[str, Path]]) -> None:
    embedded, quarto = (_words(pages["pdf"]) for pages in both)
    assert sorted(embedded.split()) == sorted(quarto.split())


def test_prints_look_the_same(both: tuple[dict[str, Path], dict[str, Path]]) -> None:
    embedded, quarto = (_pictures(pages["pdf"]) for pages in both)
    assert len(embedded) == len(quarto)
    for ours, theirs in zip(embedded, quarto, strict=True):
        differing = (np.abs(ours - theirs).max(axis=2) > NOTICEABLE).mean()
        assert differing < MOST_DIFFERING_PIXELS


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light")])
def test_pages_look_the_same(
    both: tuple[dict[str, Path], dict[str, Path]], browser: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    shots = []
    for index, pages in enumerate(both):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(pages["html"].as_uri())
        page.screenshot(path=tmp_path / f"{index}.png", full_page=True)
        page.close()
        shots.append(np.asarray(Image.open(tmp_path / f"{index}.png").convert("RGB")).astype(int))
    assert shots[0].shape == shots[1].shape
    assert (np.abs(shots[0] - shots[1]).max(axis=2) > NOTICEABLE).mean() < MOST_DIFFERING_PIXELS


def test_quarto_leaves_the_notebook_alone(gallery: dict[str, Path], tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in gallery["zh-CN"].parent.iterdir() if path.is_file()}
    choose_engine("quarto").render(gallery["zh-CN"], tmp_path)
    assert {path.name: path.read_bytes() for path in gallery["zh-CN"].parent.iterdir() if path.is_file()} == before


def test_bare_render_at_the_root_leaves_the_sources_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    before = _contents(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "analysis"))
    run = subprocess.run(["quarto", "render"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Unable to resolve" not in run.stdout + run.stderr
    assert (tmp_path / "_site" / "index.html").is_file()
    assert (tmp_path / "_site" / "chapters" / "did.html").is_file()
    assert _contents(tmp_path) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for name in SOURCES
        for path in sorted([folder / name] if (folder / name).is_file() else (folder / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _pictures(path: Path) -> list[np.ndarray]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [np.asarray(page.render(scale=1).to_pil().convert("RGB")).astype(int) for page in pdf]
    finally:
        pdf.close()


def _words(path: Path) -> str:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pdf)
    finally:
        pdf.close()
