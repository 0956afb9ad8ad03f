"""Parameters are checked before the run, and what is wrong is named."""

from __future__ import annotations

import nbformat
import pytest

from pilotbook.errors import NotebookError, ParameterError
from pilotbook.report.parameters import INJECTED, TAG, check, declared, inject


def chapter(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": [TAG]}) for source in sources]
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("print(1)")])


DECLARED = declared(
    chapter('#| include: false\nplan: str = "x"\nyears: int = 3\nlevel: float = 0.9\nfast: bool = False\nmust: str'),
    "chapter.ipynb",
)


def checked(**given):
    return check({"must": "y", **given}, DECLARED, "chapter.ipynb")


def test_defaults_hold_and_the_order_is_that_of_the_declaration():
    assert list(checked().items()) == [("plan", "x"), ("years", 3), ("level", 0.9), ("fast", False), ("must", "y")]


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"years": "4"}, 4),
        ({"years": 4}, 4),
        ({"level": "0.5"}, 0.5),
        ({"level": 1}, 1.0),
        ({"fast": "true"}, True),
        ({"fast": "False"}, False),
        ({"plan": "2018"}, "2018"),
    ],
)
def test_text_from_the_command_line_takes_the_declared_type(given, value):
    (name,) = given
    found = checked(**given)[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"yaers": 4}, "unknown parameter 'yaers'; did you mean 'years'?"),
        ({"zzz": 4}, "unknown parameter 'zzz'; valid: plan, years, level, fast, must"),
        ({"must": None}, "the parameter 'must' has no value; give one of type str"),
        ({"years": "four"}, "the parameter 'years' must be of type int; it is 'four'"),
        ({"years": 4.5}, "the parameter 'years' must be of type int; it is 4.5"),
        ({"years": True}, "the parameter 'years' must be of type int; it is True"),
        ({"fast": "yes"}, "the parameter 'fast' must be of type bool; it is 'yes'"),
        ({"level": "nan"}, "the parameter 'level' must be a finite number"),
        ({"level": "inf"}, "the parameter 'level' must be a finite number"),
    ],
)
def test_a_wrong_parameter_is_named(given, said):
    with pytest.raises(ParameterError) as raised:
        checked(**given)
    assert str(raised.value).startswith("chapter.ipynb: ")
    assert said in str(raised.value)


def test_a_chapter_without_a_parameters_cell():
    with pytest.raises(NotebookError, match=r"chapter\.ipynb: 0 cells are tagged `parameters`; exactly one must be"):
        declared(chapter(), "chapter.ipynb")


def test_a_chapter_with_two():
    with pytest.raises(NotebookError, match="2 cells are tagged"):
        declared(chapter("a: int = 1", "b: int = 2"), "chapter.ipynb")


@pytest.mark.parametrize(
    "line", ["a = 1", "a: int = 'x'", "a: list = []", "import os", "a: int = -1 + 2", "a: int = f()"]
)
def test_a_line_that_declares_nothing(line):
    with pytest.raises(NotebookError, match="must read `name: type = value`"):
        declared(chapter(line), "chapter.ipynb")


def test_a_cell_that_is_not_python():
    with pytest.raises(NotebookError, match=r"chapter\.ipynb: the cell tagged `parameters`, line 2"):
        declared(chapter("a: int = 1\nb: int ="), "chapter.ipynb")


def test_a_negative_default():
    assert declared(chapter("a: int = -1"), "chapter.ipynb")["a"].default == -1


def test_values_follow_their_declaration():
    notebook = chapter("a: str = 'x'")
    inject(notebook, {"a": 'it\'s "quoted"\n'})
    assert [cell.metadata.get("tags") for cell in notebook.cells] == [[TAG], [INJECTED], None]
    space: dict[str, object] = {}
    exec(notebook.cells[1].source, space)  # noqa: S102  # the cell is run as the kernel will run it
    assert space["a"] == 'it\'s "quoted"\n'
