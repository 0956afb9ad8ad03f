"""The commands `render` and `why`: making reports, and saying what a report would be made again for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotbook.cli_overview import write_overview
from pilotbook.errors import CallError, ParameterError
from pilotbook.project import BUILD, PLANS

if TYPE_CHECKING:
    from pilotbook.report.batch import Outcome
    from pilotbook.report.stages import Request

INTERRUPTED = 130
EXECUTORS = ("auto", "fork", "kernel")


@click.command()
@click.argument("plans", nargs=-1, metavar="[PLAN]...")
@click.option("--all", "every", is_flag=True, help="Render every plan in analysis/plans/.")
@click.option(
    "--period",
    "periods",
    multiple=True,
    help="Report up to this period (2024, 2024Q4, 2024-11); repeatable; by default the last of the data.",
)
@click.option("--lang", "languages", multiple=True, default=("en",), show_default=True, help="Language; repeatable.")
@click.option("--to", "formats", multiple=True, type=click.Choice(["html", "pdf"]), help="Format; by default both.")
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto", show_default=True)
@click.option(
    "--executor",
    type=click.Choice(EXECUTORS),
    default="auto",
    show_default=True,
    help="What runs the chapters: children of a process that has the libraries loaded, or a Jupyter kernel each.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="as many as there are cores",
    help="Reports at a time; of one report, languages.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Give the work to a Dask scheduler, such as tcp://10.0.0.5:8786.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=BUILD,
    help="Output folder; by default _build.",
)
@click.option("-P", "assignments", multiple=True, metavar="NAME=VALUE", help="A parameter of the chapter; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def render(
    plans: tuple[str, ...],
    every: bool,
    periods: tuple[str, ...],
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    engine: str,
    executor: str,
    jobs: int,
    scheduler: str | None,
    out: Path,
    assignments: tuple[str, ...],
    as_json: bool,
) -> int:
    """Render the report of each PLAN: a file, or the name of one in analysis/plans/."""
    from pilotbook import cache
    from pilotbook.report.batch import render_all
    from pilotbook.report.engine import choose_engine
    from pilotbook.report.execute import DEFAULT
    from pilotbook.report.render import FORMATS
    from pilotbook.report.stages import Request

    chosen = choose_engine(engine)
    requests = [
        Request(
            plan=plan,
            period=period,
            languages=tuple(dict.fromkeys(languages)),
            formats=tuple(dict.fromkeys(formats)) or FORMATS,
            engine=chosen,
            out=out.resolve(),
            parameters=_parameters(assignments),
            executor=DEFAULT if executor == "auto" else executor,
        )
        for plan, period in _plans_and_periods(plans, every, periods)
    ]
    try:
        if len(requests) == 1:
            outcomes = _one(render_all(requests, jobs, _tell, scheduler), as_json)
        else:
            outcomes = _several(requests, jobs, scheduler, as_json)
    finally:
        cache.clean_up()
    if every and not as_json:
        for period in dict.fromkeys(periods):
            write_overview(out, period, languages, formats, engine)
    if as_json:
        click.echo(json.dumps({"reports": [o.as_dict() for o in outcomes]}, indent=1, ensure_ascii=False))
    return max((outcome.exit_status for outcome in outcomes), default=0)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _one(outcomes: Iterable[Outcome], as_json: bool) -> list[Outcome]:
    """Say what became of one report: its pages on standard output, everything else beside it."""
    (outcome,) = outcomes
    _mark(outcome)
    if outcome.error is not None and not as_json:
        _tell(f"pilotbook: {outcome.request.plan.id}: {outcome.explanation}")
    if outcome.rendered is not None and not as_json:
        if outcome.status == "unchanged":
            _tell(
                f"{outcome.rendered.plan} {outcome.rendered.period}: nothing to do; plan, data, code, chapters and "
                "engine are those of the last rendering, and its files are as they were written"
            )
        _show_pages(outcome)
    return [outcome]


def _several(requests: list[Request], jobs: int, scheduler: str | None, as_json: bool) -> list[Outcome]:
    """Show the progress of several reports and sum it up, also when they are interrupted."""
    from pilotbook.report.batch import render_all
    from pilotbook.report.progress import Progress

    with Progress(len(requests)) as progress:
        try:
            for outcome in render_all(requests, jobs, progress.say, scheduler):
                progress.note(outcome)
                _mark(outcome)
                if not as_json:
                    _show_pages(outcome)
        except KeyboardInterrupt:
            for line in progress.summary(interrupted=True):
                progress.say(line)
            sys.exit(INTERRUPTED)
    for line in progress.summary():
        _tell(line)
    return progress.outcomes


def _mark(outcome: Outcome) -> None:
    """Mark an earlier report that could not be made again."""
    from pilotbook.report.outdated import mark_outdated

    if outcome.error is not None:
        request = outcome.request
        mark_outdated(request.out / request.plan.id, request.period, outcome.error, outcome.explanation)


def _show_pages(outcome: Outcome) -> None:
    """Name the pages of a report, and what of its data is gone."""
    if outcome.rendered is not None:
        for absence in outcome.rendered.absent:
            _tell(f"pilotbook: {outcome.rendered.plan}: {absence}")
        for page in outcome.rendered.pages:
            click.echo(_from_here(page))


def _from_here(path: Path) -> Path:
    """Return a path as it is read in the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _plans_and_periods(names: tuple[str, ...], every: bool, periods: tuple[str, ...]) -> list[tuple[Any, str | None]]:
    """Return what is asked for: with --all, every plan with those of the periods that are of its kind."""
    from pilotbook.design.planfile import find_plan, plan_paths, read_plan
    from pilotbook.panel.periods import period_kind

    if bool(names) == every:
        raise CallError("name at least one PLAN, or give --all; `pilotbook plan list` shows them")
    plans = [read_plan(path) for path in (plan_paths(PLANS) if every else map(find_plan, names))]
    asked: list[str | None] = list(dict.fromkeys(periods)) or [None]
    found = [
        (plan, period)
        for plan in plans
        for period in asked
        if not every or period is None or plan.plan.panel.period_kind == period_kind(period)
    ]
    for period in asked:
        if every and period is not None and not any(period == kept for _, kept in found):
            raise CallError(f"no plan has data by a period like '{period}'; write 2024, 2024Q4 or 2024-11")
    return found


def _parameters(assignments: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise ParameterError(f"-P {assignment}: write NAME=VALUE")
        values[name] = value
    return values


@click.command()
@click.argument("report", metavar="REPORT")
@click.option("--period", help="Of a PLAN: up to this period; by default the last of the data.")
@click.option("--lang", "languages", multiple=True, default=("en",), show_default=True, help="Of a PLAN: language.")
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=BUILD, help="Of a PLAN: where it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def why(report: str, period: str | None, languages: tuple[str, ...], engine: str, out: Path, as_json: bool) -> None:
    """Say what changed since REPORT was made, old and new: the folder of a report, or a plan."""
    from pilotbook.report.engine import choose_engine
    from pilotbook.report.why import changes, request_of

    found = changes(request_of(report, choose_engine(engine), out.resolve(), period, languages))
    if as_json:
        listed = [{"stages": c.stages, "what": c.what, "old": c.old, "new": c.new} for c in found]
        click.echo(json.dumps({"report": report, "changes": listed}, indent=1, ensure_ascii=False))
        return
    if not found:
        click.echo(f"{report}: nothing changed; it would be left as it is")
    for change in found:
        click.echo(f"{change}  ({', '.join(change.stages)})")
