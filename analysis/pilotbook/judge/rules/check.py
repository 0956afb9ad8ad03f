"""Checking an expression: names exist, kinds and units fit, and the level of the rule can read what it names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from pilotbook.judge.rules import levels, tree
from pilotbook.judge.rules.functions import EFFECTS, FUNCTIONS, SAME, Argument, Function
from pilotbook.judge.rules.parse import ExpressionError, parse
from pilotbook.judge.rules.tree import Call, Name, Node, Number, Text
from pilotbook.judge.rules.vocabulary import RELATIVE, Kind, Meaning, Vocabulary
from pilotbook.judge.rules.windows import KINDS
from pilotbook.panel.periods import period_kind

MOST_NAMES = 32
EQUALITIES = frozenset({"==", "!="})
TRUTH, ANY_NUMBER = Meaning(Kind.TRUTH), Meaning(Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression that was checked.

    Attributes
    ----------
    tree
        What is evaluated.
    kind
        What it gives.
    series
        Indicators and further inputs whose observed values it reads.
    effects
        Indicators whose estimated effects it reads.
    rules
        Other rules that it asks about.
    """

    tree: Node
    kind: Kind
    series: tuple[str, ...]
    effects: tuple[str, ...]
    rules: tuple[str, ...]


def check(text: str, level: str, vocabulary: Vocabulary, rules: Collection[str], unit: str = "") -> Checked:
    """Parse an expression and check it.

    Parameters
    ----------
    text
        The expression.
    level
        Level of its rule.
    vocabulary
        What names mean.
    rules
        Ids that ``fired`` may name.
    unit
        Unit in which its numbers are written, empty if the rule does not say.

    Raises
    ------
    ExpressionError
        With the column, if something in it does not exist or does not fit.
    """
    checker = _Checker(level, vocabulary, rules, unit)
    root, meaning = checker.visit(parse(text))
    return Checked(root, meaning.kind, *(tuple(dict.fromkeys(found)) for found in checker.found()))


