"""Reading the finished files of a release for what must not leave: small counts of people, paths, names."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from pilotbook.release.disclosure.cells import Table, headed_cells, tables_of_notebook, tables_of_page
from pilotbook.release.disclosure.settings import Settings, settings
from pilotbook.report.pdf_text import read_pdf

SHOWN = 40
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})*|\d+")
_SHORTEST_NAME = 3
"""A name of two letters fits by chance."""


def disclosures(files: Iterable[Path], folder: Path, chosen: Settings | None = None) -> list[str]:
    """Return what the files of a release must not show, each with its file.

    Parameters
    ----------
    files
        HTML pages, PDFs, notebooks, JSON and YAML.
    folder
        They are named from here.
    chosen
        The settings; by default those of ``settings.yml``.
    """
    chosen = chosen or settings()
    found = []
    for path in files:
        shown = path.relative_to(folder).as_posix()
        found += [f"{shown}: {finding}" for finding in dict.fromkeys(_findings(path, chosen))]
    return found


def _findings(path: Path, chosen: Settings) -> Iterator[str]:
    match path.suffix:
        case ".pdf":
            text = _text_of_pdf(path)
            yield from _small_in_lines(text, chosen)
        case ".html":
            text = path.read_text(encoding="utf-8")
            yield from _small_in_tables(tables_of_page(path), chosen)
        case ".ipynb":
            text = path.read_text(encoding="utf-8")
            yield from _small_in_tables(tables_of_notebook(path), chosen)
        case _:
            text = path.read_text(encoding="utf-8")
    yield from _private(text, chosen)


def _text_of_pdf(path: Path) -> str:
    document = read_pdf(path)
    return "\n".join([*document.pages, *document.metadata])


def _small_in_tables(tables: Iterable[Table], chosen: Settings) -> Iterator[str]:
    for table in tables:
        for head, cell in headed_cells(table):
            if _counts_people(head, chosen) and _is_small(cell, chosen):
                yield _small(head, cell, chosen)


def _small_in_lines(text: str, chosen: Settings) -> Iterator[str]:
    """Find lines of a PDF that consist of a heading of counts and a number; a column has no such lines."""
    for line in text.splitlines():
        head, _, cell = line.strip().rpartition(" ")
        if _counts_people(head, chosen) and _is_small(cell, chosen):
            yield _small(head, cell, chosen)


def _counts_people(head: str, chosen: Settings) -> bool:
    return any(pattern.search(head) for pattern in chosen.counts)


def _is_small(cell: str, chosen: Settings) -> bool:
    return bool(_COUNT.fullmatch(cell)) and 0 < int(cell.replace(",", "")) < chosen.smallest_count


def _small(head: str, cell: str, chosen: Settings) -> str:
    return (
        f"'{head}' shows {cell}; counts of people below {chosen.smallest_count} are not shown: suppress it and, beside "
        "totals, a second cell (docs/releases/disclosure.md)"
    )


def _private(text: str, chosen: Settings) -> Iterator[str]:
    for pattern in chosen.private:
        for match in re.finditer(rf"(?<![\w+/=]){pattern.pattern}", text):
            yield f"names a place on a machine: {match[0][:SHOWN]}"
    for kind, name in _names(chosen).items():
        if re.search(rf"(?<![\w+/=-]){re.escape(name)}(?![\w+/=-])", text):
            yield f"names the {kind}: {name}"


def _names(chosen: Settings) -> dict[str, str]:
    """Return the names of this account and machine, if they tell anything."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        account = ""
    names = {"account": account, "machine": socket.gethostname().partition(".")[0]}
    return {
        kind: name
        for kind, name in names.items()
        if len(name) >= _SHORTEST_NAME and name.lower() not in chosen.common_names
    }
