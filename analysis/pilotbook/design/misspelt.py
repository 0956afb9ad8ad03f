"""Slips of the pen that YAML explains badly or not at all: full-width signs, a missing space, tabs, no such day."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

SLIPS = (
    (re.compile(r"[ ]*(?:- )?[\w-]+[ ]*(：)"), "the colon is a full-width one; write `:` and a space"),
    (re.compile(r"[ ]*(\t)"), "a tab indents this line; write spaces"),
    (re.compile(r"[ ]*(?:- )?[A-Za-z_]+(:)(?=[^\s:/])"), "a space is missing after the colon"),
    (re.compile(r"[ ]*(－|—|–)[ ]"), "this is no hyphen; write `-` and a space"),
)
"""How a line is recognised, the sign at fault in its first group, and what to do."""


def likely_slip(text: str) -> str | None:
    """Return the first line that explains why a text is no YAML, with its place; None if none does."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, remedy in SLIPS:
            match = pattern.match(line)
            if match is not None:
                return f"line {number}, column {match.start(1) + 1}: {remedy}"
    return None


def impossible_values(root: yaml.Node | None) -> Iterator[tuple[yaml.Node, str]]:
    """Give every value that has the form of a date or number and is none, such as the 31st of February."""
    todo, seen = [root], {id(root)}
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.ScalarNode):
            try:
                yaml.constructor.SafeConstructor().construct_object(node)
            except ValueError as error:
                yield (
                    node,
                    f"'{node.value[:40]}' cannot be: {str(error).split(';')[0]}; correct it, or put it in quotes",
                )
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [child for pair in node.value for child in pair]
        elif isinstance(node, yaml.SequenceNode):
            children = list(node.value)
        todo += [child for child in children if id(child) not in seen]
        seen |= {id(child) for child in children}
