"""Comparing two ledgers of the same report, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RELATIVE = 1e-8
"""Other processors sum in another order; more than that is another number."""

OF_ERROR = 1e-6
"""Of a standard error: a difference that no reader can see, of estimates close to zero."""

IN_UNIT = frozenset({"estimate", "se", "ci_low", "ci_high", "baseline"})
"""Fields in the unit of the outcome, which the standard error measures."""

ORIGIN = frozenset({"sha256", "vintage", "name"})
"""What the ledger says of its data; compared by itself, since rows in another order have another hash."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One value that differs.

    Attributes
    ----------
    row
        Id of the ledger's row, or the part of the ledger.
    field
        Which value.
    recorded, rerun
        Both values; None where there is none.
    errors
        Difference in standard errors, None if that says nothing.
    relative
        Relative difference, None if one is no number.
    tolerable
        Whether it is within the tolerance.
    """

    row: str
    field: str
    recorded: Any
    rerun: Any
    errors: float | None
    relative: float | None
    tolerable: bool

    def __str__(self) -> str:
        return f"{self.field} of {self.row}: recorded {self.recorded!r}, rerun {self.rerun!r}"


@dataclass(frozen=True, slots=True)
class Compared:
    """All values that differ between two ledgers, and how many numbers there were."""

    numbers: int
    gaps: tuple[Gap, ...]

    @property
    def same(self) -> bool:
        """Whether every value is within the tolerance."""
        return all(gap.tolerable for gap in self.gaps)

    def largest(self, rows: frozenset[str] | None = None) -> float | None:
        """Return the largest difference in standard errors, of all rows or of some; None if there is none."""
        found = [g.errors for g in self.gaps if g.errors is not None and (rows is None or g.row in rows)]
        return max(found, default=None)

    @property
    def largest_relative(self) -> float:
        """Return the largest relative difference of a number."""
        return max((g.relative for g in self.gaps if g.relative is not None), default=0.0)


def compare_ledgers(recorded: Mapping[str, Any], rerun: Mapping[str, Any]) -> Compared:
    """Compare the contents of two ``estimates.json``.

    Parameters
    ----------
    recorded, rerun
        What the files hold, as plain values.
    """
    old, new = _flat(recorded), _flat(rerun)
    errors = {row["id"]: row["se"] for row in recorded["estimates"]}
    numbers = sum(_is_number(value) for value in old.values())
    keys = [*old, *(key for key in new if key not in old)]
    differing = (key for key in keys if old.get(key) != new.get(key))  # what is not there is null
    return Compared(numbers, tuple(_gap(key, old.get(key), new.get(key), errors.get(key[0])) for key in differing))


_Key = tuple[str, str]


def _flat(ledger: Mapping[str, Any]) -> dict[_Key, Any]:
    """Return every value of a ledger by row and field; of other parts by the part and the path in it."""
    found: dict[_Key, Any] = {}
    for part, content in ledger.items():
        if part == "estimates":
            for row in content:
                found |= {(row["id"], name): value for name, value in _leaves(row) if name != "id"}
        elif part == "data":
            found |= {(part, name): value for name, value in content.items() if name not in ORIGIN}
        else:
            found |= {(part, name): value for name, value in _leaves(content)}
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{_called(inner, position)}" if path else _called(inner, position))
    else:
        yield path, value


def _called(value: Any, position: int) -> str:
    """Return how an entry of a list is called: by its outcome or id if it has one."""
    if isinstance(value, Mapping):
        return str(value.get("outcome") or value.get("id") or position)
    return str(position)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _gap(key: _Key, old: Any, new: Any, error: float | None) -> Gap:
    row, field = key
    if not (_is_number(old) and _is_number(new)):
        return Gap(row, field, old, new, None, None, tolerable=False)
    difference = abs(old - new)
    relative = difference / max(abs(old), abs(new))
    errors = difference / error if field in IN_UNIT and error is not None and error > 0 else None
    tolerable = relative <= RELATIVE or (errors is not None and errors <= OF_ERROR)
    return Gap(row, field, old, new, errors, relative if math.isfinite(relative) else None, tolerable)
