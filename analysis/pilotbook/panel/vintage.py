"""Vintages: the data as they stood at each hand-over, immutable, with their origin and their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.finding import Finding, refuse
from pilotbook.panel.periods import last_day

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTION = "datapackage.json"
FOLDER = "vintages"
RECEIPTS = "receipts"
REVISIONS = "revisions"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where data come from.

    Attributes
    ----------
    title, source, licence, custodian
        What they are, who made them, under which terms, and who keeps them.
    extracted
        Day on which they were drawn from the custodian's system, None if it is not stated.
    simulated
        Whether a simulator made them.
    """

    title: str
    source: str
    licence: str
    custodian: str
    extracted: date | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Vintage:
    """A vintage on disk.

    Attributes
    ----------
    dataset, name
        Name of the data set and of the vintage.
    folder
        Where its files are.
    description
        Its ``datapackage.json``.
    """

    dataset: str
    name: str
    folder: Path
    description: Mapping[str, Any]

    @property
    def tables(self) -> tuple[TableKind, ...]:
        """The tables that it has."""
        return tuple(r["name"] for r in self.description["resources"] if r["name"] != REVISIONS)

    @property
    def simulated(self) -> bool:
        """Whether a simulator made it."""
        return bool(self.description["simulated"])

    @property
    def sha256(self) -> str:
        """Hash of its description, which holds the hashes of all its files."""
        return hashlib.sha256((self.folder / DESCRIPTION).read_bytes()).hexdigest()

    def table(self, kind: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read one table, or the revisions, after making sure that the bytes are those that were written.

        Raises
        ------
        DataError
            If the file is missing or its bytes are not those that were ingested.
        UnknownNameError
            If the vintage does not have the table.
        """
        from pilotbook.panel.canonical import read_parquet  # noqa: PLC0415  # half a second that a description spares

        resources = {r["name"]: r for r in self.description["resources"]}
        if kind not in resources:
            raise UnknownNameError("table", kind, resources, where=f"{self.dataset} {self.name}")
        refuse([*self._rewritten(), *_changed(self.folder, resources[kind])])
        return read_parquet(self.folder / resources[kind]["path"], None if columns is None else list(columns))

    def has_file(self, kind: str) -> bool:
        """Tell whether the file of a table is there; True if the vintage never had the table."""
        paths = [resource["path"] for resource in self.description["resources"] if resource["name"] == kind]
        return all((self.folder / path).is_file() for path in paths)

    def verify(self) -> None:
        """Raise `DataError` if any file is missing or is not the one that was ingested."""
        changed = [fault for r in self.description["resources"] for fault in _changed(self.folder, r)]
        refuse([*self._rewritten(), *changed])

    def _rewritten(self) -> list[Finding]:
        """Return what the receipt says of the description: it bears the mark of simulated data and all hashes."""
        try:
            receipt = json.loads((self.folder.parents[1] / RECEIPTS / f"{self.name}.json").read_text("utf-8"))
            expected = receipt["hash"].removeprefix("sha256:")
        except (OSError, json.JSONDecodeError, KeyError):
            return []  # without a receipt the description is all there is
        return [] if expected == self.sha256 else [_differs(self.folder, DESCRIPTION, self.sha256, expected)]


def _changed(folder: Path, resource: Mapping[str, Any]) -> list[Finding]:
    path, expected = folder / resource["path"], resource["hash"].removeprefix("sha256:")
    if not path.is_file():
        shown = f"{folder.parents[1].name}/{folder.name}/{path.name}"
        return [Finding(shown, "vintage-incomplete", FAULTS["vintage-incomplete"].sentence)]
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return [] if found == expected else [_differs(folder, path.name, found, expected)]


def _differs(folder: Path, file: str, found: str, expected: str) -> Finding:
    sentence = FAULTS["vintage-changed"].sentence.format(found=found[:12], expected=expected[:12])
    return Finding(f"{folder.parents[1].name}/{folder.name}/{file}", "vintage-changed", sentence)


def vintages(dataset: Path) -> list[Vintage]:
    """Return the vintages of a data set's folder, oldest first; none if it has none."""
    folders = (path.parent for path in (dataset / FOLDER).glob(f"*/{DESCRIPTION}"))
    return [open_vintage(folder) for folder in sorted(folders, key=lambda folder: vintage_order(folder.name))]


def open_vintage(folder: Path) -> Vintage:
    """Open the vintage of a folder; its tables are verified when they are read.

    Raises
    ------
    DataError
        If it has no readable description.
    """
    try:
        description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        return Vintage(description["name"], description["version"], folder, description)
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise DataError(f"{folder.name}/{DESCRIPTION}: cannot be read ({error}); restore it from a copy") from None


def newest(dataset: Path) -> Vintage:
    """Return the newest vintage of a data set's folder.

    Raises
    ------
    DataError
        If it has none.
    """
    found = vintages(dataset)
    if not found:
        raise DataError(f"{dataset.name}: has no vintage yet; write one with `pilotbook data ingest`")
    return found[-1]


def vintage_order(name: str) -> date:
    """Return the last day of the period after which a vintage is named, so that vintages can be ordered.

    Raises
    ------
    DataError
        If the name is no period.
    """
    day = last_day(name)
    if day is None:
        sentence = FAULTS["vintage-name"].sentence.format(value=name)
        raise DataError(f"vintage: {sentence} [vintage-name]")
    return day
