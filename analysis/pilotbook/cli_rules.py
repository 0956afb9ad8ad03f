"""The commands of ``pilotbook rules``: check a file of rules, and run rules over a plan's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pilotbook.evaluate.monitoring.monitor import Monitoring
    from pilotbook.judge.rules.findings import RuleFinding

MOST_UNITS = 10

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
rules_file = click.option(
    "--rules", "file", type=click.Path(path_type=Path), help="A file of rules; by default the catalogue's."
)


@click.group()
def rules() -> None:
    """Check rules, and run them over observed data."""


@rules.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@as_json_option
def rules_check(file: Path | None, as_json: bool) -> None:
    """Check a FILE of rules, by default the catalogue's: names, units, levels, functions, circles."""
    from pilotbook.judge.rules.rulefile import CATALOGUED, read_rules
    from pilotbook.panel.catalogue import read_catalogue

    path = file or CATALOGUED
    book = read_rules(path, read_catalogue())
    causal = [rule.id for rule in book if rule.readings[0].causal]
    readings = sum(len(rule.readings) for rule in book)
    if as_json:
        content = {"file": str(path), "valid": True, "rules": list(book.rules), "order": list(book.order)}
        click.echo(json.dumps({**content, "readings": readings, "causal": causal}, indent=1, ensure_ascii=False))
        return
    click.echo(f"{path.name}: valid")
    click.echo(f"  {len(book)} rules, {readings} readings; {len(causal)} read an estimated effect")


@rules.command("run")
@click.argument("name", metavar="PLAN")
@click.option("--period", help="Up to this period (2024, 2024Q4, 2024-11); by default the last of the data.")
@rules_file
@as_json_option
def rules_run(name: str, period: str | None, file: Path | None, as_json: bool) -> int:
    """Run the rules on observed values over the data of a PLAN; its report also reads estimated effects."""
    from pilotbook.design.planfile import find_plan, read_plan
    from pilotbook.errors import DataError, UnknownNameError
    from pilotbook.evaluate.inputs import load_whole_panel
    from pilotbook.evaluate.monitoring.plan_monitoring import run_rules
    from pilotbook.evaluate.monitoring.sources import vintage_of
    from pilotbook.judge.rules.rulefile import CATALOGUED, read_rules
    from pilotbook.panel.catalogue import read_catalogue
    from pilotbook.panel.periods import format_period, parse_period

    plan_file = read_plan(find_plan(name))
    book = read_rules(file or CATALOGUED, read_catalogue())
    panel = load_whole_panel(plan_file)
    if period is not None:
        try:
            panel = panel.until(parse_period(period, plan_file.plan.panel.period_kind))
        except ValueError:
            raise UnknownNameError("period", period, map(format_period, panel.periods)) from None
    vintage = vintage_of(plan_file)
    if vintage is None:
        raise DataError(f"{plan_file.id}: its data are no vintage with indicators of the dictionary; rules need one")
    found = run_rules(book, vintage, panel, {}, {})
    if as_json:
        content = {"plan": plan_file.id, "period": format_period(panel.periods[-1]), "rules": _plain(found)}
        click.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        _say(found)
    return 0


def _plain(found: Monitoring) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule.id,
            "reading": finding.reading.id,
            "level": finding.rule.entry.level,
            "window": finding.window,
            "state": finding.state.value,
            "fired": finding.n_fired,
            "not_fired": finding.n_not_fired,
            "not_evaluable": finding.n_not_evaluable,
            "first": finding.first,
            "units": [{"unit": spell.unit, "first": spell.first} for spell in finding.open if _named(finding)],
            "missing": [{"kind": lack.kind, "name": lack.name, "units": count} for lack, count in finding.missing],
        }
        for finding in found.findings
    ]


def _named(finding: RuleFinding) -> bool:
    """Tell whether units may be named: a person never, a facility in the watch lists of a report."""
    return finding.rule.entry.level not in {"person", "department", "facility"}


def _say(found: Monitoring) -> None:
    """Print every reading with its state; those that fire with their units."""
    for finding in found.findings:
        rule = finding.rule.id + ("" if finding.reading is finding.rule.readings[0] else f" [{finding.reading.id}]")
        line = f"{finding.state.value.replace('_', ' '):14} {rule}, {finding.rule.entry.level}, {finding.window}"
        if finding.n_units > 1:
            line += f": {finding.n_fired} of {finding.n_units}"
        if finding.first:
            line += f", since {finding.first}"
        click.echo(line)
        if finding.open and _named(finding) and finding.n_units > 1:
            units = [spell.unit for spell in finding.open.some(slice(MOST_UNITS))]
            more = f" … and {len(finding.open) - MOST_UNITS} more" if len(finding.open) > MOST_UNITS else ""
            click.echo(f"{'':15}{', '.join(units)}{more}")
        if finding.state.value == "not_evaluable":
            lacks = dict.fromkeys(f"{lack.kind} {lack.name}".strip() for lack, _ in finding.missing)
            click.echo(f"{'':15}missing: {'; '.join(lacks)}")
