"""What is on record beside the data: other reports of the programme, and joint meetings.

Two logs may stand beside a data set, in its folder: ``reports.csv`` with a column ``period`` (2024-03, 2024Q1, 2024)
for the monthly dispatch, the quarterly notice and the annual assessment, and ``meetings.csv`` with a column ``date``
(2024-03-15). They are part of what is handed in, so that a report that is rerun finds the same.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from pilotbook.errors import DataError
from pilotbook.evaluate.monitoring.sources import MEETINGS, REPORTS
from pilotbook.panel.periods import FREQUENCY, PeriodKind, period_kind

KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Records:
    """What is on record.

    Attributes
    ----------
    reports, meetings
        Kind of window to whether its latest has a report, or a meeting; a kind of which nobody keeps a record is not
        named.
    """

    reports: Mapping[str, bool] = field(default_factory=dict)
    meetings: Mapping[str, bool] = field(default_factory=dict)


def read_records(dataset: Path | None, period: pd.Period) -> Records:
    """Read what is on record at the end of a period.

    Parameters
    ----------
    dataset
        Folder of the data set; None if it has none.
    period
        Of the report at hand, which itself counts as a report of its kind.

    Raises
    ------
    DataError
        If a log cannot be read.
    """
    latest: dict[str, pd.Period] = {kind: _latest(kind, period.end_time) for kind in KINDS}
    own = {kind: True for kind, window in latest.items() if window == period and window.freqstr == period.freqstr}
    if dataset is None:
        return Records(reports=own)
    listed = _read_log(dataset / REPORTS, "period", _read_period, "a period; write it like 2024-03, 2024Q1 or 2024")
    days = _read_log(dataset / MEETINGS, "date", date.fromisoformat, "a day; write it like 2024-03-15")
    reports = {} if listed is None else {kind: str(window) in map(str, listed) for kind, window in latest.items()}
    meetings: dict[str, bool] = {}
    if days is not None:
        held = [pd.Timestamp(str(day)) for day in days]
        meetings = {k: any(w.start_time <= day <= w.end_time for day in held) for k, w in latest.items()}
    return Records({**reports, **own}, meetings)


def _latest(kind: PeriodKind, until: pd.Timestamp) -> pd.Period:
    window = pd.Period(until, freq=FREQUENCY[kind])
    return window if window.end_time <= until else window - 1


def _read_period(text: str) -> pd.Period:
    kind = period_kind(text)
    if kind is None:
        raise ValueError(text)
    return pd.Period(text, freq=FREQUENCY[kind])


def _read_log(path: Path, column: str, read: Callable[[str], object], expected: str) -> list[object] | None:
    """Read one column of a log; None if there is no such log."""
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: is not UTF-8; save it as UTF-8") from None
    found = []
    for number, row in enumerate(rows, start=2):
        text = (row.get(column) or "").strip()
        try:
            found.append(read(text))
        except ValueError:
            raise DataError(f"{path.name}, row {number}, column '{column}': '{text}' is not {expected}") from None
    return found
