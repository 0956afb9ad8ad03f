"""Every estimate of a release as a table: CSV for any program, and a script file for the filterable table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pilotbook.release.record import Record
from pilotbook.site.script_data import call

CSV, SCRIPT = "estimates.csv", "estimates.js"
DESCRIPTION = "description"
EVERYWHERE = ""
"""Region of an estimate that is not of one region alone."""

LEDGER_COLUMNS = (
    "id",
    "outcome",
    "estimator",
    "estimand",
    "role",
    "unit",
    "estimate",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "level",
    "p",
    "p_method",
    "n_obs",
    "n_units",
    "n_pilots",
    "n_controls",
    "baseline",
)
CSV_COLUMNS = ("plan", "reform", "period", "version", "simulated", "region", "verdict", "grade", *LEDGER_COLUMNS)
SCRIPT_COLUMNS = ("id", "outcome", "region", "role", "estimate", "ci_low", "ci_high", "p", "unit", "verdict", "grade")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a text cell that starts so."""


def estimate_files(record: Record, ledger: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the two files of a release.

    Parameters
    ----------
    record
        What the release says of itself.
    ledger
        Its ``estimates.json``. The CSV holds all rows; the script leaves out those that describe and estimate nothing.
    """
    verdicts = {verdict["outcome"]: verdict for verdict in ledger["verdicts"]}
    rows = [_row(record, row, verdicts.get(row["outcome"], {})) for row in ledger["estimates"]]
    effects = [[row[name] for name in SCRIPT_COLUMNS] for row in rows if row["role"] != DESCRIPTION]
    name = f"{record.plan}/{record.period}/v{record.version}"
    return {CSV: write_csv(CSV_COLUMNS, rows), SCRIPT: call("estimates", name, effects)}


def _row(record: Record, row: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "plan": record.plan,
        "reform": record.reform,
        "period": record.period,
        "version": record.version,
        "simulated": record.simulated,
        "region": region_of(row.get("spec", {})),
        "verdict": verdict.get("verdict"),
        "grade": verdict.get("grade"),
        **{name: row.get(name) for name in LEDGER_COLUMNS},
    }


def region_of(spec: Mapping[str, str]) -> str:
    """Return the region that an estimate is of, empty for all regions together."""
    return spec.get("region", EVERYWHERE)


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a table as CSV in UTF-8 with its mark, so that Excel reads the Chinese."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
