"""From the catalogue to files: the plan of a reform, and its simulated data."""

from __future__ import annotations

from pathlib import Path

import click

from pilotbook.errors import CallError


@click.command("draft")
@click.argument("reforms", nargs=-1, metavar="[REFORM ...]")
@click.option("--all", "every", is_flag=True, help="Every core and secondary reform of the catalogue.")
@click.option("--simulated", is_flag=True, help="Say in the plan that its data are simulated.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="A folder; by default that of the project's plans."
)
def plan_draft(reforms: tuple[str, ...], every: bool, simulated: bool, out: Path | None) -> None:
    """Write the analysis plan of each catalogued REFORM; a plan that is there is left as it is."""
    import datetime

    from pilotbook.design.draft import draft_plan
    from pilotbook.panel.catalogue import read_catalogue
    from pilotbook.project import PLANS

    catalogue, folder = read_catalogue(), out or PLANS
    folder.mkdir(parents=True, exist_ok=True)
    for name in _named(reforms, every):
        path = folder / f"{name}.yml"
        if path.exists():
            click.echo(f"{path.name}: is there already and was left as it is")
            continue
        text = draft_plan(catalogue.reform(name), catalogue, datetime.date.today(), simulated)
        path.write_text(text, encoding="utf-8")
        click.echo(f"{path.name}: drafted ({catalogue.reforms[name].rollout.kind})")


@click.command("simulate-reform")
@click.argument("reforms", nargs=-1, metavar="[REFORM ...]")
@click.option("--all", "every", is_flag=True, help="Every reform that has a simulated world.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="<OUT>/<REFORM>/ is made.")
def data_simulate_reform(reforms: tuple[str, ...], every: bool, out: Path) -> None:
    """Make the small simulated data set of each catalogued REFORM, with known truth."""
    from pilotbook.panel.simulate.reform_worlds import plantings, reform_world, write_reform_world

    for name in plantings().reforms if every else _named(reforms, every):
        write_reform_world(reform_world(name), out / name)
        click.echo(f"{out / name}: simulated data")


def _named(reforms: tuple[str, ...], every: bool) -> list[str]:
    from pilotbook.panel.catalogue import read_catalogue

    if every == bool(reforms):
        raise CallError("name reforms of the catalogue, or say --all")
    catalogue = read_catalogue()
    if every:
        return [reform.id for reform in catalogue.reforms.values() if reform.priority != "context"]
    return [catalogue.reform(name).id for name in reforms]
