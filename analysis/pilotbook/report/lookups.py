"""What the cells of a report look up in a gettext catalogue, and what they are told.

What cells show rests on the entries that their code asks for, and on no others: those of the prose are put beside it
afterwards. Which entries these are is written down while the cells run, and not read off the sources, because code
asks for texts that it puts together, and for reasons that an estimator gives. It is written to a file, at once and
with the answer, so that nothing is lost however a process of the cells ends, whichever executor started it, and
whatever processes it starts itself.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

VARIABLE = "PILOTBOOK_LOOKUPS"
"""Names the file, in the environment of the cells; without it nothing is written down."""

Entry = tuple[str, bool] | None
"""A translation and whether it is unsure; None where the catalogue has no such text."""

Lookup = tuple[str, str, Entry]
"""A language, an English text, and what its catalogue said."""


def note(language: str, text: str, entry: Entry) -> None:
    """Write down what somebody was told, if this process runs the cells of a report."""
    file = os.environ.get(VARIABLE)
    if file is not None:
        _write_once(file, json.dumps([language, text, entry]))


@cache
def _write_once(file: str, line: str) -> None:
    with Path(file).open("ab", buffering=0) as stream:  # one call of the system: lines of two processes do not mix
        stream.write(line.encode() + b"\n")


def read_lookups(file: Path) -> list[Lookup]:
    """Return what was written down, each once, in an order of its own; nothing if nobody asked."""
    lines = set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()
    return [
        (language, text, None if entry is None else (entry[0], entry[1]))
        for language, text, entry in map(json.loads, sorted(lines))
    ]
