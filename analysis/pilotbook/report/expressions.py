"""Expressions in prose and in cell options: Quarto's inline values, evaluated while a notebook is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from pilotbook.errors import NotebookError

INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
"""An inline expression in prose, as Quarto writes it."""

OPTION = re.compile(r'^(#\|[ \t]*[\w-]+:[ \t]*)"?\{python\}[ \t]+(.+?)"?[ \t]*$', re.MULTILINE)
"""A cell option whose value is an expression: ``#| fig-alt: "{python} alt"``."""


def expressions_of(cell: NotebookNode) -> list[str]:
    """Return the expressions of a cell: in the prose of Markdown, in the options of code."""
    if cell.cell_type == "markdown":
        return [match.strip() for match in INLINE.findall(cell.source)]
    if cell.cell_type == "code":
        return [match[2] for match in OPTION.finditer(cell.source)]
    return []


def store(cell: NotebookNode, expressions: Sequence[str], results: Mapping[str, Any]) -> None:
    """Put values where Quarto reads them: beside the prose, or into the options themselves.

    Parameters
    ----------
    cell
        Changed in place.
    expressions
        What `expressions_of` found.
    results
        IPython's answer to them as ``user_expressions``, by position.

    Raises
    ------
    NotebookError
        If an expression raised.
    """
    values = [results[str(i)] for i in range(len(expressions))]
    for expression, value in zip(expressions, values, strict=True):
        if value["status"] != "ok":
            raise NotebookError(
                f"cell '{cell.id}': the expression `{expression}` raised {value['ename']}: {value['evalue']}"
            )
    if cell.cell_type == "markdown":
        cell.metadata["user_expressions"] = [
            {"expression": e, "result": v} for e, v in zip(expressions, values, strict=True)
        ]
    else:
        texts = iter(_plain_text(value) for value in values)
        cell.source = OPTION.sub(lambda match: match[1] + _yaml_string(next(texts)), cell.source)


def numbered(expressions: Sequence[str]) -> dict[str, str]:
    """Name expressions by their positions, as IPython wants them."""
    return {str(i): expression for i, expression in enumerate(expressions)}


def _plain_text(value: Mapping[str, Any]) -> str:
    """Return the text of an expression's value; a string comes as its Python literal."""
    text: str = value["data"]["text/plain"]
    return str(ast.literal_eval(text)) if text[:1] in {"'", '"'} else text


def _yaml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
