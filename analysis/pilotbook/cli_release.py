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
        parameters=_pairs(assignments, "-P NAME=VALUE"),
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


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--why", "wants_why", is_flag=True, help="Attribute the change of two releases by rerunning.")
@root_option
@as_json_option
def diff(old: str, new: str, wants_why: bool, root: Path | None, as_json: bool) -> None:
    """Compare OLD and NEW: two releases, two rendered reports, or two folders of many."""
    from pilotbook.release.comparing import compare_sides, sides
    from pilotbook.release.printing import attributions, comparison

    pairs = list(compare_sides(sides(old, _root(root)), sides(new, _root(root))))
    found = [_why(pair) for pair in pairs] if wants_why else []
    if as_json:
        content = [{"old": pair.old.name, "new": pair.new.name, **pair.changes.as_dict()} for pair in pairs]
        for entry, shares in zip(content, found, strict=False):
            entry["attribution"] = [share.as_dict() for share in shares]
        _print_json({"comparisons": content})
        return
    _print(comparison(pairs))
    for shares in found:
        _print(attributions(shares))


def _why(pair: Any) -> Any:
    """Attribute the changes of a pair, both of which must be releases."""
    import tempfile

    from pilotbook.release.causes import why
    from pilotbook.release.repository import Repository

    if pair.old.release is None or pair.new.release is None:
        raise ParameterError("--why reruns releases; name two of them, such as PLAN/2024Q3 and PLAN/2024Q4")
    _tell(f"{pair.old.name} → {pair.new.name}: rerunning the states between them")
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
        return why(pair.old.release, pair.new.release, Repository(ROOT), Path(private).resolve())


@click.command()
@click.argument("plan", metavar="PLAN")
@root_option
@as_json_option
def history(plan: str, root: Path | None, as_json: bool) -> None:
    """Show the headline effects of a PLAN in all its releases."""
    from pilotbook.errors import UnknownNameError
    from pilotbook.release.history import histories
    from pilotbook.release.layout import releases
    from pilotbook.release.printing import history as printed

    found = releases(_root(root), plan)
    if not found:
        raise UnknownNameError("plan with releases", plan, {r.record.plan for r in releases(_root(root))})
    told = histories(found)
    if as_json:
        _print_json({"plan": plan, "effects": [effect.as_dict() for effect in told]})
    else:
        _print(printed(told))


@click.command()
@click.argument("name", metavar="RELEASE")
@click.option("--reviewer", metavar="NAME", help="Who signs; without it, the state of the review is shown.")
@click.option("--role", type=click.Choice(["reviewer", "editor"]), default="reviewer", show_default=True)
@click.option("--approve", multiple=True, metavar="EXHIBIT", help="An exhibit, such as en/tbl-verdicts, or all.")
@click.option("--reject", multiple=True, metavar="EXHIBIT", help="An exhibit, or all.")
@click.option("--comment", "comments", multiple=True, metavar="EXHIBIT=TEXT", help="On an exhibit, or on the report.")
@root_option
@as_json_option
def review(
    name: str,
    reviewer: str | None,
    role: str,
    approve: tuple[str, ...],
    reject: tuple[str, ...],
    comments: tuple[str, ...],
    root: Path | None,
    as_json: bool,
) -> None:
    """Sign a RELEASE exhibit by exhibit, or show how its review stands."""
    from pilotbook.release.layout import find_release, releases, root_of
    from pilotbook.release.permissions import Role
    from pilotbook.release.review import Signature, sign, standing

    found = find_release(name, _root(root))
    known = releases(root_of(found), found.record.plan)
    if reviewer is None and (approve or reject or comments):
        raise ParameterError("a review is signed; say by whom with --reviewer NAME")
    if reviewer is not None:
        moment = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        said = _pairs(comments, "--comment EXHIBIT=TEXT")
        _, path = sign(found, Signature(reviewer, Role(role), moment, approve, reject, said), known)
        _tell(f"signed: {_from_here(path)}")
    stands = standing(found, known)
    opinions = {
        exhibit: {"approved": sorted(opinion.approved), "rejected": sorted(opinion.rejected)}
        for exhibit, opinion in stands.opinions.items()
    }
    if as_json:
        _print_json({"release": found.name, "state": stands.state, "exhibits": opinions})
        return
    click.echo(f"{found.name}: {stands.state.replace('_', ' ')}")
    for exhibit, opinion in opinions.items():
        told = [f"{word} by {', '.join(people)}" for word, people in opinion.items() if people]
        click.echo(f"  {exhibit}: {'; '.join(told) or 'not signed'}")


