"""Checking what an evaluator hands in: every file, every table, every rule, past the first fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.panel.contract.cells import type_table
from pilotbook.panel.contract.conversion import Conversion
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import Dictionary, TableKind
from pilotbook.panel.contract.rules import cell_faults, series_faults
from pilotbook.panel.contract.source import read_source
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding

READ = (".csv", ".xlsx", ".xlsm", ".parquet")
_OTHER_TABLES = (".xls", ".xlsb", ".ods", ".et", ".txt", ".tsv", ".dbf", ".dta", ".sav", ".sas7bdat", ".rds", ".json")
_COMPANIONS = ("README.md", "datapackage.json", "truth.json", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in the files.

    Attributes
    ----------
    tables
        The typed tables that could be read; complete and trustworthy only if ``valid``.
    findings
        Errors first, then warnings, each in the order of the files.
    conversions
        Everything that was read otherwise than it is written.
    """

    tables: Mapping[TableKind, Table]
    findings: tuple[Finding, ...]
    conversions: tuple[Conversion, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings because of which the data are refused."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are shown and counted only."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def valid(self) -> bool:
        """Whether the data may be used."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for ``--json``."""
        return {
            "valid": self.valid,
            "tables": {kind: len(table) for kind, table in self.tables.items()},
            "counts": dict(Counter(finding.rule for finding in self.findings)),
            "findings": [finding.as_dict() for finding in self.findings],
            "conversions": [conversion.as_dict() for conversion in self.conversions],
        }


def check(paths: Sequence[Path], catalogue: Catalogue | None = None, part: bool = False) -> Check:
    """Read and check files, or the files of a folder, against the contract.

    Parameters
    ----------
    paths
        CSV, Excel or Parquet files, or folders that hold them. Tables are recognised by their columns.
    catalogue
        The dictionary; the project's own if None.
    part
        Whether the files are part of the tables only, such as one more quarter. Rules on series and between
        tables are then left to the whole.

    Returns
    -------
    Check
        Never raises because of what stands in the files.
    """
    catalogue = catalogue or read_catalogue()
    dictionary = Dictionary.of(catalogue)
    findings: list[Finding] = []
    conversions: list[Conversion] = []
    tables: dict[TableKind, Table] = {}
    for path, shown in _files(paths, findings):
        source = read_source(path, shown)
        findings += source.findings
        conversions += source.conversions
        if any(finding.severity == "error" for finding in source.findings):
            continue
        for raw in source.tables:
            typed = type_table(raw, catalogue, dictionary)
            findings += typed.findings
            conversions += typed.conversions
            if typed.table is not None:
                findings += _add(tables, typed.table)
    findings += cell_faults(tables, catalogue)
    if not part:
        findings += series_faults(tables, catalogue)
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    return Check(tables, tuple(ordered), tuple(conversions))


def _files(paths: Sequence[Path], findings: list[Finding]) -> Iterator[tuple[Path, str]]:
    """Give the files to read; what a folder holds beside them is a finding."""
    for path in paths:
        if not path.is_dir():
            yield path, path.name
            continue
        files = [f for f in sorted(path.iterdir()) if f.is_file() and not f.name.startswith((".", "~$"))]
        tables = [file for file in files if file.suffix.lower() in READ]
        yield from ((file, file.name) for file in tables)
        others = [file for file in files if file not in tables and file.name not in _COMPANIONS]
        findings += [_left_out(file) for file in others]
        if not files:
            findings.append(Finding(path.name, "no-files", FAULTS["no-files"].sentence))


def _left_out(file: Path) -> Finding:
    """Say that a file of a folder is not read: an error if it is a table in another format."""
    suffix = file.suffix.lower()
    fault = FAULTS["file-type" if suffix in _OTHER_TABLES else "file-left-out"]
    return Finding(file.name, fault.id, fault.sentence.format(value=suffix), severity=fault.severity)


def _add(tables: dict[TableKind, Table], table: Table) -> Iterator[Finding]:
    if (other := tables.get(table.kind)) is None:
        tables[table.kind] = table
        return
    where = other.file + (f", sheet '{other.sheet}'" if other.sheet else "")
    sentence = FAULTS["table-twice"].sentence.format(table=table.kind, other=where)
    yield Finding(table.file, "table-twice", sentence, sheet=table.sheet)
