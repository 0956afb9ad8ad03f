"""Parameters of a chapter: declared in its cell tagged ``parameters``, checked before the run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import nbformat

from pilotbook.errors import NotebookError, ParameterError

TAG = "parameters"
INJECTED = "injected-parameters"

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its type, and its default (None: it must be given)."""

    name: str
    type: type
    default: Value | None


def declared(notebook: nbformat.NotebookNode, name: str) -> dict[str, Parameter]:
    """Read the parameters that a chapter declares.

    Parameters
    ----------
    notebook
        The chapter.
    name
        How messages call it.

    Raises
    ------
    NotebookError
        If there is no such cell, or a line in it is not ``name: type = literal``.
    """
    cells = [cell for cell in notebook.cells if TAG in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise NotebookError(f"{name}: {len(cells)} cells are tagged `{TAG}`; exactly one must be")
    try:
        statements = ast.parse(_without_options(cells[0].source)).body
    except SyntaxError as error:
        raise NotebookError(f"{name}: the cell tagged `{TAG}`, line {error.lineno}: {error.msg}") from None
    found = [_read(statement, name) for statement in statements]
    return {parameter.name: parameter for parameter in found}


def declared_together(chapters: Mapping[str, nbformat.NotebookNode]) -> dict[str, Parameter]:
    """Read the parameters of several chapters, which a report sets once for all of them.

    Raises
    ------
    NotebookError
        If a chapter declares none, or one of another type than the chapter before.
    """
    found: dict[str, Parameter] = {}
    for chapter, notebook in chapters.items():
        for parameter in declared(notebook, chapter).values():
            earlier = found.setdefault(parameter.name, parameter)
            if earlier.type is not parameter.type:
                raise NotebookError(
                    f"{chapter}: the parameter '{parameter.name}' is of type {parameter.type.__name__}; "
                    f"another chapter of the report declares it as {earlier.type.__name__}"
                )
    return found


def _without_options(source: str) -> str:
    return "\n".join("" if line.startswith("#|") else line for line in source.split("\n"))


_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def _read(statement: ast.stmt, name: str) -> Parameter:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=key), annotation=ast.Name(id=kind), value=None) if kind in _TYPES:
            return Parameter(key, _TYPES[kind], None)
        case ast.AnnAssign(target=ast.Name(id=key), annotation=ast.Name(id=kind), value=value) if kind in _TYPES:
            default = _literal(value)
            if isinstance(default, _TYPES[kind]):
                return Parameter(key, _TYPES[kind], _value(default))
    line = ast.unparse(statement)
    raise NotebookError(
        f"{name}: the parameter line `{line}` must read `name: type = value`, type one of {', '.join(_TYPES)}"
    )


def _literal(expression: ast.expr | None) -> object:
    try:
        return ast.literal_eval(expression) if expression is not None else None
    except ValueError:
        return None


def _value(constant: object) -> Value:
    assert isinstance(constant, str | int | float | bool)
    return constant


def check(given: Mapping[str, Any], parameters: Mapping[str, Parameter], name: str) -> dict[str, Value]:
    """Return the values of all parameters, in the order of their declaration.

    Raises
    ------
    ParameterError
        If one is unknown, missing, or of another type than declared; the nearest valid name is given.
    """
    for key in given:
        if key not in parameters:
            near = get_close_matches(key, parameters, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"valid: {', '.join(parameters)}"
            raise ParameterError(f"{name}: unknown parameter '{key}'; {hint}")
    values = {}
    for key, parameter in parameters.items():
        value = given.get(key, parameter.default)
        if value is None:
            raise ParameterError(
                f"{name}: the parameter '{key}' has no value; give one of type {parameter.type.__name__}"
            )
        values[key] = _typed(value, parameter, name)
    return values


def _typed(value: Any, parameter: Parameter, name: str) -> Value:
    """Accept a value of the declared type, or text (from the command line) that spells one."""
    kind = parameter.type
    if (
        kind is float
        and isinstance(value, str | float)
        and str(value).strip("+-").lower() in {"nan", "inf", "infinity"}
    ):
        raise ParameterError(f"{name}: the parameter '{parameter.name}' must be a finite number; it is {value!r}")
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return _value(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return _value({"true": True, "false": False}[value.lower()] if kind is bool else kind(value))
        except (ValueError, KeyError):
            pass
    raise ParameterError(f"{name}: the parameter '{parameter.name}' must be of type {kind.__name__}; it is {value!r}")


def inject(notebook: nbformat.NotebookNode, values: Mapping[str, Value]) -> None:
    """Add the cell that sets the values, right after the declaration; its id never changes."""
    position = next(i for i, cell in enumerate(notebook.cells) if TAG in cell.metadata.get("tags", []))
    lines = ["#| include: false", *(f"{key} = {value!r}" for key, value in values.items())]
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": [INJECTED]})
    cell["id"] = INJECTED
    notebook.cells.insert(position + 1, cell)
