"""Ingesting a hand-over: checked, compared with the last vintage, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pilotbook.errors import DataError
from pilotbook.panel.canonical import canonical, write_parquet
from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.panel.contract.check import Check, check
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import LAYOUTS, Dictionary, TableKind
from pilotbook.panel.contract.rules import series_faults
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding
from pilotbook.panel.revisions import COLUMNS, Update, count_by_column, update
from pilotbook.panel.vintage import (
    DESCRIPTION,
    FOLDER,
    RECEIPTS,
    REVISIONS,
    Provenance,
    Vintage,
    open_vintage,
    vintage_order,
    vintages,
)

SIMULATED_NAME = "模拟"


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What came of a hand-over.

    Attributes
    ----------
    check
        What the contract says of the files.
    vintage
        The vintage that was written; None if the data were refused.
    revisions
        One row per cell of the last vintage that now stands otherwise.
    added
        New rows by table.
    findings
        What was found beyond the files: revisions, rows and columns that are gone.
    """

    check: Check
    vintage: Vintage | None
    revisions: pd.DataFrame
    added: Mapping[str, int]
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for ``--json``."""
        return self.check.as_dict() | {
            "vintage": self.vintage.name if self.vintage else None,
            "dataset": self.vintage.dataset if self.vintage else None,
            "added": dict(self.added),
            "revisions": self.revisions.to_dict("records"),
            "vintage_findings": [finding.as_dict() for finding in self.findings],
        }


def ingest(
    paths: Sequence[Path],
    dataset: Path,
    name: str,
    provenance: Provenance,
    whole: bool = False,
    catalogue: Catalogue | None = None,
) -> Ingestion:
    """Check files and, if they are valid, write the next vintage of a data set.

    Parameters
    ----------
    paths
        Files of the hand-over.
    dataset
        Folder of the data set; it is made if it is not there.
    name
        Name of the vintage: the period of the hand-over.
    provenance
        Where the data come from.
    whole
        Whether the files are the whole of each table; if not, what they lack stays as it was.

    Raises
    ------
    DataError
        If the vintage cannot be written: it is there already, older than the newest or misnamed, the last one
        was changed on disk, or simulated and real data would be mixed.
    """
    catalogue = catalogue or read_catalogue()
    earlier = vintages(dataset)
    _refuse_name(name, earlier)
    if dataset.is_file() or (dataset / DESCRIPTION).is_file():
        raise DataError(_say("no-vintages-here", value=dataset.name))
    found = check(paths, catalogue, part=bool(earlier) and not whole)
    nothing = pd.DataFrame(columns=COLUMNS, dtype=str)
    if not found.valid or not found.tables:
        return Ingestion(found, None, nothing, {}, ())
    last = earlier[-1] if earlier else None
    if last is None and "panel" not in found.tables:
        raise DataError(_say("panel-missing"))
    simulated = provenance.simulated or _looks_simulated(found)
    if last is not None:
        last.verify()
        _refuse_mixing(last, simulated)
    updates = _updates(found, last, whole, catalogue)
    revised = pd.concat([u.revisions for u in updates.values()], ignore_index=True)
    frames = {kind: u.frame for kind, u in updates.items()}
    if last is not None and not whole:
        found = _check_merged(found, frames, f"{dataset.name} {name}", catalogue)
        if not found.valid:
            return Ingestion(found, None, nothing, {}, ())
    vintage = open_vintage(_write(frames, revised, dataset, name, provenance, simulated, last))
    _write_receipt(found, paths, dataset, vintage)
    added: dict[str, int] = {kind: u.added for kind, u in updates.items() if u.added}
    return Ingestion(found, vintage, revised, added, tuple(_notes(updates, revised, last, name)))


def dataset_name_fault(name: str) -> str | None:
    """Say why a bare name cannot be that of a data set; None if it can."""
    plain = re.fullmatch(r"[A-Za-z0-9\u4e00-\u9fff][\w-]*", name) is not None
    return None if plain else _say("dataset-name", value=name)


def _refuse_name(name: str, earlier: Sequence[Vintage]) -> None:
    order = vintage_order(name)
    if any(vintage.name == name for vintage in earlier):
        raise DataError(_say("vintage-exists", value=name))
    if earlier and order <= vintage_order(earlier[-1].name):
        raise DataError(_say("vintage-order", value=name, latest=earlier[-1].name))


def _refuse_mixing(last: Vintage, simulated: bool) -> None:
    words = {True: "simulated", False: "not simulated"}
    if last.simulated != simulated:
        raise DataError(_say("simulated-mark", before=words[last.simulated], after=words[simulated]))


def _say(id: str, **gaps: Any) -> str:
    return f"{FAULTS[id].sentence.format(**gaps)} [{id}]"


def _looks_simulated(found: Check) -> bool:
    """Tell whether the simulator made the files: it writes the mark into the names of the counties."""
    counties = found.tables.get("counties")
    return counties is not None and bool(counties.frame["name_zh"].str.startswith(SIMULATED_NAME).any())


def _updates(found: Check, last: Vintage | None, whole: bool, catalogue: Catalogue) -> dict[TableKind, Update]:
    updates: dict[TableKind, Update] = {}
    for kind in LAYOUTS:
        before = last.table(kind) if last is not None and kind in last.tables else None
        if kind in found.tables:
            updates[kind] = update(before, found.tables[kind].frame, kind, whole)
        elif before is not None:
            updates[kind] = Update(before, pd.DataFrame(columns=COLUMNS, dtype=str), 0, 0)
    return updates


def _check_merged(found: Check, frames: Mapping[TableKind, pd.DataFrame], name: str, catalogue: Catalogue) -> Check:
    """Add what the rules on series say of the tables as they stand after the hand-over."""
    dictionary = Dictionary.of(catalogue)
    tables = {
        kind: Table.put_together(kind, f"{name}, {kind} as a whole", frame.reset_index(drop=True), dictionary)
        for kind, frame in frames.items()
    }
    return replace(found, findings=(*found.findings, *series_faults(tables, catalogue)))


def _notes(
    updates: Mapping[TableKind, Update], revised: pd.DataFrame, last: Vintage | None, name: str
) -> list[Finding]:
    """Say what the vintage changes in the one before."""
    if last is None:
        return []
    found = []
    for (table, column), count in count_by_column(revised).items():
        sentence = FAULTS["revised"].sentence.format(count=count, before=last.name)
        found.append(Finding(f"{table} {name}", "revised", sentence, column=column, severity="warning"))
    for kind, change in updates.items():
        if change.withdrawn:
            sentence = FAULTS["rows-withdrawn"].sentence.format(count=change.withdrawn, before=last.name)
            found.append(Finding(f"{kind} {name}", "rows-withdrawn", sentence, severity="warning"))
        if kind in last.tables:
            before = _columns(last, kind)
            sentence = FAULTS["columns-withdrawn"].sentence.format(before=last.name)
            found += [
                Finding(f"{kind} {name}", "columns-withdrawn", sentence, column=column, severity="warning")
                for column in before
                if column not in change.frame
            ]
    return found


def _columns(vintage: Vintage, kind: str) -> list[str]:
    resource = next(r for r in vintage.description["resources"] if r["name"] == kind)
    return [field["name"] for field in resource["schema"]["fields"]]


def _write(
    frames: Mapping[TableKind, pd.DataFrame],
    revised: pd.DataFrame,
    dataset: Path,
    name: str,
    provenance: Provenance,
    simulated: bool,
    last: Vintage | None,
) -> Path:
    """Write the vintage beside its place and move it there: a reader sees all of it or nothing."""
    catalogue = read_catalogue()
    parent = dataset / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".writing-") as temporary:
        draft = Path(temporary) / name
        draft.mkdir()
        resources = []
        for kind, frame in frames.items():
            resources.append(_resource(draft, kind, canonical(frame, kind, catalogue), catalogue))
        if last is not None:
            resources.append(_resource(draft, REVISIONS, revised, catalogue))
        description = _description(dataset.name, name, provenance, simulated, last, resources)
        text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
        (draft / DESCRIPTION).write_text(text, "utf-8")
        try:
            draft.rename(parent / name)
        except OSError:  # another call was faster; what it wrote stays
            raise DataError(_say("vintage-exists", value=name)) from None
    return parent / name


def _resource(folder: Path, name: str, frame: pd.DataFrame, catalogue: Catalogue) -> dict[str, Any]:
    path = folder / f"{name}.parquet"
    write_parquet(frame, path)
    content = path.read_bytes()
    key = LAYOUTS[name].key if name in LAYOUTS else ("table", "key", "column")  # type: ignore[index]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": len(frame),
        "schema": {"fields": [_field(frame, str(c), catalogue) for c in frame], "primaryKey": list(key)},
    }


def _field(frame: pd.DataFrame, column: str, catalogue: Catalogue) -> dict[str, Any]:
    number = pd.api.types.is_numeric_dtype(frame[column])
    field: dict[str, Any] = {"name": column, "type": "number" if number else "string"}
    indicator = catalogue.indicators.get(column.partition("[")[0])
    if indicator is not None:
        field |= {"title": indicator.name_en, "unit": indicator.unit}
    return field


def _description(
    dataset: str,
    name: str,
    provenance: Provenance,
    simulated: bool,
    last: Vintage | None,
    resources: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": dataset,
        "title": provenance.title,
        "version": name,
        "created": provenance.extracted.isoformat() if provenance.extracted else None,
        "simulated": simulated,
        "licenses": [{"name": provenance.licence}],
        "sources": [{"title": provenance.source}],
        "contributors": [{"title": provenance.custodian, "role": "custodian"}],
        "previous": None if last is None else {"version": last.name, "hash": f"sha256:{last.sha256}"},
        "resources": resources,
    }


def _write_receipt(found: Check, paths: Sequence[Path], dataset: Path, vintage: Vintage) -> None:
    """Keep what was handed in, everything that was converted and the hash of the vintage, beside it and not in it."""
    folder = dataset / RECEIPTS
    folder.mkdir(exist_ok=True)
    files = [
        {"name": path.name, "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"}
        for given in paths
        for path in (sorted(given.iterdir()) if given.is_dir() else [given])
        if path.is_file()
    ]
    receipt = {"vintage": vintage.name, "hash": f"sha256:{vintage.sha256}", "files": files, **found.as_dict()}
    (folder / f"{vintage.name}.json").write_text(json.dumps(receipt, ensure_ascii=False, indent=1) + "\n", "utf-8")
