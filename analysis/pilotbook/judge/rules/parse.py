"""From the text of an expression to its tree; what is not part of the language is refused with its column.

Python's own parser reads the text, and each of its nodes is carried over or refused: attributes, powers, lambdas,
comprehensions, formatted strings and whatever else Python knows have no counterpart in `tree`. Length and depth are
limited before the parser sees the text, so that hostile text is refused in bounded time.
"""

from __future__ import annotations

import ast
import math
import re
import unicodedata
import warnings

from pilotbook.judge.rules import tree

LONGEST, DEEPEST = 500, 20
"""Characters of an expression, and levels of nesting."""

ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
SPELT = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "＞": ">", "＜": "<", "“": '"', "”": '"'}
SPELT |= {"（": "(", "）": ")", "，": ",", "％": "no sign", "＝": "=="}
"""Signs of a word processor, and what to write instead."""

REFUSED: dict[type[ast.AST], str] = {
    ast.Attribute: "a dot after a name",
    ast.Lambda: "lambda",
    ast.IfExp: "if … else",
    ast.NamedExpr: "an assignment with :=",
    ast.JoinedStr: "a formatted string",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.List: "a list",
    ast.Set: "a set",
    ast.Dict: "a mapping",
    ast.Starred: "a star before a name",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.Slice: "a slice",
}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Pow: "**",
    ast.Mod: "%",
    ast.FloorDiv: "//",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Invert: "~",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
KNOWN = "; the language has + - * /, < <= > >= == !=, and, or, not"


class ExpressionError(Exception):
    """An expression that is not one of the language.

    Attributes
    ----------
    column
        Where it goes wrong, counted from 1.
    message
        What is wrong and what to do.
    """

    def __init__(self, column: int, message: str) -> None:
        self.column, self.message = column, message
        super().__init__(f"column {column}: {message}")


