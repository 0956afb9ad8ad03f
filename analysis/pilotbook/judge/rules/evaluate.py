"""Evaluating a checked expression over units × windows, in three-valued logic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.judge.rules import tree
from pilotbook.judge.rules.calls import OPERATIONS
from pilotbook.judge.rules.facts import Column, Facts, Lack
from pilotbook.judge.rules.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, contrary, truth_of
from pilotbook.judge.rules.values import NOTHING, Lacks, Mask, Value, compared, union, unknown
from pilotbook.panel.periods import FREQUENCY, period_kind

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class State(StrEnum):
    """What became of a rule for one unit in one window."""

    FIRED = "fired"
    NOT_FIRED = "not_fired"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """A condition on units × windows.

    Attributes
    ----------
    truth : (n, t)
        Kleene's three values.
    missing : (n, t)
        Bit i is set where ``lacks[i]`` was missing.
    lacks
        What can be missing.
    """

    truth: Truth
    missing: Mask
    lacks: tuple[Lack, ...]

    @property
    def fired(self) -> NDArray[np.bool_]:
        """(n, t) true whatever the missing values are."""
        fired: NDArray[np.bool_] = self.truth == TRUE
        return fired

    @property
    def not_fired(self) -> NDArray[np.bool_]:
        """(n, t) false, and nothing was missing: a rule for which something is missing never counts as not fired."""
        not_fired: NDArray[np.bool_] = (self.truth == FALSE) & (self.missing == 0)
        return not_fired

    def state(self, unit: int, window: int = -1) -> State:
        """Return what became of the rule for one unit in one window."""
        if self.fired[unit, window]:
            return State.FIRED
        return State.NOT_FIRED if self.not_fired[unit, window] else State.NOT_EVALUABLE

    def missing_at(self, window: int = -1) -> list[tuple[Lack, int]]:
        """Return what is missing in a window, and for how many of the units for which the rule is not evaluable."""
        open_units = ~self.fired[:, window] & ~self.not_fired[:, window]
        masks = self.missing[open_units, window]
        counts = [(lack, int((masks >> np.uint64(i) & np.uint64(1)).sum())) for i, lack in enumerate(self.lacks)]
        return [(lack, count) for lack, count in counts if count]

    def of_units(self, keep: NDArray[np.bool_]) -> Evaluated:
        """Return the same for some of the units (n,)."""
        return Evaluated(self.truth[keep], self.missing[keep], self.lacks)


def evaluate(node: tree.Node, facts: Facts) -> Evaluated:
    """Evaluate a condition.

    Parameters
    ----------
    node
        The tree of a checked expression that is a condition.
    facts
        What it is read from.
    """
    walk = _Walk(facts)
    value = walk.visit(node)
    return Evaluated(
        np.array(np.broadcast_to(value.data, facts.shape), dtype=np.int8),
        np.array(np.broadcast_to(value.missing, facts.shape), dtype=np.uint64),
        tuple(walk.lacks.found),
    )


def amounts(node: tree.Node, facts: Facts) -> NDArray[np.float64]:
    """Evaluate an expression that is a number; (n, t), NaN where something is missing."""
    value = _Walk(facts).visit(node)
    return np.array(np.broadcast_to(value.data, facts.shape), dtype=np.float64)


class _Walk:
    """One walk over a tree."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lacks = Lacks()

    def visit(self, node: tree.Node) -> Value:
        match node:
            case tree.Number():
                return Value(np.full((1, 1), node.value), NOTHING)
            case tree.Name():
                return self._name(node)
            case tree.Call():
                return OPERATIONS[node.function](self, node.arguments)
            case tree.Negative():
                value = self.visit(node.operand)
                return Value(-value.data, value.missing)
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Comparison():
                return self._comparison(node)
            case tree.Not():
                value = self.visit(node.operand)
                return Value(contrary(value.data), value.missing)
            case tree.Joined():
                values = [self.visit(part) for part in node.operands]
                join = all_of if node.operator == "and" else any_of
                return Value(join(value.data for value in values), union(values))
        raise TypeError(f"{type(node).__name__} has no value of its own")  # a check lets none pass

    def column(self, name: str, lack: Lack, truth: bool = False) -> Value:
        data = self.facts.series(name)
        if data is None:
            return self.lacks.absent(lack, truth)
        return Value(data, self.lacks.mask(unknown(data), lack))

    def _name(self, node: tree.Name) -> Value:
        if node.id == "period":
            return Value(np.asarray([[window.end_time.value for window in self.facts.windows]], dtype=float), NOTHING)
        if node.id in self.facts.constants:
            return Value(np.full((1, 1), self.facts.constants[node.id]), NOTHING)
        return self.column(node.series, Lack("series", node.series), node.is_truth)

    def _arithmetic(self, node: tree.Arithmetic) -> Value:
        left, right = self.visit(node.left), self.visit(node.right)
        missing, a, b = union([left, right]), left.data, right.data
        with np.errstate(invalid="ignore", over="ignore"):
            if node.operator == "/":
                zero = np.asarray(b == 0)
                return Value(np.divide(a, np.where(zero, np.nan, b)), missing | self.lacks.mask(zero, Lack("zero")))
            return Value({"+": np.add, "-": np.subtract, "*": np.multiply}[node.operator](a, b), missing)

    def _comparison(self, node: tree.Comparison) -> Value:
        texts = [operand.value if isinstance(operand, tree.Text) else None for operand in node.operands]
        values = [
            Value(np.empty((1, 1)), NOTHING) if text is not None else self.visit(operand)
            for operand, text in zip(node.operands, texts, strict=True)
        ]
        pairs = [_pair(sign, values[i : i + 2], texts[i : i + 2]) for i, sign in enumerate(node.operators)]
        return Value(all_of(pairs), union(values))


def _pair(sign: str, values: list[Value], texts: list[str | None]) -> Truth:
    """Compare two neighbours of a chain; at most one of them is a quoted text."""
    (a, b), (left, right) = (value.data for value in values), texts
    if left is not None:
        return _with_text(MIRRORED[sign], b, left)
    if right is not None:
        return _with_text(sign, a, right)
    if a.dtype == np.int8:
        return truth_of((a == b) == (sign == "=="), (a != UNKNOWN) & (b != UNKNOWN))
    return compared(sign, a, b)


def _with_text(sign: str, data: Column, text: str) -> Truth:
    """Compare a grade with a grade, or the end of each window with the end of a period."""
    kind = period_kind(text)
    if kind is not None:
        end = pd.Period(text, freq=FREQUENCY[kind]).end_time.value
        return compared(sign, data, np.full((1, 1), float(end)))
    return truth_of(np.asarray(data == text) == (sign == "=="), ~unknown(data))
