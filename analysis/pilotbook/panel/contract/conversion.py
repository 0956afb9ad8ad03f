"""What was converted on the way from a file to typed values: nothing is corrected silently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

KINDS = {
    "encoding": "text read as {to}",
    "title-row": "title above the header left out: '{before}'",
    "header-name": "column headed '{before}' read as '{after}'",
    "long-to-wide": "one row per indicator turned into one column per indicator",
    "full-width": "full-width characters and blanks read as plain ones, such as '{before}' as '{after}'",
    "percent-sign": "per cent sign left out, such as '{before}' as {after}",
    "percent-format": "per cent format of the sheet applied, such as {before} as {after}",
    "number-as-text": "numbers that are stored as text read as numbers, such as '{before}' as {after}",
    "thousands-separator": "thousands separators left out, such as '{before}' as {after}",
    "missing-marker": "'{before}' read as missing",
    "excel-date": "date of the sheet read as a period, such as {before} as {after}",
    "excel-serial": "serial number of a date read as a period, such as {before} as {after}",
    "period-spelling": "period respelt, such as '{before}' as {after}",
    "code-as-number": "county code stored as a number, such as '{before}' as {after}",
    "region-name": "region '{before}' read as {after}",
    "truth-word": "'{before}' read as {after}",
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """Cells of one column that were converted in one way.

    Attributes
    ----------
    kind
        One of `KINDS`.
    rows
        Rows concerned, in ranges such as ``2-41, 45``; empty if it is the whole file.
    count
        Number of cells.
    before, after
        The first of them.
    """

    file: str
    kind: str
    count: int
    before: str
    after: str
    sheet: str | None = None
    column: str | None = None
    rows: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"sheet '{self.sheet}'" if self.sheet else "",
                f"column '{self.column}'" if self.column else "",
                f"row{'' if self.rows.isdigit() else 's'} {self.rows}" if self.rows else "",
            )
            if part
        )
        what = KINDS[self.kind].format(before=self.before, after=self.after, to=self.after)
        return f"{place}: {what} ({self.count} cell{'s' if self.count != 1 else ''}) [{self.kind}]"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the conversion as plain values, for ``--json``."""
        return asdict(self)


def row_ranges(rows: Iterable[int]) -> str:
    """Write row numbers as ranges.

    Examples
    --------
    >>> row_ranges([2, 3, 4, 9])
    '2-4, 9'
    """
    ordered = sorted(set(rows))
    if not ordered:
        return ""
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(ordered)) if b != a + 1), len(ordered)]
    return ", ".join(_range(ordered[a:b]) for a, b in pairwise(breaks))


def _range(run: Sequence[int]) -> str:
    return f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0])