def parse(text: str) -> tree.Node:
    """Read an expression.

    Parameters
    ----------
    text
        At most `LONGEST` characters, nested at most `DEEPEST` deep.

    Returns
    -------
    Node
        Its tree. Whether names exist and kinds fit is for `check` to say.

    Raises
    ------
    ExpressionError
        If it is not an expression of the language, with the column.
    """
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST + 1, f"the expression has {len(text)} characters, more than {LONGEST}")
    _refuse_signs(text)
    line = text.replace("\n", " ").replace("\t", " ")
    start = len(line) - len(line.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on odd syntax; odd syntax is refused below
            body = ast.parse(line.strip(), mode="eval").body
    except SyntaxError as error:
        column = start + min(max(error.offset or 1, 1), len(line.strip()) + 1)
        raise ExpressionError(*_said(error.msg, text, column)) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError(start + 1, "cannot be read as an expression") from None
    return _Reader(line.strip(), start).read(body, 0)


def _said(message: str, text: str, column: int) -> tuple[int, str]:
    if not text.strip():
        return 1, "the expression is empty"
    if "%" in text:
        return text.index("%") + 1, "a number stands without a per cent sign: its unit is that of the indicator"
    for wrong in ("=>", "=<"):
        if wrong in text:
            return text.index(wrong) + 1, f"write {wrong[::-1]}"
    if single := re.search(r"(?<![<>=!:])=(?!=)", text):
        return single.start() + 1, "two values are compared by =="
    return column, f"is not an expression ({message})"


def _refuse_signs(text: str) -> None:
    """Refuse what is not plain ASCII outside quotes, control characters, and nesting that is too deep."""
    quote, depth = "", 0
    for column, sign in enumerate(text, start=1):
        if quote:
            quote = "" if sign == quote else quote
            if sign == "\\" or unicodedata.category(sign).startswith("C"):
                raise ExpressionError(column, f"U+{ord(sign):04X} cannot stand in a quoted text")
            continue
        if sign in "\"'":
            quote = sign
        elif sign in "#\\\r" or not sign.isascii() or (ord(sign) < 32 and sign not in "\n\t"):
            name = unicodedata.name(sign, "a control character").lower()
            hint = f"write {SPELT[sign]}" if sign in SPELT else "write plain ASCII"
            raise ExpressionError(column, f"U+{ord(sign):04X} ({name}) cannot stand in an expression; {hint}")
        depth += (sign in "([{") - (sign in ")]}")
        if depth > DEEPEST:
            raise ExpressionError(column, f"nested more than {DEEPEST} deep")


class _Reader:
    """Carries Python's nodes over to ours."""

    def __init__(self, line: str, start: int) -> None:
        self._bytes = line.encode()
        self._start = start

    def column(self, node: ast.AST) -> int:
        """Return where a node stands, in characters of the whole text; Python counts bytes."""
        offset = getattr(node, "col_offset", 0)
        return self._start + len(self._bytes[:offset].decode(errors="ignore")) + 1

    def read(self, node: ast.expr, depth: int) -> tree.Node:
        """Return our node, or refuse it."""
        column = self.column(node)
        if depth > DEEPEST:
            raise ExpressionError(column, f"nested more than {DEEPEST} deep")
        match node:
            case ast.Constant():
                return self._constant(node, column)
            case ast.Name():
                return tree.Name(column, node.id)
            case ast.Subscript():
                return self._item(node, column)
            case ast.Call():
                return self._call(node, column, depth)
            case ast.Tuple(elts=elements) if elements:
                return tree.Row(column, self._all(elements, depth))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return tree.Negative(column, self.read(operand, depth + 1))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return tree.Not(column, self.read(operand, depth + 1))
            case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
                left, right = self._all([node.left, node.right], depth)
                return tree.Arithmetic(column, ARITHMETIC[type(operator)], left, right)
            case ast.Compare(ops=operators) if all(type(each) in COMPARISONS for each in operators):
                operands = self._all([node.left, *node.comparators], depth)
                return tree.Comparison(column, tuple(COMPARISONS[type(each)] for each in operators), operands)
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                return tree.Joined(column, word, self._all(node.values, depth))
        raise ExpressionError(*self._refusal(node, column))

    def _all(self, nodes: list[ast.expr], depth: int) -> tuple[tree.Node, ...]:
        return tuple(self.read(node, depth + 1) for node in nodes)

    def _constant(self, node: ast.Constant, column: int) -> tree.Node:
        value = node.value
        if isinstance(value, str) and not node.kind:
            return tree.Text(column, value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return tree.Number(column, number)
        raise ExpressionError(column, "only finite numbers and plain quoted texts can stand here")

    def _item(self, node: ast.Subscript, column: int) -> tree.Node:
        key = node.slice
        if isinstance(node.value, ast.Name) and isinstance(key, ast.Constant) and isinstance(key.value, str):
            return tree.Name(column, node.value.id, key.value)
        raise ExpressionError(column, 'brackets hold one quoted name, such as input_cost_change["labour"]')

    def _call(self, node: ast.Call, column: int, depth: int) -> tree.Node:
        if not isinstance(node.func, ast.Name):
            raise ExpressionError(column, "only a function of the language can be called, by its name")
        if node.keywords:
            raise ExpressionError(self.column(node.keywords[0]), "arguments stand without names")
        return tree.Call(column, node.func.id, self._all(node.args, depth))

    def _refusal(self, node: ast.expr, column: int) -> tuple[int, str]:
        operator: ast.AST
        match node:
            case ast.BinOp():
                column, operator = self.column(node.right), node.op
            case ast.UnaryOp():
                operator = node.op
            case ast.Compare():
                at = next(i for i, each in enumerate(node.ops) if type(each) not in COMPARISONS)
                column, operator = self.column(node.comparators[at]), node.ops[at]
            case _:
                return column, f"{REFUSED.get(type(node), 'this')} is not part of the language"
        sign = OPERATORS.get(type(operator), "this")
        return column, f"the operator {sign} before this is not part of the language{KNOWN}"
