"""Commands of the website: build it, and put it where readers are."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from pilotbook.project import ROOT

SITE = ROOT / "_site"
ADDRESS = "Address of the site, for feeds, site map and citations; by default `site-url` of _quarto.yml, if it is set."


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=SITE,
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


@click.command()
@click.option("--to", "name", required=True, metavar="TARGET", help="A folder, or branch:NAME of the repository.")
@click.option("--push", metavar="REMOTE", help="Push the branch there, such as origin.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--restore", is_flag=True, help="Put back what was edited by hand at the target.")
@click.option("--address", metavar="URL", help=ADDRESS)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def publish(name: str, push: str | None, dry_run: bool, restore: bool, address: str | None, as_json: bool) -> None:
    """Build the website, check it, and exchange what is published for it in one step."""
    from pilotbook.site.publish.publication import choose_target
    from pilotbook.site.publish.publication import publish as put_in_place
    from pilotbook.site.publish.requirements import read_requirements
    from pilotbook.site.settings import read_settings

    settings = read_settings(address)
    target = choose_target(name, push)
    tell = partial(click.echo, err=True)
    published = put_in_place(target, SITE, settings, read_requirements(), dry_run, restore, tell)
    found = published.changes
    if as_json:
        click.echo(
            json.dumps({"target": name, "published": published.done, **asdict(found)}, indent=1, ensure_ascii=False)
        )
        return
    if settings.address is None:
        tell(
            "without its address the site has no feeds and no site map; set `site-url` in _quarto.yml or give --address"
        )
    if dry_run:
        for mark, paths in (("+", found.added), ("~", found.changed), ("-", found.removed)):
            for path in paths:
                click.echo(f"{mark} {path}")
    verb = "published" if published.done else "would publish" if dry_run and found.any else "nothing to publish"
    click.echo(f"{name}: {verb}; new: {len(found.added)}, changed: {len(found.changed)}, gone: {len(found.removed)}")


COMMANDS = (site, publish)
