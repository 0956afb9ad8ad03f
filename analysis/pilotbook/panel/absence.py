"""What the data of a plan are known to have had and do not have any more.

A name that nobody knows is a mistake, and is refused with the nearest name. A name that the data's own description, or
the catalogue of reforms and indicators, knows is no mistake: what it names is gone. Then what is left is evaluated,
and the report says what is missing and where.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Lost(StrEnum):
    """Kinds of what can be gone."""

    DATASET = "dataset"
    FILE = "file"
    EMPTY = "empty"
    CHANGED = "changed"
    EXPOSURE = "exposure"
    START = "start"
    COLUMN = "column"
    PERIOD = "period"


WHOLE = frozenset({Lost.DATASET, Lost.FILE, Lost.EMPTY, Lost.CHANGED})
"""Kinds that leave nothing to evaluate."""

NO_DATES = frozenset({Lost.EXPOSURE, Lost.START})
"""Kinds that leave nobody with a start."""

SENTENCES = {
    Lost.DATASET: "{where}: the data set is not there any more; restore its folder",
    Lost.FILE: "{where}: the data file is not there any more, though datapackage.json describes it; restore it",
    Lost.EMPTY: "{where}: the data file has no rows any more; restore it",
    Lost.CHANGED: "{where}: the file is not the one that datapackage.json describes; restore it, or describe the new "
    "data as a new vintage",
    Lost.EXPOSURE: "{where}: the exposure table is not there, so that no county has a start; hand one in",
    Lost.START: "{where}: column '{name}' is not there any more, so that no county has a start; restore it",
    Lost.COLUMN: "{where}: column '{name}' is not there any more; restore it",
    Lost.PERIOD: "{where}: no county has a row for {name}, which lies inside the panel; add it",
}
"""What the command line says of each kind."""


@dataclass(frozen=True, slots=True)
class Absence:
    """One thing that is gone.

    Attributes
    ----------
    what
        Its kind.
    where
        The data set or file, as messages name it.
    name
        The column or period; empty for a whole file.
    """

    what: Lost
    where: str
    name: str = ""

    def __str__(self) -> str:
        return SENTENCES[self.what].format(where=self.where, name=self.name)

    def as_dict(self) -> dict[str, str]:
        """Return it as plain values, for the ledger."""
        return asdict(self)
