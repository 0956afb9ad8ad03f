"""The commands around releases: freezing, rerunning, comparing, reviewing, withdrawing."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import click

from pilotbook.errors import ParameterError
from pilotbook.project import BUILD, ROOT, releases_folder

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
root_option = click.option(
    "--releases",
    "root",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of releases; by default reports/releases.",
)


@click.command()
@click.argument("name", metavar="PLAN")
@click.option("--period", help="The report up to this period; by default the last of the data.")
@click.option("--note", help="What this version corrects; needed from the second version on.")
@click.option("--author", help="Who releases it; by default the authors of the plan.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=BUILD, help="Where it was rendered.")
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto", show_default=True)
@click.option("-P", "assignments", multiple=True, metavar="NAME=VALUE", help="A parameter that it was rendered with.")
@root_option
@as_json_option
def release(
    name: str,
    period: str | None,
    note: str | None,
    author: str | None,
    out: Path,
    engine: str,
    assignments: tuple[str, ...],
    root: Path | None,
    as_json: bool,
) -> None:
    """Freeze the rendered report of a PLAN as its next version."""
    from pilotbook.design.planfile import find_plan, read_plan
    from pilotbook.release.freeze import freeze
    from pilotbook.release.repository import Repository
    from pilotbook.release.wish import Wish
    from pilotbook.report.engine import choose_engine

    wish = Wish(
        plan=read_plan(find_plan(name)),
        period=period,
        out=out.resolve(),
        engine=choose_engine(engine),
        root=_root(root),
        day=datetime.date.today(),
        author=author,
        note=note,
        parameters=_parameters(assignments),
    )
    made = freeze(wish, Repository(ROOT), _tell)
    if as_json:
        _print_json({"release": made.name, "folder": str(made.folder), "sha256": made.sha256})
        return
    click.echo(f"{made.name}: SHA-256 {made.sha256[:16]}…")
    click.echo(_from_here(made.folder))


@click.command()
@click.argument("name", metavar="RELEASE")
@click.option("--at-commit", is_flag=True, help="Rerun with the program of the recorded commit (a git worktree).")
@click.option("--twice", is_flag=True, help="Rerun a second time and compare the bytes.")
@click.option("--plan", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The plan, if it has moved.")
@root_option
@as_json_option
def verify(name: str, at_commit: bool, twice: bool, plan: Path | None, root: Path | None, as_json: bool) -> int:
    """Rerun a RELEASE in a clean folder, compare every exhibit, and write its certificate."""
    from pilotbook.release.layout import find_release, root_of
    from pilotbook.release.repository import Repository
    from pilotbook.release.verify import Verification, summary, write_certificate
    from pilotbook.release.verify import verify as rerun

    found = find_release(name, _root(root))
    asked = Verification(
        release=found,
        root=root_of(found),
        repository=Repository(ROOT),
        day=datetime.date.today(),
        plan=plan.resolve() if plan else None,
        at_commit=at_commit,
        twice=twice,
    )
    certificate = rerun(asked, _tell)
    path = write_certificate(found, certificate)
    if as_json:
        _print_json(json.loads(certificate.dumps()))
    else:
        click.echo("\n".join(summary(certificate)))
        _tell(f"certificate: {_from_here(path)}")
    return 0 if certificate.verdict in {"identical", "within_tolerance"} else 1


def _root(given: Path | None) -> Path:
    return given.resolve() if given else releases_folder()


def _parameters(assignments: tuple[str, ...]) -> dict[str, str]:
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise ParameterError(f"-P {name}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _from_here(path: Path) -> Path:
    """Return a path as it is read in the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _print_json(content: Any) -> None:
    click.echo(json.dumps(content, indent=1, ensure_ascii=False))


COMMANDS = (release, verify)
