"""The command ``pilotbook overview``: one page over all reforms of a period."""

from __future__ import annotations

from pathlib import Path

import click

from pilotbook.errors import CallError
from pilotbook.project import BUILD


@click.command()
@click.option("--period", required=True, help="The period of the reports, such as 2024Q4.")
@click.option("--lang", "languages", multiple=True, default=("en",), show_default=True, help="Language, repeatable.")
@click.option("--to", "formats", multiple=True, type=click.Choice(["html", "pdf"]), help="By default both.")
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=BUILD, help="The folder of the reports."
)
def overview(period: str, languages: tuple[str, ...], formats: tuple[str, ...], engine: str, out: Path) -> None:
    """Write a page over all reforms that have a report of a period: verdicts, alerts, data, changes, every claim."""
    pages = write_overview(out, period, languages, formats, engine)
    if not pages:
        raise CallError(f"{out} has no report of {period}; run `pilotbook render --all --period {period}` first")


def write_overview(
    out: Path, period: str, languages: tuple[str, ...], formats: tuple[str, ...], engine: str
) -> list[Path]:
    """Write the overview of a period and name its pages; none if no catalogued reform has a report of it."""
    from pilotbook.report.engine import choose_engine
    from pilotbook.report.overview.page import make_overview
    from pilotbook.report.render import FORMATS

    pages = make_overview(
        out.resolve(),
        period,
        tuple(dict.fromkeys(languages)),
        tuple(dict.fromkeys(formats)) or FORMATS,
        choose_engine(engine),
    )
    for page in pages:
        click.echo(page)
    return pages
