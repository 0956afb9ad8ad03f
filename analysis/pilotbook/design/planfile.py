"""Finding and reading plan files; every error is told with its line and column."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from reprlib import Repr
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pilotbook.design.consistency import ContradictionError, Problem
from pilotbook.design.misspelt import impossible_values, likely_slip
from pilotbook.design.plan import AnalysisPlan
from pilotbook.errors import CallError, PlanError, UnknownNameError
from pilotbook.project import PLANS, plan_folders

SUFFIX = ".yml"
DEEPEST = 40
"""Levels of nesting beyond which a text is no plan."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan and the file it was read from."""

    path: Path
    plan: AnalysisPlan

    @property
    def id(self) -> str:
        """Return the name of the file without its ending."""
        return self.path.stem


def shown_name(plan_file: PlanFile) -> str:
    """Return how a call names a plan: one of the project by its name, another by its file."""
    return plan_file.id if plan_file.path.parent == PLANS else plan_file.path.name


def plan_schema() -> str:
    """Return the JSON Schema of a plan, as editors read it for completion."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **AnalysisPlan.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def plan_paths(folder: Path) -> list[Path]:
    """Return the plan files of a folder, sorted by name."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def find_plan(name: str) -> Path:
    """Find a plan by the path of its file, or by its name in ``analysis/plans/``.

    Raises
    ------
    UnknownNameError
        If there is neither such a file nor such a plan.
    CallError
        If it is the path of a folder.
    """
    path = Path(name)
    if path.is_dir() and (path.suffix or len(path.parts) != 1):
        raise CallError(f"{name} is a folder; name the plan's file in it")
    if path.suffix in {SUFFIX, ".yaml"} or len(path.parts) > 1:
        if path.is_file():
            return path.resolve()
        neighbours = plan_paths(path.parent) if path.parent.is_dir() else []
        raise UnknownNameError("plan file", name, [str(p) for p in neighbours])
    for folder in plan_folders():
        named = folder / f"{name}{SUFFIX}"
        if named.is_file():
            return named.resolve()
    raise UnknownNameError("plan", name, [p.stem for folder in plan_folders() for p in plan_paths(folder)])


def read_plan(path: Path) -> PlanFile:
    """Read and check a plan file.

    Raises
    ------
    PlanError
        Listing every error with its line, column and key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PlanError(f"{path.name}: the plan is not UTF-8; save it as UTF-8") from None
    try:
        return PlanFile(path, _plan(*_parsed(text)))
    except PlanError as error:
        raise PlanError("\n".join(f"{path.name}: {line}" for line in str(error).split("\n"))) from None


def _parsed(text: str) -> tuple[yaml.Node | None, dict[Any, Any]]:
    """Return the tree of a YAML text and its content, a mapping without repeated keys."""
    try:
        node, content = _tree_and_values(text)
    except yaml.MarkedYAMLError as error:
        slip = likely_slip(text)
        if slip is not None:
            raise PlanError(f"{slip} (not YAML: {error.problem})") from None
        mark = error.problem_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise PlanError(f"{at}not YAML: {error.problem}; check indentation, colons and quotes") from None
    except yaml.reader.ReaderError as error:
        raise PlanError(f"{_place_of_character(text, error.position)}: not YAML: {error.reason}") from None
    except ValueError:
        impossible = impossible_values(yaml.compose(text, Loader=yaml.SafeLoader))
        raise PlanError("\n".join(f"{_place(at)}: {what}" for at, what in impossible)) from None
    if not isinstance(content, dict):
        slip = likely_slip(text)
        hint = "" if slip is None else f"; {slip}"
        raise PlanError(f"line 1, column 1: the plan must consist of `key: value` lines; it is {_kind(content)}{hint}")
    repeated = _repeated_keys(node)
    if repeated:
        raise PlanError("\n".join(repeated))
    return node, content


def _tree_and_values(text: str) -> tuple[yaml.Node | None, Any]:
    """Read by the fast parser first; what it refuses is read again by the one whose messages name the fault best."""
    fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_deep(text, fast)
        loader = fast(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)


def _refuse_deep(text: str, loader: Any) -> None:
    """Refuse a nesting that no plan has before a tree is made of it: the fast parser would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            mark: Any = event.start_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}"
            raise PlanError(f"{place}: lists and sections are nested {DEEPEST} deep here; a plan needs fewer than ten")


def _plan(node: yaml.Node | None, content: dict[Any, Any]) -> AnalysisPlan:
    try:
        return AnalysisPlan.model_validate(content)
    except ValidationError as error:
        raise PlanError("\n".join(line for e in error.errors() for line in _explain(e, node))) from None


def refuse(plan_file: PlanFile, problems: Sequence[Problem]) -> None:
    """Raise `PlanError` if there are problems, each with its line, column and key."""
    if not problems:
        return
    try:
        root = yaml.compose(plan_file.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):  # the file changed since it was read
        root = None
    raise PlanError("\n".join(f"{plan_file.path.name}: {_line(p, root)}" for p in problems))


