"""A chapter that raises, hangs or kills its kernel: cell and source are shown, the draft is kept, the rest stays."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
import pytest

from pilotbook import project
from pilotbook.errors import NotebookError
from pilotbook.report import chapters as report_chapters
from pilotbook.report.execute import EXECUTORS, FORK, KERNEL
from pilotbook.report.execute import execute as run


@pytest.fixture(params=EXECUTORS)
def execute(request: pytest.FixtureRequest) -> Callable[..., nbformat.NotebookNode]:
    """Execution by each of the executors."""
    return partial(run, executor=request.param)


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


def test_a_cell_that_raises(execute, tmp_path: Path):
    with pytest.raises(NotebookError) as raised:
        execute(notebook("x = 1", "y = 0\nx / y", "print('never')"), tmp_path, "chapter.ipynb")
    assert str(raised.value) == (
        "chapter.ipynb, cell 2 ('cell-1') raised ZeroDivisionError: division by zero\n    y = 0\n    x / y"
    )


def test_a_cell_that_takes_too_long(execute, tmp_path):
    with pytest.raises(NotebookError, match=r"cell 2 \('cell-1'\)") as raised:
        execute(notebook("x = 1", "import time\ntime.sleep(60)"), tmp_path, "chapter.ipynb", timeout=1)
    assert "time.sleep(60)" in str(raised.value)


def test_a_kernel_that_dies(execute, tmp_path):
    with pytest.raises(NotebookError, match=r"cell 2 \('cell-1'\)") as raised:
        execute(notebook("x = 1", "import os\nos._exit(1)"), tmp_path, "chapter.ipynb")
    assert "died" in str(raised.value)
    assert "os._exit(1)" in str(raised.value)


def test_an_expression_in_prose_that_raises(execute, tmp_path):
    with pytest.raises(NotebookError, match=r"cell 'prose': the expression `nothing` raised NameError"):
        execute(notebook("x = 1", prose="It is `{python} nothing`."), tmp_path, "chapter.ipynb")


def test_what_is_kept_of_a_run_depends_on_its_inputs_alone(execute, tmp_path, monkeypatch):
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


EVERYTHING = (
    "import sys, warnings\nprint('first')\nprint('error', file=sys.stderr)\nprint('second')\nwarnings.warn('beware')",
    "import pandas as pd\ndisplay(pd.DataFrame({'a': [1.5, 2]}))\nprint('between')\npd.Series([1, 2], name='b')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "from pilotbook.report.style import use_house_style\nuse_house_style()\nplt.plot([1, 2])\nplt.title('县');",
    "from IPython.display import Markdown, clear_output\nhandle = display(Markdown('old'), display_id='one')",
    "display(Markdown('dropped'))\nclear_output()\nhandle.update(Markdown('*new*'))\nMarkdown('kept')",
    "class Thing: pass\nThing(), hash('text'), __name__",
    "!echo a program",
    "#| fig-alt: \"{python} 'a quoted ' + str(1 + 1)\"\nimport os\nos.environ['TZ'], os.path.basename(os.getcwd())",
    "for i in range(3): print(i)\nNone",
    "x: int = 1\nx",
    "_ + 1, Out[11]",
    "",
)


def test_both_executors_give_the_same_bytes(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    prose = "It is `{python} 1 + 1`, `{python} 'text'` and `{python} Markdown('**bold**')`."
    fork, kernel = (
        nbformat.writes(run(notebook(*EVERYTHING, prose=prose), folder, "chapter.ipynb", executor=executor))
        for executor in (FORK, KERNEL)
    )
    assert fork == kernel
    for shown in ("beware", "between", "image/png", "image/svg+xml", "*new*", "kept", "a program", "**bold**"):
        assert shown in fork


def test_what_a_program_prints_past_python_is_kept(tmp_path):
    # a kernel does so too, but not where it sees that pytest is running
    source = "import subprocess\nprint('first')\nsubprocess.run(['echo', 'second']);"
    outputs = run(notebook(source), tmp_path, "chapter.ipynb", executor=FORK).cells[0].outputs
    assert [output.text for output in outputs] == ["first\nsecond\n"]


def test_an_error_that_a_cell_announces_is_shown(execute, tmp_path):
    chapter = notebook("1 / 0", "print('after')")
    chapter.cells[0].metadata["tags"] = ["raises-exception"]
    done = execute(chapter, tmp_path, "chapter.ipynb")
    assert [cell.outputs[0].output_type for cell in done.cells] == ["error", "stream"]
    assert done.cells[0].outputs[0].evalue == "division by zero"


def test_a_server_that_was_killed_is_started_again(tmp_path):
    one = notebook("import os\nos.getppid()")
    server = int(run(one, tmp_path, "chapter.ipynb", executor=FORK).cells[0].outputs[0].data["text/plain"])
    os.kill(server, signal.SIGKILL)
    again = run(notebook("1 + 1"), tmp_path, "chapter.ipynb", executor=FORK)
    assert again.cells[0].outputs[0].data["text/plain"] == "2"


def test_a_child_that_takes_too_long_does_not_live_on(tmp_path):
    source = f"import os, time\nopen('{tmp_path}/process', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with pytest.raises(NotebookError, match="takes longer than 1 seconds"):
        run(notebook(source), tmp_path, "chapter.ipynb", executor=FORK, timeout=1)
    assert _ends(int((tmp_path / "process").read_text()))


def test_an_interruption_ends_the_process_of_the_notebook(execute, tmp_path, private):
    """Also in a kernel, which asks for Ctrl-C itself and would wait for the cell."""
    folder = tmp_path / "cells"
    folder.mkdir()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    parent = os.getpid()
    source = f"import os, time\nopen('{tmp_path}/process', 'w').write(str(os.getpid()))\nos.kill({parent}, 2)"
    try:
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            execute(notebook(source, "time.sleep(600)"), folder, "chapter.ipynb")
        assert time.monotonic() - began < 60
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert _ends(int((tmp_path / "process").read_text()))
    assert [path for path in private.iterdir() if not path.name.startswith("pilotbook-fork-")] == []


def _ends(process: int, within: float = 10) -> bool:
    """Wait until a process is gone."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_relative_search_path_holds_in_the_kernel(execute, tmp_path, monkeypatch):
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
