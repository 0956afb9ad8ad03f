from __future__ import annotations

import inspect
import re

import pytest

from pilotbook import errors
from pilotbook.errors import CallError, PilotbookError, UnknownNameError, WorkError


def subclasses(kind: type) -> list[type]:
    return [
        kind,
        *(s for child in kind.__subclasses__() if child.__module__ == errors.__name__ for s in subclasses(child)),
    ]


def test_the_tree_that_is_drawn_is_the_tree_that_is():
    drawn = re.findall(r"(\w+Error)\b", inspect.getdoc(errors).split("A message is")[0])
    assert sorted(drawn) == sorted(kind.__name__ for kind in subclasses(PilotbookError))


@pytest.mark.parametrize("kind", subclasses(PilotbookError)[1:], ids=lambda kind: kind.__name__)
def test_every_error_is_either_a_wrong_call_or_an_answer(kind):
    assert kind.exit_status == {CallError: 2, WorkError: 1}[CallError if issubclass(kind, CallError) else WorkError]


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("medicad", ["vbp", "medicaid"], "unknown plan 'medicad'; did you mean 'medicaid'?"),
        ("xyz", ["vbp", "medicaid"], "unknown plan 'xyz'; valid: medicaid, vbp"),
        ("xyz", [], "unknown plan 'xyz'; there is none yet"),
    ],
)
def test_an_unknown_name_names_the_nearest(name, known, said):
    assert str(UnknownNameError("plan", name, known)) == said
