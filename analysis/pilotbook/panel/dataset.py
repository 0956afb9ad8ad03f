"""A data set: a folder with a Frictionless data package, or a bare file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.moment import seen_once
from pilotbook.panel.absence import Absence, Lost
from pilotbook.panel.finding import Finding, refuse
from pilotbook.panel.layout import Layout
from pilotbook.panel.source import Source
from pilotbook.panel.vintage import FOLDER as VINTAGES
from pilotbook.panel.vintage import Vintage, newest

if TYPE_CHECKING:
    from pilotbook.panel.panel import Panel

DESCRIPTION = "datapackage.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str = ""
    title: str = ""
    path: str = ""


class Resource(BaseModel):
    """One file of a data package."""

    model_config = ConfigDict(extra="allow")
    path: str
    hash: str | None = None


class Description(BaseModel):
    """What ``datapackage.json`` says of a data set (Frictionless Data Package, the parts used here)."""

    model_config = ConfigDict(extra="allow")
    name: str
    title: str = ""
    version: str | None = None
    created: str | None = None
    simulated: bool = False
    licenses: list[_Part] = Field(default_factory=list)
    sources: list[_Part] = Field(default_factory=list)
    resources: list[Resource] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A described or bare data file.

    Attributes
    ----------
    file
        The table itself, absolute.
    shown
        How messages name it: as the plan's author would find it.
    description
        The data package, None for a bare file.
    vintage
        The vintage that is read, None for a data set without vintages.
    """

    file: Path
    shown: str
    description: Description | None
    vintage: Vintage | None = None

    def source(self) -> Source:
        """Return the origin of the data, with the hash of the bytes on disk, and what its description misses."""
        absent = self._absent()
        d = self.description
        if d is None:
            return Source(name=self.file.stem, sha256=file_sha256(self.file, self.shown))
        digest = "" if self.vintage is None and not self.file.is_file() else self._digest()
        return Source(
            name=d.name,
            sha256=digest,
            vintage=d.version,
            date=d.created[:10] if d.created else None,
            simulated=d.simulated,
            title=d.title,
            licence=", ".join(part.name for part in d.licenses),
            origin="; ".join(part.title for part in d.sources),
            is_vintage=self.vintage is not None,
            follows=None if self.vintage is None else (self.vintage.description["previous"] or {}).get("version"),
            absent=absent,
            titles={field["name"]: field["title"] for field in self._fields() if field.get("title")},
        )

    def _digest(self) -> str:
        return file_sha256(self.file, self.shown) if self.vintage is None else self.vintage.sha256

    def _absent(self) -> tuple[Absence, ...]:
        """Return what the description tells of and is gone; a bare file has none that could tell."""
        if self.description is None:
            return ()
        if not self.file.is_file():
            return (Absence(Lost.FILE, self.shown),)
        if self.vintage is None and not _has_rows(self.file):
            return (Absence(Lost.EMPTY, self.shown),)
        if self._changed(self.bytes_sha256()):
            return (Absence(Lost.CHANGED, self.shown),)
        exposure = self.vintage is None or self.vintage.has_file("exposure")
        return () if exposure else (Absence(Lost.EXPOSURE, self.shown),)

    def bytes_sha256(self) -> str:
        """Return the hash of the panel's bytes on disk, whatever a description says of them.

        Raises
        ------
        DataError
            If the file does not exist.
        """
        return file_sha256(self.file, self.shown)

    def columns(self) -> tuple[str, ...]:
        """Return the columns that the description says the panel has; none of a bare file."""
        return tuple(field["name"] for field in self._fields())

    def _fields(self) -> list[dict[str, Any]]:
        """Return what the description says of each column; nothing of a bare file."""
        if self.description is None:
            return []
        found: list[dict[str, Any]] = (
            (self._resource(self.description).model_extra or {}).get("schema", {}).get("fields", [])
        )
        return found

    def _resource(self, description: Description) -> Resource:
        """Return what the description says of the panel; of a vintage it is one table among several."""
        named = (resource for resource in description.resources if resource.path == self.file.name)
        return next(named, description.resources[0])

    def read(self, layout: Layout, known: Collection[str] | None = None) -> Panel:
        """Read and check the panel.

        Parameters
        ----------
        layout
            Which column plays which part.
        known
            Columns that the data are known to have had: what of them is gone is told in the panel's ``absent``. By
            default nothing may be lacking.

        Raises
        ------
        DataError
            If the file is missing, its content is invalid, or its bytes are not those described.
        """
        from pilotbook.panel.build import build_panel  # noqa: PLC0415  # half a second that spares who only asks whence
        from pilotbook.panel.table import read_text_table  # noqa: PLC0415
        from pilotbook.panel.vintage_panel import panel_of_vintage  # noqa: PLC0415

        if self.vintage is not None:
            return panel_of_vintage(self.vintage, layout, self.source(), self.shown, known)
        table = read_text_table(self.file, self.shown)
        panel = build_panel(table, layout, self.source(), self.shown, known)
        refuse(self._changed(panel.source.sha256))
        return panel

    def _changed(self, digest: str) -> list[Finding]:
        expected = self._resource(self.description).hash if self.description else None
        if expected is None or expected.removeprefix("sha256:") == digest:
            return []
        return [
            Finding(
                self.shown,
                "changed-bytes",
                f"the file is not the one that {DESCRIPTION} describes (sha256 {digest[:12]}… instead of "
                f"{expected.removeprefix('sha256:')[:12]}…); restore it, or describe the new data as a new vintage",
            )
        ]


