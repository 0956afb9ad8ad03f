"""The command line. It reads the call, hands it on, and says what came of it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from pilotbook import __version__
from pilotbook.cli_data import data
from pilotbook.cli_draft import data_simulate_reform, plan_draft
from pilotbook.cli_overview import overview
from pilotbook.cli_release import COMMANDS as RELEASE_COMMANDS
from pilotbook.cli_render import render, why
from pilotbook.cli_rules import rules
from pilotbook.cli_site import COMMANDS as SITE_COMMANDS
from pilotbook.errors import PilotbookError
from pilotbook.project import PLANS


def main() -> None:
    """Run the command line; an error that can be explained is one message and an exit status, never a traceback."""
    try:
        sys.exit(app(standalone_mode=False))
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except PilotbookError as error:
        _fail(str(error), error.exit_status)
    except OSError as error:
        from pilotbook.report.batch import explain

        _fail(explain(error), 1)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; earlier results are untouched", 130)


def _fail(message: str, status: int) -> None:
    click.echo(f"pilotbook: {message}", err=True)
    if "--json" in sys.argv:
        click.echo(json.dumps({"error": message, "exit_status": status}, ensure_ascii=False))
    sys.exit(status)


def _print_json(content: Any) -> None:
    click.echo(json.dumps(content, indent=1, ensure_ascii=False))


def _tell(line: str) -> None:
    click.echo(line, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pilotbook")
def app() -> None:
    """Turn an analysis plan and a panel of counties into an evaluation report that anyone can rerun."""


app.add_command(data)
app.add_command(overview)
data.add_command(data_simulate_reform)
app.add_command(render)
app.add_command(rules)
app.add_command(why)
for command in (*RELEASE_COMMANDS, *SITE_COMMANDS):
    app.add_command(command)


@app.group()
def plan() -> None:
    """Check, register and list analysis plans."""


plan.add_command(plan_draft)


@plan.command("check")
@click.argument("name", metavar="PLAN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def plan_check(name: str, as_json: bool) -> None:
    """Check a PLAN, and that its data have what it names."""
    from pilotbook.design.checklist import unanswered
    from pilotbook.design.contract import draw_contract
    from pilotbook.design.planfile import find_plan, read_plan
    from pilotbook.evaluate.inputs import load_whole_panel

    plan_file = read_plan(find_plan(name))
    contract = draw_contract(plan_file.plan, load_whole_panel(plan_file))
    still_open = unanswered(plan_file.plan.checklist)
    if as_json:
        _print_json({"plan": plan_file.id, "valid": True, "unanswered": still_open, "contract": contract.as_dict()})
        return
    click.echo(f"{plan_file.id}: valid")
    click.echo(f"  {contract.periods} periods, {contract.first_period} to {contract.last_period}")
    click.echo(
        f"  {contract.assigned_pilots} assigned units with the reform ({contract.pilots} counties), "
        f"{contract.assigned_controls} without ({contract.controls} counties)"
    )
    click.echo(f"  inference: {contract.leads} (rule {contract.rule})")
    if still_open:
        click.echo(f"  not answered under `checklist`, and shown as open in the report: {', '.join(still_open)}")


@plan.command("schema")
def plan_schema() -> None:
    """Print the JSON Schema of a plan, which editors read for completion."""
    from pilotbook.design.planfile import plan_schema as schema

    click.echo(schema(), nl=False)


@plan.command("power")
@click.argument("name", metavar="PLAN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def plan_power(name: str, as_json: bool) -> None:
    """Say which effects a PLAN could detect, from its data before the reform."""
    from pilotbook.design.planfile import find_plan, read_plan
    from pilotbook.evaluate.inputs import load_whole_panel
    from pilotbook.evaluate.power import detectable_effects

    plan_file = read_plan(find_plan(name))
    found = list(detectable_effects(plan_file.plan, load_whole_panel(plan_file)))
    if as_json:
        _print_json({"plan": plan_file.id, "power": 0.8, "detectable": [asdict(each) for each in found]})
        return
    click.echo(f"{plan_file.id}: smallest effects found four times in five, from data before the reform")
    for each in found:
        said = f"{each.effect:.3g} {each.unit}" if each.effect is not None else f"none: {each.reason}"
        click.echo(
            f"  {each.outcome}, {each.controls} controls ({each.n_pilots} pilots, {each.n_controls} controls, "
            f"{each.periods_before} + {each.periods_after} periods, {each.inference}): {said}; "
            f"smallest important: {each.minimum_important_effect:g}"
        )


@plan.command("register")
@click.argument("name", metavar="PLAN")
@click.option("--because", metavar="REASON", help="Record what changed since the registration as a deviation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def plan_register(name: str, because: str | None, as_json: bool) -> None:
    """Fix the content and the date of a PLAN; later changes need a recorded reason."""
    import datetime

    from pilotbook.design.planfile import find_plan, read_plan
    from pilotbook.evaluate.registered import register_plan

    plan_file = read_plan(find_plan(name))
    registration, path = register_plan(plan_file, because, datetime.date.today())
    last = registration.entries[-1]
    seen = registration.data is not None and registration.data.after_start
    if as_json:
        entries = [{"date": e.date.isoformat(), "sha256": e.sha256, "because": e.because} for e in registration.entries]
        _print_json({"plan": plan_file.id, "entries": entries, "after_the_data": seen, "file": str(path)})
        return
    click.echo(f"{plan_file.id}: registered on {registration.date.isoformat()}, SHA-256 {last.sha256[:16]}…")
    for entry in registration.deviations:
        click.echo(f"  deviation of {entry.date.isoformat()}: {entry.because}")
        for difference in entry.differences:
            click.echo(f"    {difference}")
    if seen:
        click.echo("  data under the reform were already there; the report says so on page one")
    click.echo(f"  {path}")


@plan.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def plan_list(as_json: bool) -> None:
    """List the plans in analysis/plans/."""
    from pilotbook.design.planfile import plan_paths, read_plan
    from pilotbook.panel.dataset import find_dataset
    from pilotbook.project import DATA

    rows = []
    for path in plan_paths(PLANS):
        plan_file = read_plan(path)
        source = find_dataset(plan_file.plan.dataset, path.parent, DATA).source()
        rows.append(
            {
                "id": plan_file.id,
                "title": plan_file.plan.title.en,
                "reform": plan_file.plan.reform,
                "dataset": plan_file.plan.dataset,
                "simulated": source.simulated,
            }
        )
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}: {row['title']} ({row['dataset']}{', simulated' if row['simulated'] else ''})")


@app.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(as_json: bool) -> int:
    """Look whether everything is there that a report needs."""
    from pilotbook.doctor import examine

    checks = []
    for check in examine():
        checks.append(check)
        if not as_json:
            mark = {True: "ok", False: "NO", None: "--"}[check.ok]
            click.echo(f"{mark}  {check.name}: {check.found}" + ("" if check.ok else f"; {check.remedy}"))
    if as_json:
        _print_json({"checks": [asdict(check) for check in checks]})
    return int(any(check.ok is False for check in checks))
