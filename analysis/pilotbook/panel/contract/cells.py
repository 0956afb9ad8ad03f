"""From a raw table to a typed one: headers recognised, cells read, conversions and faults listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.contract.conversion import Conversion, row_ranges
from pilotbook.panel.contract.faults import FAULTS
from pilotbook.panel.contract.layout import COLUMNS, LAYOUTS, LONG, Column, Dictionary, TableKind, recognise
from pilotbook.panel.contract.pivot import pivot
from pilotbook.panel.contract.raw import RawTable
from pilotbook.panel.contract.spelling import PLAIN_NUMBER, Reading, read_number
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding


@dataclass(slots=True)
class Typed:
    """A typed table, if there is one, with what was found and converted on the way."""

    table: Table | None
    findings: list[Finding] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)


def type_table(raw: RawTable, catalogue: Catalogue, dictionary: Dictionary) -> Typed:
    """Type one raw table."""
    typed = Typed(None)
    columns = _recognise_columns(raw, dictionary, typed)
    kind = recognise({column.id for column in columns.values()})
    if kind is None:
        hint = "; ".join(f"'{h}': {dictionary.hint(h)}" for h in raw.header[:3] if dictionary.column(h) is None)
        typed.findings = [_fault(raw, "unknown-table", tables=", ".join(LAYOUTS), hint=hint or "add its keys")]
        return typed
    typed.findings += _structure_faults(raw, kind, columns, dictionary)
    if any(finding.severity == "error" for finding in typed.findings):
        return typed
    cells = _Cells(raw, catalogue, typed)
    frame = {column.id: cells.read(position, column) for position, column in columns.items()}
    table = Table(
        kind,
        raw.file,
        raw.sheet,
        pd.DataFrame(frame, copy=False),  # no second copy of a large table
        raw.rows,
        {column.id: raw.header[position] for position, column in columns.items()},
        {column.id: column for column in columns.values()},
        texts=cells.texts,
    )
    if set(LONG) <= set(frame):
        table = pivot(table, catalogue, dictionary, typed.findings, typed.conversions)
    typed.table = table
    return typed


def _recognise_columns(raw: RawTable, dictionary: Dictionary, typed: Typed) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    for position, header in enumerate(raw.header):
        column = dictionary.column(header)
        if column is None:
            if header:
                typed.findings.append(_fault(raw, "unknown-column", header=header, hint=dictionary.hint(header)))
            continue
        if column.id != header:
            typed.conversions.append(
                Conversion(raw.file, "header-name", 1, header, column.id, raw.sheet, header, str(raw.header_row))
            )
        if column in columns.values():
            typed.findings.append(_fault(raw, "duplicate-column", header=header))
        columns[position] = column
    return columns


def _fault(raw: RawTable, id: str, header: str | None = None, **gaps: Any) -> Finding:
    fault = FAULTS[id]
    row = raw.header_row if header is not None else None
    sentence = fault.sentence.format(**gaps)
    return Finding(raw.file, id, sentence, sheet=raw.sheet, row=row, column=header, severity=fault.severity)


def _structure_faults(
    raw: RawTable, kind: TableKind, columns: Mapping[int, Column], dictionary: Dictionary
) -> Iterator[Finding]:
    layout, present = LAYOUTS[kind], {column.id for column in columns.values()}
    unknown = [header for header in raw.header if header and dictionary.column(header) is None]
    hint = f"is it '{unknown[0]}'?" if len(unknown) == 1 else "add it, or name it as in the data dictionary"
    wanted = [*layout.key, *layout.required]
    values = {column.id for column in columns.values() if column.part == "value"}
    if layout.indicators and not values:
        wanted += [column for column in LONG if column not in present] or []
    for column in wanted:
        if column not in present:
            yield _fault(raw, "missing-column", header=column, table=kind, hint=hint)
    if "indicator" in present and values:
        yield _fault(raw, "mixed-layout", header="indicator")
    for known in columns.values():
        partner = f"{known.indicator}.denominator"
        if known.part == "numerator" and partner not in present:
            yield _fault(raw, "lone-numerator", header=known.id, expected=partner)


class _Cells:
    """Reads the columns of one raw table and keeps book of texts, faults and conversions."""

    def __init__(self, raw: RawTable, catalogue: Catalogue, typed: Typed) -> None:
        self.raw, self.catalogue, self.typed = raw, catalogue, typed
        self.texts: dict[str, dict[int, str]] = {}

    def read(self, position: int, column: Column) -> NDArray[Any]:
        cells = self.raw.columns[position]
        if not column.is_number:
            reader = COLUMNS[column.id].read if column.indicator is None else COLUMNS["definition"].read
            assert reader is not None
            return self._words(position, column, cells, reader)
        if pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
            numbers: NDArray[np.float64] = cells.cast(pa.float64()).to_numpy()
            self._refuse_infinite(position, column, numbers)
            return numbers
        return self._numbers(position, column, cells.cast(pa.string()))

    def _words(
        self, position: int, column: Column, cells: pa.ChunkedArray, reader: Callable[[str], Reading]
    ) -> NDArray[Any]:
        """Read each distinct text once."""
        encoded = cells.cast(pa.string()).combine_chunks().fill_null("").dictionary_encode()
        codes = encoded.indices.to_numpy()
        texts = encoded.dictionary.to_pylist()
        readings = [reader(text) for text in texts]
        odd = np.asarray([bool(reading.fault or reading.conversions) for reading in readings])
        where = np.flatnonzero(odd[codes]).tolist()
        self._note(position, column, {w: (texts[codes[w]], readings[codes[w]]) for w in where})
        values: NDArray[Any] = np.asarray([reading.value for reading in readings], dtype=object)[codes]
        return values.astype(np.float64) if column.id == "exposed" else values

    def _numbers(self, position: int, column: Column, cells: pa.ChunkedArray) -> NDArray[Any]:
        blank = pc.equal(pc.utf8_trim_whitespace(cells), "")
        bare = pc.if_else(pc.fill_null(blank, True), pa.scalar(None, pa.string()), cells)
        numbers: NDArray[np.float64]
        try:
            numbers = pc.cast(bare, pa.float64()).to_numpy()
            odd = np.flatnonzero(~np.isfinite(numbers) & bare.is_valid().to_numpy())
        except pa.ArrowInvalid:
            is_plain = pc.fill_null(pc.match_substring_regex(bare, PLAIN_NUMBER), True)
            numbers = pd.to_numeric(pc.if_else(is_plain, bare, None).to_pandas()).to_numpy(dtype=np.float64)
            odd = np.flatnonzero(~is_plain.to_numpy())
        if not numbers.flags.writeable:
            numbers = numbers.copy()
        notes: dict[int, tuple[str, Reading]] = {}
        for where, text in zip(odd.tolist(), bare.take(odd).to_pylist(), strict=True):
            reading = self._allowed(column, read_number(text))
            numbers[where] = reading.value
            notes[where] = (text, reading)
        for where, stored in self.raw.notes.percent.get(position, {}).items():
            reading = Reading(float(numbers[where]), ("percent-format",))
            notes[where] = (stored, self._allowed(column, reading))
        for where, stored in self.raw.notes.as_text.get(position, {}).items():
            if where not in notes:
                notes[where] = (stored, Reading(float(numbers[where]), ("number-as-text",)))
        self._note(position, column, notes)
        return numbers

    def _allowed(self, column: Column, reading: Reading) -> Reading:
        """Refuse a per cent sign where the unit is not per cent."""
        if not {"percent-sign", "percent-format"}.intersection(reading.conversions):
            return reading
        if column.part == "value" and column.indicator is not None:
            unit = self.catalogue.indicators[column.indicator].unit
            if unit.startswith("%") or unit == "pp":
                return reading
        elif column.id == "value":  # of a long table: its unit is known after the pivot
            return reading
        return Reading(np.nan, fault="percent-in-other-unit")

    def _refuse_infinite(self, position: int, column: Column, numbers: NDArray[np.float64]) -> None:
        where = np.flatnonzero(np.isinf(numbers)).tolist()
        self._note(position, column, {w: (str(numbers[w]), Reading(np.nan, fault="infinite")) for w in where})

    def _note(self, position: int, column: Column, notes: Mapping[int, tuple[str, Reading]]) -> None:
        header = self.raw.header[position]
        converted: dict[tuple[str, str], list[int]] = defaultdict(list)
        for where, (text, reading) in notes.items():
            self.texts.setdefault(column.id, {})[where] = text
            if reading.fault:
                self.typed.findings.append(self._unreadable(column, header, where, text, reading.fault))
            for kind in reading.conversions:
                # missing markers and words are listed by their spelling, numbers by the kind alone
                converted[kind, text if kind in {"missing-marker", "region-name", "truth-word"} else ""].append(where)
        for (kind, _), places in converted.items():
            text, reading = notes[places[0]]
            rows = row_ranges(int(self.raw.rows[where]) for where in places)
            after = f"{reading.value:.12g}" if isinstance(reading.value, float) else reading.value
            self.typed.conversions.append(
                Conversion(self.raw.file, kind, len(places), text, after, self.raw.sheet, header, rows)
            )

    def _unreadable(self, column: Column, header: str, where: int, text: str, id: str) -> Finding:
        if column.id == "population" and id in FAULTS and FAULTS[id].group == "number":
            id = "population"
        unit = self.catalogue.indicators[column.indicator].unit if column.indicator else "its unit"
        sentence = FAULTS[id].sentence.format(value=text, unit=unit)
        row = int(self.raw.rows[where])
        return Finding(self.raw.file, id, sentence, self.raw.sheet, row, header, text, FAULTS[id].severity)