def named_at(plan_file: PlanFile, name: str) -> str | None:
    """Return where a plan names a column, as ``file: line, column``; None if it does not write it."""
    try:
        root = yaml.compose(plan_file.path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):
        return None
    written = [value for mapping in _mappings(root) for _, value in mapping.value if isinstance(value, yaml.ScalarNode)]
    found = next((node for node in written if node.value == name), None)
    return None if found is None else f"{plan_file.path.name}: {_place(found)}"


def _line(problem: Problem, root: yaml.Node | None) -> str:
    key = ".".join(map(str, problem.location)) or "plan"
    return f"{_place(_locate(root, problem.location))}: `{key}`: {problem.sentence}"


def _place_of_character(text: str, position: int) -> str:
    before = text[:position].split("\n")
    return f"line {len(before)}, column {len(before[-1]) + 1}"


def _kind(content: object) -> str:
    match content:
        case None:
            return "empty"
        case list():
            return "a list"
        case str():
            return "a text"
    return f"the value {content}"


def _repeated_keys(root: yaml.Node | None) -> list[str]:
    """Return the keys that stand twice in one mapping: YAML would silently keep the last."""
    found: list[str] = []
    for mapping in _mappings(root):
        seen: set[str] = set()
        for key, _ in mapping.value:
            if key.value in seen:
                found.append(f"{_place(key)}: the key `{key.value}` stands twice; keep one of them")
            seen.add(key.value)
    return found


def _mappings(root: yaml.Node | None) -> list[yaml.MappingNode]:
    """Return every mapping of a document once, however often aliases repeat it."""
    found: list[yaml.MappingNode] = []
    todo, seen = [root], {id(root)}
    while todo:
        node = todo.pop()
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            found.append(node)
            children = [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            children = list(node.value)
        todo += [child for child in children if id(child) not in seen]
        seen |= {id(child) for child in children}
    return sorted(found, key=lambda mapping: mapping.start_mark.index)


def _explain(error: ErrorDetails, root: yaml.Node | None) -> list[str]:
    """Turn one validation error into lines of: place, key, what is wrong, what to do."""
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ContradictionError):
        return [_line(problem, root) for problem in cause.problems]
    location = tuple(part for part in error["loc"] if not str(part).startswith("function-"))
    return [_line(Problem(location, _reason(error, location)), root)]


def _reason(error: ErrorDetails, location: Sequence[int | str]) -> str:
    match error["type"]:
        case "missing":
            return "this key is missing; add it"
        case "extra_forbidden" | "invalid_key":
            known = _keys_at(location[:-1])
            near = get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
            return f"unknown key; did you mean `{near[0]}`?" if near else f"unknown key; valid: {', '.join(known)}"
        case "literal_error":
            near = get_close_matches(str(error["input"]), str(error["ctx"]["expected"]).split("'"), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            return f"'{error['input']}' is not valid; it must be {error['ctx']['expected']}{hint}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"'{error['input']}' must be lower-case letters, digits, `-` and `_`"
        case "tuple_type":
            return f"must be a list, such as [a, b] (it is {_quote(error['input'])})"
        case "model_type" if error["ctx"]["class_name"] == "Words":
            return f"must be a text, or one by language under `en` and `zh` (it is {_quote(error['input'])})"
        case "model_type" | "dict_type":
            return f"must be a section of `key: value` lines (it is {_quote(error['input'])})"
        case "too_short" | "too_long":
            bound = error["ctx"].get("min_length", error["ctx"].get("max_length"))
            word = "at least" if error["type"] == "too_short" else "at most"
            return f"must have {word} {bound} item{'s' * (bound != 1)} (it is {_quote(error['input'])})"
        case "date_from_datetime_inexact" | "date_from_datetime_parsing" | "date_type" | "date_parsing":
            return f"must be a valid date, written like 2026-01-31 (it is {_quote(error['input'])})"
        case "string_type" if isinstance(error["input"], datetime.date):
            return (
                f"is read as a day, {error['input']}; write a period like 2019, 2019Q4 or 2019-11, or put it in quotes"
            )
        case _:
            return f"{error['msg'].replace('Input should', 'must', 1)} (it is {_quote(error['input'])})"


def _quote(value: object) -> str:
    """Write a wrong value, cut short: aliases can make one without end."""
    short = Repr()
    short.maxlevel, short.maxstring, short.maxother = 2, 60, 60
    return short.repr(value)


def _keys_at(location: Sequence[int | str]) -> list[str]:
    """Return the valid keys of the mapping at a location of the plan."""
    model: type[BaseModel] = AnalysisPlan
    for part in location:
        if part not in model.model_fields:  # a position in a list, or a name that the plan gives
            continue
        model = _section(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _section(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((s for arg in getattr(annotation, "__args__", ()) if (s := _section(arg))), None)


def _locate(node: yaml.Node | None, location: Sequence[int | str]) -> yaml.Node | None:
    """Follow a location into the YAML tree as far as it exists."""
    for part in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is not None:
                child = pair[0] if part == location[-1] else pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            return node
        node = child
    return node


def _place(node: yaml.Node | None) -> str:
    if node is None:
        return "line 1, column 1"
    return f"line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"
