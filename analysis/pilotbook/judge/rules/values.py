"""Values on their way through an expression: data that broadcast to units × windows, and what was missing for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.judge.rules.facts import Column, Lack
from pilotbook.judge.rules.truth import FALSE, TRUE, UNKNOWN, Truth, truth_of

Mask = NDArray[np.uint64]

NOTHING: Mask = np.zeros((1, 1), dtype=np.uint64)

ROUNDING = 1e-9
"""Two numbers closer than this, relative to their size, count as equal: 12 / 10 - 1 is not above 0.2."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Data and their mask; bit i of the mask stands where the i-th lack of the walk was missing."""

    data: Column
    missing: Mask


class Lacks:
    """What can be missing for an expression, each with a bit of the masks."""

    def __init__(self) -> None:
        self.found: list[Lack] = []

    def bit(self, lack: Lack) -> np.uint64:
        """Return the bit of something; the 64th stands for it and all that come after."""
        if lack not in self.found:
            self.found.append(lack)
        return np.uint64(1) << np.uint64(min(self.found.index(lack), 63))

    def mask(self, where: NDArray[np.bool_], lack: Lack) -> Mask:
        """Return a mask with the bit of something that is missing in some places."""
        where = np.atleast_2d(where)
        return np.where(where, self.bit(lack), np.uint64(0)) if where.any() else np.zeros(where.shape, dtype=np.uint64)

    def absent(self, lack: Lack, truth: bool) -> Value:
        """Return the value of something that nobody handed in."""
        data: Column = np.full((1, 1), UNKNOWN) if truth else np.full((1, 1), np.nan)
        return Value(data, np.full((1, 1), self.bit(lack)))


def known_truth(condition: bool) -> Value:
    """Return a condition that is known."""
    return Value(np.full((1, 1), TRUE if condition else FALSE), NOTHING)


def union(values: Sequence[Value]) -> Mask:
    """Return what is missing for any of the values."""
    mask = values[0].missing
    for value in values[1:]:
        mask = mask | value.missing
    return mask


def unknown(data: Column) -> NDArray[np.bool_]:
    """Return where data are missing."""
    if data.dtype == np.int8:
        return np.asarray(data == UNKNOWN)
    if data.dtype == object:
        return np.asarray((data == "") | pd.isna(data))
    return np.asarray(np.isnan(data))


def compared(sign: str, a: Column, b: Column) -> Truth:
    """Compare numbers; those that differ by rounding only are equal, and one that is missing makes it unknown."""
    with np.errstate(invalid="ignore"):
        difference = np.asarray(np.subtract(a, b), dtype=np.float64)
        size = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1.0)
        equal = np.asarray(np.abs(difference) <= np.where(np.isinf(size), 0.0, ROUNDING * size)) | np.asarray(a == b)
    found = {
        "<": (difference < 0) & ~equal,
        "<=": (difference < 0) | equal,
        ">": (difference > 0) & ~equal,
        ">=": (difference > 0) | equal,
        "==": equal,
        "!=": ~equal,
    }[sign]
    known = ~(np.isnan(a) | np.isnan(b))
    return truth_of(np.asarray(found), np.asarray(known))
