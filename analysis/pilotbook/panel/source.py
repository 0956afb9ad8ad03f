"""Where a panel comes from, which is known without reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pilotbook.panel.absence import WHOLE, Absence


@dataclass(frozen=True, slots=True)
class Source:
    """Where a panel comes from.

    Attributes
    ----------
    name
        Name of the data set.
    sha256
        Hash of the bytes that were read.
    vintage
        Version of the data, as its custodian names it; None if the data carry no description.
    date
        Day on which the vintage was extracted (ISO), None if unknown.
    simulated
        Whether the data were made by a simulator.
    title, licence, origin
        For the reader: what it is, under which licence, from where.
    is_vintage
        Whether the data were handed in under the contract, so that indicators, revisions and run-out can be judged.
    follows
        The vintage before, which this one may have revised.
    absent
        Files that its description lists, or the whole of it, where they are gone.
    titles
        Columns in words, by name, as far as the description has them.
    """

    name: str
    sha256: str
    vintage: str | None = None
    date: str | None = None
    simulated: bool = False
    title: str = ""
    licence: str = ""
    origin: str = ""
    is_vintage: bool = False
    follows: str | None = None
    absent: tuple[Absence, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def gone(self) -> bool:
        """Tell whether nothing is left to evaluate."""
        return any(absence.what in WHOLE for absence in self.absent)
