"""Commands of the website: build it, and put it where readers are."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from pilotbook.project import ROOT

ADDRESS = "Address of the site, for feeds, site map and citations; by default `site-url` of _quarto.yml."


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / "_site",
    help="Folder of the site; by default _site.",
)
@click.option("--address", metavar="URL", help=ADDRESS)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that read releases; by default one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def site(out: Path, address: str | None, jobs: int | None, as_json: bool) -> None:
    """Build the website from all releases."""
    from pilotbook.site.build import build_site
    from pilotbook.site.settings import read_settings

    built = build_site(out.resolve(), read_settings(address), jobs, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps({**asdict(built), "folder": str(out)}, indent=1, ensure_ascii=False))
        return
    click.echo(f"evaluations: {built.evaluations}; releases: {built.releases}; files: {built.files}")
    click.echo(out / "index.html")


COMMANDS = (site,)