@seen_once
def find_dataset(name: str, plan_folder: Path, data_folder: Path) -> Dataset:
    """Find the data set that a plan names: a folder of ``data/``, or a path from the plan's own folder.

    Of a data set with vintages it is the newest.

    Raises
    ------
    UnknownNameError
        If it is a bare name that no folder of ``data/`` bears.
    DataError
        If the path does not exist or its description cannot be read.
    """
    if _has_description(data_folder / name) and "/" not in name:  # a path is never the name of a folder of data/
        return _described(data_folder / name, f"data/{name}")
    path = (plan_folder / name).resolve()
    if path.is_dir():
        return _described(path, name)
    if path.suffix == "" and "/" not in name:
        known = [folder.name for folder in sorted(data_folder.glob("*")) if _has_description(folder)]
        raise UnknownNameError("data set", name, known, where="dataset")
    if not path.is_file():
        refuse([Finding(name, "missing-file", "the data file does not exist; check `dataset` in the plan")])
    return Dataset(path, name, None)


def _has_description(folder: Path) -> bool:
    """Tell whether a folder holds a data set, with vintages or without."""
    return (folder / DESCRIPTION).is_file() or any((folder / VINTAGES).glob(f"*/{DESCRIPTION}"))


def _described(folder: Path, shown: str) -> Dataset:
    if (folder / VINTAGES).is_dir():
        vintage = newest(folder)
        shown = f"{shown}, vintage {vintage.name}"
        description = Description.model_validate(vintage.description)
        return Dataset(vintage.folder / "panel.parquet", shown, description, vintage)
    path = folder / DESCRIPTION
    try:
        description = Description.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError(f"{shown}: the folder has no {DESCRIPTION}; add one, or name the data file itself") from None
    except (json.JSONDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise DataError(f"{shown}/{DESCRIPTION}: cannot be read as a data package ({_brief(error)})") from None
    file = description.resources[0].path
    data = (folder / file).resolve()
    if not data.is_relative_to(folder.resolve()):
        raise DataError(f"{shown}/{DESCRIPTION}: the resource {file} lies outside the folder; put it beside the file")
    return Dataset(data, f"{shown}/{file}", description)


def _has_rows(path: Path) -> bool:
    """Tell whether anything stands below the header of a text table."""
    with path.open("rb") as lines:
        next(lines, b"")
        return any(line.strip(b' \t\r\n,;"') for line in lines)


def _brief(error: json.JSONDecodeError | UnicodeDecodeError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8; save it as UTF-8"
    return f"line {error.lineno}, column {error.colno}: {error.msg}"


@seen_once
def file_sha256(path: Path, shown: str | None = None) -> str:
    """Return the hash of a file's bytes; ``shown`` is how a message names it, by default by its name.

    Raises
    ------
    DataError
        If the file does not exist.
    """
    if not path.is_file():
        raise DataError(f"{shown or path.name}: the data file does not exist; check `dataset` in the plan")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
