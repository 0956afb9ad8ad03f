"""Rendering one report: nothing if nothing changed, else a new folder in place of the old one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pilotbook import cache, fingerprint
from pilotbook.errors import CallError, UnknownNameError
from pilotbook.evaluate.ingredients import bytes_of, estimate_ingredients, source_of
from pilotbook.panel.absence import WHOLE, Absence
from pilotbook.panel.periods import format_period, parse_period
from pilotbook.report.language import languages
from pilotbook.report.outdated import unmark
from pilotbook.report.output import replacing
from pilotbook.report.stages import Request, Stages, output_of, stages
from pilotbook.report.untouched import hashes

if TYPE_CHECKING:
    import pandas as pd

    from pilotbook.panel.panel import Panel

FORMATS = ("html", "pdf")
PATIENCE = 600.0
"""Seconds to wait for another process that makes the same report."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a rendering did.

    Attributes
    ----------
    plan, period, folder
        Whose report, and where it is.
    pages
        Every page that was asked for.
    done
        Stage to the inputs that made it necessary; empty if nothing had to be done.
    absent
        What of the data is gone, which the report says.
    """

    plan: str
    period: str
    folder: Path
    pages: tuple[Path, ...]
    done: Mapping[str, Sequence[str]]
    absent: tuple[Absence, ...] = ()

    @property
    def without_data(self) -> bool:
        """Tell whether nothing could be evaluated."""
        return any(absence.what in WHOLE for absence in self.absent)


def render(request: Request, tell: Callable[[str], None] = lambda _: None, threads: int = 1) -> Rendered:
    """Render a report, leaving out the stages whose inputs have not changed.

    Parameters
    ----------
    request
        Plan, period, languages, formats, engine, output folder and parameters.
    tell
        Called with a line at each step.
    threads
        Languages at a time.

    Raises
    ------
    PilotbookError
        If anything is wrong; the earlier result is then untouched, and of a chapter that raised the draft is
        kept beside it.
    """
    asked = survey(request)
    done = asked.outdated(asked.earlier())
    if done:
        from pilotbook.report.making import (  # noqa: PLC0415  # a second of imports that an unchanged report spares
            make,
            read_sources,
        )

        sources = read_sources(asked)
        with replacing(asked.target, PATIENCE) as work:  # another may make the same; what it made is then carried over
            make(work, asked, sources, asked.earlier(), tell, threads)
        hashes(asked.target, map(output_of, asked.inputs))  # noted now, they need not be read next time
    return rendered(asked, done)


def survey(request: Request) -> Stages:
    """Find out what a report rests on, without a model and, if the same question was asked before, without its data.

    Raises
    ------
    PilotbookError
        If the plan, the data, the period or a language cannot be used.
    """
    for language in request.languages:
        if language not in languages():
            raise UnknownNameError("language", language, languages())
    source = source_of(request.plan)
    ingredients = estimate_ingredients(request.plan, source, "")
    code = fingerprint.code("report/render.py")
    question = [fingerprint.of_ingredients(ingredients), bytes_of(request.plan, source), request.period, code]
    period = cache.once("periods", fingerprint.of_json(question), lambda: _period(request).encode()).decode()
    return stages(request, {**ingredients, "period": period}, period)


def rendered(asked: Stages, done: Mapping[str, Sequence[str]]) -> Rendered:
    """Say where the pages of a request are, what was done for them, and what of their data is gone."""
    request = asked.request
    files = [output_of(f"{language}/{fmt}") for language in request.languages for fmt in request.formats]
    pages = tuple(asked.target / file for file in files)
    unmark(asked.target)
    absent = source_of(request.plan).absent
    return Rendered(request.plan.id, asked.period, asked.target, pages, done, absent)


def _period(request: Request) -> str:
    """Return the period of a report, after making sure that the data have it and that there is something to say."""
    from pilotbook.evaluate.inputs import load_panel  # noqa: PLC0415  # a second of imports, asked once for all

    panel = load_panel(request.plan)
    period = _last(request, panel)
    _check_period(request, panel, period)
    return format_period(period)


def _last(request: Request, panel: Panel) -> pd.Period:
    """Return the period that is asked for, else the last of the data; the panel must have it."""
    if request.period is None:
        return panel.periods[-1]
    try:
        period = parse_period(request.period, request.plan.plan.panel.period_kind)
    except ValueError as error:
        raise CallError(f"--period: {error}") from None
    panel.index(period)
    return period


def _check_period(request: Request, panel: Panel, period: pd.Period) -> None:
    """Refuse a report up to a period in which there is nothing to compare yet."""
    starts = [start for start in panel.start if start is not None and start > panel.periods[0]]
    first = min(starts, default=period)  # without any start the report says that nothing has begun
    if period < first:
        raise CallError(
            f"no county starts the reform by {format_period(period)}; report up to {format_period(first)} or later"
        )
    weights = request.plan.plan.weights
    if weights is not None and period < panel.period(weights.period):
        raise CallError(
            f"the plan weights by {weights.period}, which is after {format_period(period)}; report "
            "up to that period or later"
        )
