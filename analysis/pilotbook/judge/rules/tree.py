"""The tree of an expression: the few things that a rule can say, each with the column where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    column: int
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text: a grade, a period, or the name of an indicator that a function is asked about."""

    column: int
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """An indicator, a further input or a constant.

    Attributes
    ----------
    key
        The part in brackets: ``input_cost_change["labour"]``.
    is_truth
        Whether its values are yes and no; known once it was checked.
    """

    column: int
    id: str
    key: str | None = None
    is_truth: bool = False

    @property
    def series(self) -> str:
        """Name of its column in the tables."""
        return self.id if self.key is None else f"{self.id}[{self.key}]"


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    column: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Several values side by side, compared one by one: ``(a, b) != (40, 60)``."""

    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a number."""

    column: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers joined by ``+``, ``-``, ``*`` or ``/``."""

    column: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain such as ``20 <= x <= 30``: one operand more than operators."""

    column: int
    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a truth."""

    column: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Joined:
    """Truths joined by ``and`` or ``or``."""

    column: int
    operator: str
    operands: tuple[Node, ...]


Node = Number | Text | Name | Call | Row | Negative | Arithmetic | Comparison | Not | Joined


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node."""
    match node:
        case Call():
            return node.arguments
        case Row():
            return node.items
        case Negative() | Not():
            return (node.operand,)
        case Arithmetic():
            return (node.left, node.right)
        case Comparison() | Joined():
            return node.operands
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything below it, in the order of reading."""
    yield node
    for child in children(node):
        yield from walk(child)


def calls(node: Node, *functions: str) -> Iterator[Call]:
    """Give the calls of some functions."""
    return (part for part in walk(node) if isinstance(part, Call) and part.function in functions)