@click.command()
@click.argument("name", metavar="RELEASE")
@click.option("--reason", required=True, help="Why it must not be used; readers see it.")
@click.option("--by", required=True, metavar="NAME", help="Who withdraws it.")
@click.option("--role", type=click.Choice(["author", "editor"]), default="author", show_default=True)
@root_option
@as_json_option
def withdraw(name: str, reason: str, by: str, role: str, root: Path | None, as_json: bool) -> None:
    """Put a tombstone with its reason beside a RELEASE."""
    from pilotbook.release.about import Withdrawal
    from pilotbook.release.layout import find_release
    from pilotbook.release.permissions import Role
    from pilotbook.release.review import withdraw as put_tombstone

    for option, text in (("--reason", reason), ("--by", by)):
        if not text.strip():
            raise ParameterError(f"{option} is empty; readers see it beside the release")
    found = find_release(name, _root(root))
    stone = Withdrawal(release=found.name, reason=reason, date=datetime.date.today(), by=by)
    path = put_tombstone(found, stone, Role(role))
    if as_json:
        _print_json({"release": found.name, "state": "withdrawn", "file": str(path)})
    else:
        click.echo(f"{found.name}: withdrawn; {_from_here(path)}")


@click.command()
@click.argument("name", metavar="RELEASE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder.")
@click.option("--lang", "language", help="The language of the chapters; by default the first of the release.")
@click.option("--plan", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The plan, if it has moved.")
@root_option
def reopen(name: str, out: Path, language: str | None, plan: Path | None, root: Path | None) -> None:
    """Lay a RELEASE open in a new folder: its chapters, its plan, its data as they stood."""
    from pilotbook.errors import UnknownNameError
    from pilotbook.release.layout import find_release
    from pilotbook.release.reopen import ROOM
    from pilotbook.release.reopen import reopen as lay_open

    found = find_release(name, _root(root))
    if language is not None and language not in found.record.languages:
        raise UnknownNameError("language", language, found.record.languages, where=found.name)
    room = lay_open(found, out.resolve(), language or found.record.languages[0], plan.resolve() if plan else None)
    shown = _from_here(room.folder)
    click.echo(f"{shown}: the chapters of {found.name}; open one in JupyterLab: jupyter lab {shown}")
    click.echo(f"  its plan: {_from_here(room.plan)}")
    call = f"pilotbook render {_from_here(room.plan)} --period {found.record.period} --out {_from_here(room.out)}"
    click.echo(f"  render it: . {shown / ROOM} && {call}")
    click.echo(
        f"  compare: pilotbook diff {found.name} {_from_here(room.out / found.record.plan / found.record.period)}"
    )


def _print(what: Any) -> None:
    """Print for people: as wide as the terminal, or as 120 columns where there is none."""
    from rich.console import Console

    plain = Console(highlight=False)
    (plain if plain.is_terminal else Console(highlight=False, width=120)).print(what)


def _root(given: Path | None) -> Path:
    return given.resolve() if given else releases_folder()


def _pairs(assignments: tuple[str, ...], form: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` pairs; ``form`` says in messages how one is written."""
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise ParameterError(f"'{name}' is no pair; write {form}")
    return {name: value for name, _, value in pairs}


def _from_here(path: Path) -> Path:
    """Return a path as it is read in the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _print_json(content: Any) -> None:
    click.echo(json.dumps(content, indent=1, ensure_ascii=False))


COMMANDS = (release, verify, diff, history, review, withdraw, reopen)
