"""Why something is not estimable is told in both languages: every reason that the code can give has its Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pilotbook
from pilotbook.report.language import say_if_known

ROOMS = ("estimate", "evaluate")
GIVE_A_REASON = {"NotEstimable", "NoClaim"}


def as_text(node: ast.expr) -> Iterator[str]:
    """Give the texts that an expression can be, with a number for whatever a format puts in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts) if any(isinstance(p, ast.Constant) and " " in str(p.value) for p in parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def reasons() -> Iterator[str]:
    for room in ROOMS:
        for path in (Path(pilotbook.__file__).parent / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    named = [k.value for k in call.keywords if k.arg == "reason"]
                    if getattr(call.func, "id", "") in GIVE_A_REASON:
                        named += call.args[1:2]
                    yield from (text for node in named for text in as_text(node))


COMPOSED = {"no unit stays untreated7", "7: 7"}
"""A reason with a remedy behind it, and one that is told with its code."""


@pytest.mark.parametrize("reason", sorted(set(reasons()) - COMPOSED))
def test_a_reason_is_told_in_chinese(reason):
    assert say_if_known("zh", reason) != reason


@pytest.mark.parametrize("remedy", ["", "; compare with units not yet treated instead"])
def test_a_reason_with_a_remedy_is_told_in_chinese(remedy):
    reason = f"no unit stays untreated{remedy}"
    assert say_if_known("zh", reason) != reason
