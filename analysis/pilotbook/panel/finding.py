"""One thing found wrong with a data file, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pilotbook.errors import DataError

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a data file.

    Attributes
    ----------
    file
        The file as the user named it.
    rule
        Short name of the rule that was broken, such as ``duplicate-key``.
    message
        What is wrong and what to do, one sentence without the place.
    sheet, row, column, value
        Where: sheet of a workbook, row as the editor counts it (the header is row 1), column name, and the
        value as it stands in the file. None where the fault has no such place.
    severity
        ``error`` if the data are refused because of it, ``warning`` if they may be used.
    """

    file: str
    rule: str
    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet is not None:
            place.append(f"sheet '{self.sheet}'")
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        return f"{', '.join(place)}: {self.message} [{self.rule}]"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding as plain values, for ``--json``."""
        return asdict(self)


def refuse(findings: Sequence[Finding]) -> None:
    """Raise one `DataError` that lists the errors among the findings, if there are any."""
    findings = [finding for finding in findings if finding.severity == "error"]
    if not findings:
        return
    lines = [str(finding) for finding in findings[:SHOWN]]
    if len(findings) > SHOWN:
        lines.append(f"… and {len(findings) - SHOWN} more of the same kind or others; mend these first")
    raise DataError("\n".join(lines))
