"""Three-valued logic (Kleene, *Introduction to Metamathematics*, 1952, §64): false, unknown and true as 0, 1 and 2.

So ordered, *and* is the smaller, *or* the larger, and *not* the distance from two.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.int8]

FALSE, UNKNOWN, TRUE = np.int8(0), np.int8(1), np.int8(2)


def truth_of(condition: NDArray[np.bool_], known: NDArray[np.bool_]) -> Truth:
    """Return a condition as truth, unknown where it is not known."""
    return np.where(known, np.where(condition, TRUE, FALSE), UNKNOWN).astype(np.int8)


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return whether all are true: false if one is false, whatever the others."""
    result: Any = reduce(np.minimum, parts)
    return np.asarray(result, dtype=np.int8)


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return whether any is true: true if one is true, whatever the others."""
    result: Any = reduce(np.maximum, parts)
    return np.asarray(result, dtype=np.int8)


def contrary(truth: Truth) -> Truth:
    """Return the contrary; that of the unknown is unknown."""
    return np.asarray(TRUE - truth, dtype=np.int8)
