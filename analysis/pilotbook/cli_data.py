"""The commands of ``pilotbook data``: check what is handed in, ingest it as a vintage, simulate."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotbook.errors import ParameterError

if TYPE_CHECKING:
    from pilotbook.panel.contract.check import Check
    from pilotbook.panel.finding import Finding

SHOWN = 100  # findings printed; --json prints all

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def data() -> None:
    """Check, ingest and simulate data."""


@data.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@as_json_option
def data_check(path: Path, as_json: bool) -> int:
    """Check a file, a folder of files, or the newest vintage of a data set."""
    from pilotbook.panel.contract.check import check

    found = check(_files_of(path))
    if as_json:
        _print_json({"path": str(path), **found.as_dict()})
    else:
        _say(found)
    return 0 if found.valid else 1


@data.command("ingest")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--dataset", required=True, metavar="NAME", help="A folder in data/, or a path.")
@click.option("--vintage", required=True, metavar="PERIOD", help="Period of the hand-over, such as 2025Q1.")
@click.option("--whole", is_flag=True, help="The files are the whole tables; rows that they lack are withdrawn.")
@click.option("--title", help="What the data are; by default as in the last vintage.")
@click.option("--source", help="Who made them.")
@click.option("--licence", help="Under which terms.")
@click.option("--custodian", help="Who keeps them.")
@click.option(
    "--extracted", type=click.DateTime(["%Y-%m-%d"]), help="Day on which they were drawn, such as 2025-04-10."
)
@as_json_option
def data_ingest(files: tuple[Path, ...], dataset: str, vintage: str, whole: bool, as_json: bool, **origin: Any) -> int:
    """Check FILEs and write the next vintage of a data set."""
    from pilotbook.panel.ingest import ingest

    folder = _dataset_folder(dataset)
    for path in files:
        _must_exist(path)
    done = ingest(files, folder, vintage, _provenance(folder, origin), whole=whole)
    if as_json:
        _print_json(done.as_dict())
        return 0 if done.vintage else 1
    _say(done.check)
    if done.vintage is None:
        return 1
    click.echo(f"wrote vintage {vintage} of {folder.name}")
    for table, count in done.added.items():
        click.echo(f"  {table}: {_rows(count, 'new ')}")
    _say_findings(done.findings)
    for revision in done.revisions.itertuples():
        click.echo(f"  {revision.table} {revision.key}, {revision.column}: {revision.before} → {revision.after}")
    return 0


@data.command("simulate")
@click.option("--scenario", "name", required=True, metavar="NAME", help="A scenario; an unknown name lists them.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="The same seed gives the same data.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder.")
@click.option("--counties", type=click.IntRange(4, 2_800), help="Number of counties; by default the scenario's.")
@click.option("--periods", type=click.IntRange(4, 120), help="Number of periods; by default the scenario's.")
@click.option("--csv", is_flag=True, help="Write the files that an evaluator would hand in as well.")
@as_json_option
def data_simulate(
    name: str, seed: int, out: Path, counties: int | None, periods: int | None, csv: bool, as_json: bool
) -> None:
    """Make a data set of simulated counties whose truth is known."""
    from pydantic import ValidationError

    from pilotbook.panel.simulate import scenario, simulate, write_simulation

    try:
        chosen = scenario(name).resized(counties, periods)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ParameterError(f"scenario {name} with --counties {counties} --periods {periods}: {reason}") from None
    done = write_simulation(simulate(chosen, seed), out, csv)
    if as_json:
        _print_json({"folder": str(out), "vintage": done.vintage, "simulated": True, "scenario": name, "seed": seed})
    else:
        click.echo(f"{out}: simulated data, scenario {name}, seed {seed}, vintage {done.vintage or 'none (faulty)'}")


def _files_of(path: Path) -> list[Path]:
    """Return the files to check; of a vintage, or all vintages of a data set, the bytes are verified first."""
    from pilotbook.panel.vintage import DESCRIPTION, FOLDER, open_vintage, vintages

    _must_exist(path)
    folder = path.resolve()
    found = [open_vintage(folder)] if folder.parent.name == FOLDER else vintages(folder)
    if not found and (folder / DESCRIPTION).is_file():
        raise ParameterError(
            f"{path}: is a described file with columns of its own; `pilotbook plan check PLAN` checks it with its plan"
        )
    for vintage in found:
        vintage.verify()
    return [found[-1].folder / f"{table}.parquet" for table in found[-1].tables] if found else [path]


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise ParameterError(f"{path}: there is no such file or folder; check the path")


def _dataset_folder(name: str) -> Path:
    from pilotbook.panel.ingest import dataset_name_fault
    from pilotbook.project import DATA

    if "/" in name:
        return Path(name).resolve()
    if (wrong := dataset_name_fault(name)) is not None:
        raise ParameterError(f"--dataset: {wrong}")
    return DATA / name


def _provenance(folder: Path, origin: dict[str, Any]) -> Any:
    """Return where the data come from: as the call says, else as the last vintage says, else not stated."""
    from pilotbook.panel.vintage import Provenance, vintages

    last = vintages(folder)[-1].description if vintages(folder) else None
    known: dict[str, Any] = {
        "title": last["title"] if last else folder.name,
        "source": last["sources"][0]["title"] if last else "not stated",
        "licence": last["licenses"][0]["name"] if last else "not stated",
        "custodian": last["contributors"][0]["title"] if last else "not stated",
        "simulated": bool(last and last["simulated"]),
    }
    day = origin.pop("extracted")
    given = {key: value for key, value in origin.items() if value is not None}
    missing = [key for key in ("source", "licence", "custodian") if (known | given)[key] == "not stated"]
    if missing:
        click.echo(f"pilotbook: {', '.join(missing)} not stated; say it with --{missing[0]} …", err=True)
    return Provenance(**(known | given), extracted=day.date() if day else None)


def _say(found: Check) -> None:
    """Print findings and conversions, then what it comes to."""
    _say_findings(found.findings)
    for conversion in found.conversions:
        click.echo(f"converted  {conversion}")
    tables = ", ".join(f"{kind} ({_rows(len(table))})" for kind, table in found.tables.items()) or "no table"
    counts = ", ".join(
        f"{len(part)} {name}{'' if len(part) == 1 else 's'}"
        for name, part in (("error", found.errors), ("warning", found.warnings), ("conversion", found.conversions))
    )
    click.echo(f"{'valid' if found.valid else 'refused'}: {tables}; {counts}")


def _say_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings[:SHOWN]:
        click.echo(f"{finding.severity}  {finding}")
    if len(findings) > SHOWN:
        rest = Counter(finding.rule for finding in findings[SHOWN:])
        click.echo(
            "… and " + ", ".join(f"{count} × {rule}" for rule, count in rest.most_common()) + "; --json lists all"
        )


def _rows(count: int, kind: str = "") -> str:
    return f"{count} {kind}row{'' if count == 1 else 's'}"


def _print_json(content: Any) -> None:
    click.echo(json.dumps(content, indent=1, ensure_ascii=False))
