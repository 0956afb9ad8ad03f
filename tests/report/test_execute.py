"""A chapter that raises, hangs or kills its kernel: cell and source are shown, the draft is kept, the rest stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from pilotbook import project
from pilotbook.errors import NotebookError
from pilotbook.report import chapters as report_chapters
from pilotbook.report.execute import execute


def notebook(*sources: str, prose: str | None = None) -> nbformat.NotebookNode:
    found = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for i, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source)
        cell["id"] = f"cell-{i}"
        found.cells.append(cell)
    if prose is not None:
        cell = nbformat.v4.new_markdown_cell(prose)
        cell["id"] = "prose"
        found.cells.append(cell)
    return found


def test_a_cell_that_raises(tmp_path: Path):
    with pytest.raises(NotebookError) as raised:
        execute(notebook("x = 1", "y = 0\nx / y", "print('never')"), tmp_path, "chapter.ipynb")
    assert str(raised.value) == (
        "chapter.ipynb, cell 2 ('cell-1') raised ZeroDivisionError: division by zero\n    y = 0\n    x / y"
    )


def test_a_cell_that_takes_too_long(tmp_path):
    with pytest.raises(NotebookError, match=r"cell 2 \('cell-1'\)") as raised:
        execute(notebook("x = 1", "import time\ntime.sleep(60)"), tmp_path, "chapter.ipynb", timeout=1)
    assert "time.sleep(60)" in str(raised.value)


def test_a_kernel_that_dies(tmp_path):
    with pytest.raises(NotebookError, match=r"cell 2 \('cell-1'\)") as raised:
        execute(notebook("x = 1", "import os\nos._exit(1)"), tmp_path, "chapter.ipynb")
    assert "died" in str(raised.value)
    assert "os._exit(1)" in str(raised.value)


def test_an_expression_in_prose_that_raises(tmp_path):
    with pytest.raises(NotebookError, match=r"cell 'prose': the expression `nothing` raised NameError"):
        execute(notebook("x = 1", prose="It is `{python} nothing`."), tmp_path, "chapter.ipynb")


def test_what_is_kept_of_a_run_depends_on_its_inputs_alone(tmp_path, monkeypatch):
    sources = (
        "import os, time\nclass Thing: pass\nThing()",
        "sorted({'b', 'a', 'c'}), hash('text'), list({'x', 'y', 'z'})",
        "os.environ['TZ'], time.strftime('%H', time.localtime(0))",
    )
    first = nbformat.writes(execute(notebook(*sources), tmp_path, "chapter.ipynb"))
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    (tmp_path / "elsewhere").mkdir()
    assert nbformat.writes(execute(notebook(*sources), tmp_path / "elsewhere", "chapter.ipynb")) == first


def test_a_relative_search_path_holds_in_the_kernel(tmp_path, monkeypatch):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "neighbour.py").write_text("answer = 42\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "modules")
    (tmp_path / "work").mkdir()
    done = execute(notebook("import neighbour\nneighbour.answer"), tmp_path / "work", "chapter.ipynb")
    assert done.cells[0].outputs[0].data["text/plain"] == "42"


def test_a_chapter_that_raises_leaves_a_draft(pilotbook, example, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(project.CHAPTERS, tmp_path / "chapters", ignore=shutil.ignore_patterns("p*")))
    chapter = nbformat.read(folder / "did.ipynb", as_version=4)
    next(cell for cell in chapter.cells if cell.id == "shows").source = "number = 1\nnumber / 0"
    nbformat.write(chapter, folder / "did.ipynb")
    monkeypatch.setattr(report_chapters, "CHAPTERS", folder)
    result = pilotbook("render", example.plan, "--out", example.out)
    assert result.status == 1
    assert result.out == ""
    assert "raised ZeroDivisionError: division by zero\n    number = 1\n    number / 0\n" in result.err
    draft = example.out / "budget" / "failed" / "2020.en.ipynb"
    assert f"The draft is kept: {draft}" in result.err
    outputs = [o for cell in nbformat.read(draft, as_version=4).cells for o in cell.get("outputs", [])]
    assert [o.ename for o in outputs if o.output_type == "error"] == ["ZeroDivisionError"]
    assert not example.report.exists()
    monkeypatch.undo()
    assert pilotbook("render", example.plan, "--out", example.out, "--to", "html").status == 0
    assert not draft.exists()
