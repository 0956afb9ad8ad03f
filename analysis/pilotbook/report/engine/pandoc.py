"""Call Pandoc, which comes as a pinned Python package, and read what it complains about."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc

from pilotbook.errors import RenderError
from pilotbook.report.engine.stand_ins import StandIns

READER = "markdown+east_asian_line_breaks"
WARNING = re.compile(r"^\[WARNING\] (?P<text>.*(?:\n  .*)*)", re.MULTILINE)
ROOM = ("+RTS", "-A64m", "-RTS")
"""Memory that Pandoc fills before it first looks for what it may forget; a short report is done by then."""
# Pandoc has no file of translations for Chinese; the templates bring their own words.
HARMLESS = re.compile(
    r"Could not load translations|The term [\w ]+ has no translation|This document format requires a nonempty <title>"
)


@dataclass(frozen=True)
class PandocResult:
    """Output of one call and its warnings, the harmless ones left out."""

    text: str
    warnings: tuple[str, ...]


@cache
def pandoc_path() -> str:
    """Path of the pinned program."""
    return str(pypandoc.get_pandoc_path())


@cache
def pandoc_version() -> str:
    """Version of the pinned program."""
    return str(pypandoc.get_pandoc_version())


def run_pandoc(text: str, arguments: Sequence[str], directory: Path) -> PandocResult:
    """Run Pandoc on a text in a directory.

    Raises
    ------
    RenderError
        If Pandoc stops with an error.
    """
    run = subprocess.run(
        [pandoc_path(), *arguments, *ROOM], input=text.encode(), capture_output=True, cwd=directory, check=False
    )
    complaints = run.stderr.decode(errors="replace")
    if run.returncode:
        raise RenderError(f"Pandoc stopped: {complaints.strip()}")
    found = tuple(match["text"].strip() for match in WARNING.finditer(complaints))
    return PandocResult(run.stdout.decode(), tuple(warning for warning in found if not HARMLESS.search(warning)))


def parse_markdown(text: str, directory: Path) -> tuple[dict[str, Any], StandIns, tuple[str, ...]]:
    """Parse Markdown into Pandoc's document tree.

    Returns
    -------
    tuple
        The tree as Pandoc's JSON, what stands in for numbers in it, and the warnings of the parser.
    """
    stand_ins = StandIns()
    result = run_pandoc(stand_ins.put_in(text), ["--from", READER, "--to", "json"], directory)
    return json.loads(stand_ins.keep_words(result.text)), stand_ins, result.warnings
