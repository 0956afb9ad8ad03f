"""Read an executed notebook or a text source into cells and front matter."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from pilotbook.report.engine.place import Place

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

CellKind = Literal["raw", "markdown", "code"]


@dataclass(frozen=True)
class Cell:
    """One cell: its place, its text and, if it is code, what it printed."""

    place: Place
    kind: CellKind
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    outputs: tuple[dict[str, Any], ...] = ()

    @property
    def tags(self) -> frozenset[str]:
        """The cell's tags."""
        return frozenset(self.metadata.get("tags", ()))


@dataclass(frozen=True)
class Source:
    """A document to render: front matter and cells, in order.

    Attributes
    ----------
    path
        The file it was read from; assets are found beside it.
    front
        The YAML front matter of the first cell.
    cells
        All cells after the front matter.
    """

    path: Path
    front: dict[str, Any]
    cells: tuple[Cell, ...]

    @property
    def place(self) -> Place:
        """The document as a whole."""
        return Place(self.path.name)

    @property
    def language(self) -> str:
        """The language tag, ``en`` unless the front matter says otherwise."""
        return str(self.front.get("lang", "en"))


def read_source(path: Path) -> Source:
    """Read ``.ipynb``, ``.qmd`` or ``.md``.

    Raises
    ------
    RenderError
        If the file is missing or is not a notebook, or its front matter is not YAML.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Place(path.name).error(f"cannot be read ({error}); give the path of an executed notebook") from error
    if path.suffix == ".ipynb":
        return _read_notebook(path, text)
    place = Place(path.name)
    front, body = split_front_matter(text, place)
    return Source(path, front, (Cell(place, "markdown", body),))


def joined(text: str | list[str]) -> str:
    """Notebook files store text as one string or as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def split_front_matter(text: str, place: Place) -> tuple[dict[str, Any], str]:
    """Separate the YAML front matter from the text below it."""
    match = FRONT_MATTER.match(text)
    if not match:
        return {}, text
    try:
        front = yaml.safe_load(match["yaml"]) or {}
    except yaml.YAMLError as error:
        raise place.error(f"the front matter is not valid YAML ({_yaml_reason(error)}); mend it") from error
    if not isinstance(front, dict):
        raise place.error("the front matter must be a mapping of names to values")
    return front, text[match.end() :]


def _read_notebook(path: Path, text: str) -> Source:
    whole = Place(path.name)
    try:
        raw_cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise whole.error("is not a Jupyter notebook (no list of cells); write it again from JupyterLab") from error
    front: dict[str, Any] = {}
    cells = [_read_cell(path, number, raw) for number, raw in enumerate(raw_cells, start=1)]
    if cells and cells[0].kind != "code":
        first = cells[0]
        front, rest = split_front_matter(first.text, first.place)
        cells[0] = Cell(first.place, first.kind, rest, first.metadata)
    return Source(path, front, tuple(cells))


def _read_cell(path: Path, number: int, raw: dict[str, Any]) -> Cell:
    place = Place(path.name, number, raw.get("id"))
    kind = raw.get("cell_type")
    if kind not in ("raw", "markdown", "code"):
        raise place.error(f"unknown cell type '{kind}'; use markdown, code or raw")
    return Cell(place, kind, joined(raw.get("source", "")), raw.get("metadata", {}), tuple(raw.get("outputs", ())))


def _yaml_reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "unreadable"
    return f"{problem}, line {mark.line + 1}" if mark else str(problem)
