"""Which column of a table plays which part."""

from __future__ import annotations

from dataclasses import dataclass

from pilotbook.panel.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts that the columns of a long table (one row per county and period) play.

    Attributes
    ----------
    unit, period, start
        Columns of the county code, the period, and the first period under the reform (empty: never).
    assignment
        Column of the unit at which the reform was assigned.
    kind
        The kind of period.
    values
        Columns of numbers to keep.
    positive
        Those of them that must be above zero: denominators and weights.
    never
        Spellings in ``start`` that mean never, besides the empty cell.
    texts
        Columns of words that are facts of the county, such as its province.
    """

    unit: str
    period: str
    start: str
    assignment: str
    kind: PeriodKind
    values: tuple[str, ...]
    positive: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that is needed, each once."""
        keys = (self.unit, self.period, self.start, self.assignment)
        return tuple(dict.fromkeys((*keys, *self.texts, *self.values, *self.positive)))