@dataclass
class _Checker:
    level: str
    vocabulary: Vocabulary
    rules: Collection[str]
    unit: str
    series: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def found(self) -> tuple[list[str], list[str], list[str]]:
        return self.series, self.effects, self.asked

    def visit(self, node: Node) -> tuple[Node, Meaning]:
        """Return the node as it will be evaluated, and what it is."""
        match node:
            case Number():
                return node, ANY_NUMBER
            case Text():
                raise ExpressionError(node.column, "a quoted text can only be compared with a grade or a period")
            case Name():
                meaning = self._name(node)
                return replace(node, is_truth=meaning.kind is Kind.TRUTH), meaning
            case Call():
                return self._call(node)
            case tree.Negative():
                operand, meaning = self._of_kind(node.operand, Kind.NUMBER)
                return replace(node, operand=operand), replace(meaning, bounds=(None, None))
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Comparison():
                return self._comparison(node)
            case tree.Not():
                return replace(node, operand=self._of_kind(node.operand, Kind.TRUTH)[0]), TRUTH
            case tree.Joined():
                parts = tuple(self._of_kind(part, Kind.TRUTH)[0] for part in node.operands)
                return replace(node, operands=parts), TRUTH
        raise ExpressionError(node.column, "several values in brackets can only be compared with as many others")

    def _of_kind(self, node: Node, kind: Kind) -> tuple[Node, Meaning]:
        done, meaning = self.visit(node)
        if meaning.kind is not kind:
            raise ExpressionError(node.column, f"{kind} is needed here, this is {meaning.kind}")
        return done, meaning

    def _name(self, node: Name, whole_level: bool = True) -> Meaning:
        meaning = self.vocabulary.names.get(node.id)
        if meaning is None:
            if node.id in FUNCTIONS:
                raise ExpressionError(node.column, f"'{node.id}' is a function; write {node.id}(…)")
            raise ExpressionError(node.column, f"unknown name '{node.id}'; {self.vocabulary.hint(node.id)}")
        if node.key is not None and not (meaning.is_indicator and node.key.replace("_", "").isalpha()):
            raise ExpressionError(node.column, f"'{node.id}' has no part '{node.key}'")
        if whole_level:
            self._fits_level(node, meaning)
        if node.id not in self.vocabulary.constants and meaning.kind is not Kind.PERIOD:
            self.series.append(node.series)
            if len(set(self.series)) > MOST_NAMES:
                raise ExpressionError(node.column, f"the expression reads more than {MOST_NAMES} names")
        return meaning

    def _fits_level(self, node: Name, meaning: Meaning) -> None:
        if meaning.level is None:
            return
        if meaning.is_indicator:
            fits = self.level in levels.RANK and levels.RANK[meaning.level] <= levels.RANK[self.level]
            fits = fits and self.level not in {"person", "department"}
        else:
            fits = levels.readable(self.level, meaning.level, meaning.unit or "")
        if not fits:
            raise ExpressionError(
                node.column,
                f"'{node.id}' is a value by {meaning.level}, which a rule by {self.level} cannot read",
            )

    def _arithmetic(self, node: tree.Arithmetic) -> tuple[Node, Meaning]:
        left, a = self._of_kind(node.left, Kind.NUMBER)
        right, b = self._of_kind(node.right, Kind.NUMBER)
        done = replace(node, left=left, right=right)
        if node.operator in "+-":
            self._same_unit(node.right, a, b)
            unit = a.unit or b.unit
            return done, Meaning(Kind.NUMBER, "pp" if unit == "%" and a.unit == b.unit else unit)
        if node.operator == "*" and (a.unit is None) != (b.unit is None) and RELATIVE not in {a.unit, b.unit}:
            # a plain number times a quantity is a share or a multiple of it, unless it bears a unit of its own
            factor = node.left if a.unit is None else node.right
            if isinstance(factor, Number) and abs(factor.value) < 10:
                return done, Meaning(Kind.NUMBER, a.unit or b.unit)
        return done, ANY_NUMBER

    def _same_unit(self, node: Node, a: Meaning, b: Meaning) -> None:
        if a.unit is not None and b.unit is not None and a.unit != b.unit:
            raise ExpressionError(node.column, f"this is in {b.unit}, what stands before it in {a.unit}")

    def _comparison(self, node: tree.Comparison) -> tuple[Node, Meaning]:
        if any(isinstance(operand, tree.Row) for operand in node.operands):
            return self._rows(node)
        operands = list(node.operands)
        meanings: list[Meaning | None] = []
        for i, operand in enumerate(operands):
            if isinstance(operand, Text):
                meanings.append(None)
                continue
            operands[i], meaning = self.visit(operand)
            meanings.append(meaning)
        for i, sign in enumerate(node.operators):
            self._pair(sign, operands, meanings, i)
        return replace(node, operands=tuple(operands)), TRUTH

    def _rows(self, node: tree.Comparison) -> tuple[Node, Meaning]:
        """Compare several values one by one: equal if all are, unequal if any is."""
        left, *rest = node.operands
        if len(rest) != 1 or node.operators[0] not in EQUALITIES:
            raise ExpressionError(node.column, "values in brackets are compared by == or != with as many others")
        right = rest[0]
        if not isinstance(left, tree.Row) or not isinstance(right, tree.Row) or len(left.items) != len(right.items):
            raise ExpressionError(right.column, "both sides must have the same number of values")
        pairs = [
            self._comparison(tree.Comparison(a.column, node.operators, (a, b)))[0]
            for a, b in zip(left.items, right.items, strict=True)
        ]
        return tree.Joined(node.column, "and" if node.operators[0] == "==" else "or", tuple(pairs)), TRUTH

    def _pair(self, sign: str, operands: list[Node], meanings: list[Meaning | None], i: int) -> None:
        """Check two neighbours of a chain; an effect that meets a relative margin is read relative to its baseline."""
        (a, b), (left, right) = operands[i : i + 2], meanings[i : i + 2]
        if left is None or right is None:
            self._with_text(sign, (a, b), left or right)
            return
        if left.kind is not right.kind or left.kind not in {Kind.NUMBER, Kind.TRUTH}:
            raise ExpressionError(b.column, f"{left.kind} cannot be compared with {right.kind}")
        if left.kind is Kind.TRUTH and sign not in EQUALITIES:
            raise ExpressionError(b.column, f"a yes or no has no order; {sign} does not fit")
        for at, own, other in ((i, left, right), (i + 1, right, left)):
            if other.unit == RELATIVE and own.unit != RELATIVE:
                operands[at] = _relative(operands[at])
                return
        self._same_unit(b, left, right)
        for name, number, meaning in ((a, b, left), (b, a, right)):
            if isinstance(name, Name) and (value := _literal(number)) is not None:
                self._threshold(number, value, name, meaning)

    def _with_text(self, sign: str, pair: Sequence[Node], meaning: Meaning | None) -> None:
        text = next(node for node in pair if isinstance(node, Text))
        if meaning is None or meaning.kind not in {Kind.GRADE, Kind.PERIOD}:
            what = "another text" if meaning is None else meaning.kind
            raise ExpressionError(text.column, f"a quoted text cannot be compared with {what}")
        if meaning.kind is Kind.PERIOD:
            if period_kind(text.value) is None:
                raise ExpressionError(text.column, f"'{text.value}' is no period; write 2025, 2025Q4 or 2025-11")
        elif sign not in EQUALITIES:
            raise ExpressionError(text.column, f"a grade is compared by == or !=, not by {sign}")
        elif text.value not in meaning.grades:
            raise ExpressionError(text.column, f"'{text.value}' is no grade here; it has {', '.join(meaning.grades)}")

    def _threshold(self, node: Node, value: float, name: Name, meaning: Meaning) -> None:
        """Refuse a threshold in another unit than the indicator, as far as that can be seen."""
        if self.unit and meaning.unit and self.unit != meaning.unit:
            message = f"the rule's numbers are in {self.unit}, '{name.id}' is in {meaning.unit}"
            raise ExpressionError(node.column, message)
        low, high = meaning.bounds
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"
            message = f"'{name.id}' is in {meaning.unit} and lies in {bounds}; {value:g} does not"
            raise ExpressionError(node.column, message)
        if meaning.is_share and 0 < abs(value) < 1 and not self.unit:
            raise ExpressionError(
                node.column,
                f"'{name.id}' is in per cent, {value:g} looks like a share of one; write {100 * value:g}, or "
                f"state `unit: '%'` if {value:g} % is meant",
            )

    def _call(self, node: Call) -> tuple[Node, Meaning]:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = get_close_matches(node.function, FUNCTIONS, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"the language has {', '.join(sorted(FUNCTIONS))}"
            raise ExpressionError(node.column, f"unknown function '{node.function}'; {hint}")
        arguments = self._arguments(node, function)
        done = tuple(part for part, _ in arguments)
        if node.function in EFFECTS:
            name = done[0]
            assert isinstance(name, Name)
            self.effects.append(name.series)
            self.series.remove(name.series)
        unit = next((unit for _, unit in arguments if unit), None) if function.unit == SAME else function.unit
        return replace(node, arguments=done), Meaning(function.kind, unit)

    def _arguments(self, node: Call, function: Function) -> list[tuple[Node, str | None]]:
        """Return the arguments, each with its unit."""
        given, wanted = list(node.arguments), list(function.arguments)
        if wanted == [Argument.NAMES]:
            if len(given) == 1 and isinstance(given[0], tree.Row):
                given = list(given[0].items)
            wanted = [Argument.NAMES] * max(len(given), 1)
        if len(given) != len(wanted):
            raise ExpressionError(node.column, f"{node.function} takes {', '.join(wanted) or 'nothing'}")
        done = [self._argument(node.function, *pair) for pair in zip(given, wanted, strict=True)]
        if wanted == [Argument.NUMBER, Argument.NUMBER]:
            a, b = (Meaning(Kind.NUMBER, unit) for _, unit in done)
            self._same_unit(given[1], a, b)
        return done

    def _argument(self, function: str, node: Node, wanted: Argument) -> tuple[Node, str | None]:
        if wanted in _KINDS:
            part, meaning = self._of_kind(node, _KINDS[wanted])
            return part, meaning.unit
        if wanted in {Argument.SERIES, Argument.NAMES}:
            return self._series(function, node)
        if not _fits(node, wanted):
            raise ExpressionError(node.column, f"{function} needs {wanted} here")
        if wanted is Argument.RULE:
            self._rule(node)
        return node, None

    def _series(self, function: str, node: Node) -> tuple[Node, str | None]:
        name = Name(node.column, node.value) if isinstance(node, Text) else node
        if not isinstance(name, Name):
            raise ExpressionError(node.column, f"{function} needs {Argument.SERIES} here")
        meaning = self._name(name, whole_level=function not in {"reported", "effect_reported", *EFFECTS})
        if not meaning.is_indicator:
            raise ExpressionError(node.column, f"'{name.id}' is no indicator; {function} needs one")
        if meaning.kind is not Kind.NUMBER and function != "reported":
            raise ExpressionError(node.column, f"'{name.id}' is {meaning.kind}; {function} needs a number")
        if function == "funnel_limit" and not meaning.is_share:
            raise ExpressionError(node.column, f"'{name.id}' is no share in per cent, so it has no funnel limits")
        return name, RELATIVE if function == "relative_effect" else meaning.unit

    def _rule(self, node: Node) -> None:
        assert isinstance(node, Text)
        if node.value not in self.rules:
            near = get_close_matches(node.value, self.rules, n=1, cutoff=0.5)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise ExpressionError(node.column, f"unknown rule '{node.value}'{hint}")
        self.asked.append(node.value)


_KINDS = {Argument.NUMBER: Kind.NUMBER, Argument.TRUTH: Kind.TRUTH, Argument.EFFECT: Kind.EFFECT}


def _fits(node: Node, wanted: Argument) -> bool:
    match node:
        case Number(value=value):
            if wanted is Argument.COUNT:
                return value.is_integer() and 1 <= value <= 60
            return wanted is Argument.SHARE and 0.5 < value < 1
        case Text(value=word):
            return (wanted is Argument.WINDOW and word in KINDS) or wanted is Argument.RULE
    return False


def _literal(node: Node) -> float | None:
    """Return the number that a node is as it stands, None if it is none."""
    match node:
        case Number(value=value):
            return value
        case tree.Negative(operand=Number(value=value)):
            return -value
    return None


def _relative(node: Node) -> Node:
    """Return an end of an effect's interval in per cent of the baseline."""
    if isinstance(node, Call) and len(node.arguments) == 1 and isinstance(inner := node.arguments[0], Call):
        return replace(node, arguments=(replace(inner, function="relative_effect"),))
    raise ExpressionError(node.column, f"only an end of an effect's interval can meet a margin in {RELATIVE}")
