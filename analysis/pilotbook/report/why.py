"""Why a report would be made again: what changed since it was made, with old and new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pilotbook.design.planfile import find_plan, read_plan
from pilotbook.errors import CallError, UnknownNameError
from pilotbook.report.engine import Engine
from pilotbook.report.ingredients import meaning
from pilotbook.report.manifest import Manifest, read_manifest
from pilotbook.report.render import FORMATS, survey
from pilotbook.report.stages import Request, Stages, output_of

FOLLOWS = {"estimates", "notebook"}
"""Inputs that change because those of an earlier stage did; that stage says why."""
HASH_SHOWN, SHOWN = 12, 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was.

    Attributes
    ----------
    stages
        The stages that are done again because of it.
    what
        Such as ``plan: level`` or ``estimates.json``.
    old, new
        What it was and is, as text; empty where there is nothing.
    """

    stages: tuple[str, ...]
    what: str
    old: str
    new: str

    def __str__(self) -> str:
        if not self.old and not self.new:
            return self.what
        return f"{self.what}: {self.old or 'not there'} → {self.new or 'not there'}"


def request_of(report: str, engine: Engine, out: Path, period: str | None, languages: Sequence[str]) -> Request:
    """Return what a report was rendered from.

    Parameters
    ----------
    report
        The folder of a report, or a plan.
    engine, out, period, languages
        As `render` is called; of a folder they are read from it.

    Raises
    ------
    CallError
        If a folder has no manifest.
    """
    folder = Path(report)
    if not folder.is_dir():
        return Request(read_plan(find_plan(report)), period, tuple(languages), FORMATS, engine, out)
    manifest = read_manifest(folder.resolve())
    if manifest is None:
        raise CallError(f"{report} has no manifest.json that can be read, so it is no report; name a plan instead")
    try:
        plan = find_plan(manifest.plan)
    except UnknownNameError:
        raise CallError(
            f"{report} is of the plan '{manifest.plan}', which is not one of the project; name the plan's file, "
            f"with --out {folder.resolve().parents[1]}"
        ) from None
    made = [stage.split("/") for stage in manifest.stages if "/" in stage]
    return Request(
        read_plan(plan),
        manifest.period,
        tuple(dict.fromkeys(language for language, _ in made)),
        tuple(fmt for fmt in FORMATS if any(kind == fmt for _, kind in made)),
        engine,
        folder.resolve().parents[1],
    )


def changes(request: Request) -> list[Change]:
    """Return what changed since the report was made, nothing if it would be left as it is.

    Raises
    ------
    PilotbookError
        If the plan or the data cannot be used.
    """
    asked = survey(request)
    earlier = asked.earlier()
    if not earlier.stages:
        return [Change(tuple(asked.inputs), f"there is no report in {asked.target} yet", "", "")]
    found: dict[tuple[str, str, str], list[str]] = {}
    for stage, what, old, new in _changes(asked, earlier):
        found.setdefault((what, old, new), []).append(stage)
    return [Change(tuple(stages), *key) for key, stages in found.items()]


def _changes(asked: Stages, earlier: Manifest) -> Iterator[tuple[str, str, str, str]]:
    outdated = asked.outdated(earlier)
    for stage in outdated:
        was, now = earlier.stages.get(stage), asked.inputs[stage]
        if was is None:
            yield stage, f"{output_of(stage)} was not made yet", "", ""
            continue
        names = [name for name in dict.fromkeys([*was, *now]) if was.get(name) != now.get(name)]
        if not names:
            yield stage, f"{output_of(stage)} is missing or was edited", "", ""
        for name in names:
            if name in FOLLOWS and _follows(name, stage, outdated):
                continue
            for what, old, new in _difference(name, was.get(name), now.get(name), asked.ingredients[stage].get(name)):
                yield stage, what, old, new


def _follows(name: str, stage: str, outdated: Mapping[str, object]) -> bool:
    """Tell whether the stage that an input comes from is itself to be done again, and says why."""
    language, _, _ = stage.partition("/")
    return (name if name == "estimates" else f"{language}/{name}") in outdated


def _difference(name: str, was: str | None, now: str | None, value: Any) -> Iterator[tuple[str, str, str]]:
    """Name the parts of an ingredient that differ; if its old content is no longer known, the hashes."""
    old = None if was is None else meaning(was)
    if was is not None and old is None:
        yield name, _short(was), _short(now or "")
    elif isinstance(old, str) and isinstance(value, str):
        yield name, old, value
    elif isinstance(value, str):
        yield name, _short(was or ""), _short(value)
    else:
        for path, before, after in _parts(old, value):
            yield f"{name}: {path}" if path else name, before, after


def _parts(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Compare two JSON values, key by key."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _parts(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list):
        for i, (before, after) in enumerate(zip_longest(old, new)):
            inner = path if isinstance(after or before, dict | list) and not path else f"{path}[{i}]" if path else ""
            yield from _parts(before, after, inner)
    elif old != new:
        yield path, _text(old), _text(new)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return _short(value if isinstance(value, str) else repr(value))


def _short(text: str) -> str:
    """Cut a hash short, and a long text."""
    if len(text) == 64 and set(text) <= set("0123456789abcdef"):
        return f"{text[:HASH_SHOWN]}…"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
