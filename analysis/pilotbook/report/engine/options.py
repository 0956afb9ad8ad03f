"""The ``#|`` options at the head of a code cell, checked by name and kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from pilotbook.report.engine.place import Place

BOOLEAN = (bool,)
TEXT = (str,)
KINDS: dict[str, tuple[type, ...]] = {
    "label": TEXT,
    "echo": BOOLEAN,
    "include": BOOLEAN,
    "eval": BOOLEAN,
    "error": BOOLEAN,
    "warning": BOOLEAN,
    "output": (bool, str),
    "code-fold": (bool, str),
    "code-summary": TEXT,
    "fig-cap": (str, list),
    "fig-subcap": (list,),
    "fig-alt": (str, list),
    "tbl-cap": TEXT,
    "layout-ncol": (int,),
    "classes": TEXT,
    "tags": (list,),
}
NUMBERED = ("fig", "tbl")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class CellOptions:
    """Options of one code cell and the code below them."""

    values: Mapping[str, Any]
    code: str

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an option, or the default."""
        return self.values.get(name, default)

    @property
    def label(self) -> str:
        """The cell's label, or an empty string."""
        return str(self.values.get("label", ""))

    def nth(self, name: str, index: int) -> str:
        """The text that belongs to the picture with this index: captions may be one text or a list."""
        value = self.values.get(name, "")
        if isinstance(value, list):
            return str(value[index]) if index < len(value) else ""
        return str(value)


def read_options(text: str, place: Place) -> CellOptions:
    """Split a code cell into its options and its code.

    Raises
    ------
    RenderError
        If the options are not YAML, or one is unknown or of the wrong kind.
    """
    lines = text.split("\n")
    head = 0
    while head < len(lines) and lines[head].startswith("#|"):
        head += 1
    try:
        values = yaml.load("\n".join(line[2:].removeprefix(" ") for line in lines[:head]), _LOADER) or {}
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or error
        raise place.error(f"the #| options are not valid YAML ({problem}); put quotes round texts") from error
    if not isinstance(values, dict):
        raise place.error("the #| options must be lines of the form '#| name: value'")
    for name, value in values.items():
        _check(str(name), value, place)
    return CellOptions(values, "\n".join(lines[head:]).strip("\n"))


def _check(name: str, value: Any, place: Place) -> None:
    if name not in KINDS:
        near = get_close_matches(name, KINDS, n=1, cutoff=0.5)
        advice = f"did you mean '{near[0]}'?" if near else f"supported are {', '.join(KINDS)}"
        raise place.error(f"the option '#| {name}' is not supported; {advice}")
    if not isinstance(value, KINDS[name]) or (KINDS[name] == (int,) and isinstance(value, bool)):
        wanted = " or ".join(
            {"bool": "true/false", "str": "text", "int": "a number", "list": "a list"}[kind.__name__]
            for kind in KINDS[name]
        )
        raise place.error(f"the option '#| {name}' must be {wanted}, not {value!r}")
    if name == "output" and isinstance(value, str) and value != "asis":
        raise place.error(f"the option '#| output' must be true, false or asis, not '{value}'")
    if name == "code-fold" and isinstance(value, str) and value != "show":
        raise place.error(f"the option '#| code-fold' must be true, false or show, not '{value}'")
