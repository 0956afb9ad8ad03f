"""Composing the overview and drawing it with the engine of the reports."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from pilotbook import __version__
from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.panel.vintage import vintage_order
from pilotbook.report.chapters import bibliography
from pilotbook.report.compose import write_notebook
from pilotbook.report.engine import Engine
from pilotbook.report.frontmatter import LANGUAGE_TAG
from pilotbook.report.language import say
from pilotbook.report.output import replacing
from pilotbook.report.overview import tables
from pilotbook.report.overview.collect import Reported, collect
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf

NAME, CONTENT = "overview", "overview.json"


def make_overview(
    folder: Path, period: str, languages: Sequence[str], formats: Sequence[str], engine: Engine
) -> list[Path]:
    """Write ``overview/<period>/`` beside the reports of a period: ``overview.json``, and a page in every language.

    Parameters
    ----------
    folder
        The folder under which ``<plan>/<period>/`` lies.
    period, languages, formats, engine
        As of the reports.

    Returns
    -------
    The pages; none if there is no report of a catalogued reform.
    """
    catalogue = read_catalogue()
    found = collect(folder, period, catalogue)
    if not found:
        return []
    target = folder / NAME / period
    with replacing(target) as work:
        (work / CONTENT).write_text(_json(found, period, catalogue), encoding="utf-8")
        for language in languages:
            (work / language).mkdir()
            _draw(overview(found, period, catalogue, language), work / language, formats, engine)
            _prove(found, language, work / language)
    return [target / language / f"report.{fmt}" for language in languages for fmt in formats]


def _draw(notebook: NotebookNode, out: Path, formats: Sequence[str], engine: Engine) -> None:
    write_notebook(notebook, out / "report.ipynb")
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
        shutil.copy(bibliography(), private)
        engine.render(Path(shutil.copy(out / "report.ipynb", private)), out, tuple(formats))


def _prove(found: Sequence[Reported], language: str, out: Path) -> None:
    """Prove that every tagged number of the page is that of the ledger which has its row."""
    html, pdf = out / "report.html", out / "report.pdf"
    if html.is_file():
        page = read_page(html)
        prove_html(page, found[0].ledger, language, *(reported.ledger for reported in found[1:]))
        if pdf.is_file():
            prove_pdf(pdf, page.numbers)


def overview(found: Sequence[Reported], period: str, catalogue: Catalogue, language: str) -> NotebookNode:
    """Return the page as a notebook whose cells are finished text."""
    page: NotebookNode = nbformat.v4.new_notebook()
    front = nbformat.v4.new_raw_cell(_front_matter(found, period, language))
    texts = [part for part in _sections(found, catalogue, language) if part]
    page.cells = [front, *(nbformat.v4.new_markdown_cell(text) for text in texts)]
    for number, cell in enumerate(page.cells):
        cell["id"] = f"overview-{number}"  # the same page has the same bytes
    return page


def _sections(found: Sequence[Reported], catalogue: Catalogue, language: str) -> Iterator[str]:
    counts = {name: str(count) for name, count in tables.claim_counts(found, catalogue).items()}
    yield _section(language, "# Verdicts {#sec-verdicts}", VERDICTS_SAID, reports=str(len(found)))
    yield tables.marks(language)
    yield tables.matrix(found, catalogue, language)
    yield _section(language, "# Alerts {#sec-alerts}", ALERTS_SAID)
    yield tables.alerts(found, catalogue, language)
    rules = tables.fired(found, catalogue, language)
    if rules:
        yield _section(language, "## Rules that fire {#sec-fired}", FIRED_SAID)
        yield rules
    yield _section(language, "# What changed {#sec-changes}", CHANGES_SAID)
    yield tables.changes(found, catalogue, language)
    yield _section(language, "# The data {#sec-data}", DATA_SAID)
    yield tables.quality(found, language)
    yield _section(language, "# Every claim of the sources {#sec-claims}", CLAIMS_SAID, **counts)
    yield tables.claims(found, catalogue, language)


VERDICTS_SAID = (
    "This page shows {reports} reforms that have a report of this period. A mark gives the verdict on an outcome, the "
    "letter the grade of the design; both are computed in the report of the reform, where the numbers stand."
)
ALERTS_SAID = (
    "Outcomes that got worse, each at its own bar: a safety outcome at the lower one. With so many outcomes some will "
    "be here by chance."
)
FIRED_SAID = "Rules on observed values; that one fires does not mean that the reform caused it."
CHANGES_SAID = "Verdicts that are others than in the last report before, where there is one in the same folder."
DATA_SAID = (
    "What every report rests on. Reports on simulated data show how an evaluation reads, and nothing of any county."
)
CLAIMS_SAID = (
    "The sources state {all} numbers; {controlled} of them come with a control group. {compared} can be put beside an "
    "effect of the period, {within} of these lie within its interval; {ambiguous} leave open whether they mean per "
    "cent or percentage points and stay so. The others say why not. Changes of pilots and controls hold the common "
    "trend and cannot be read as effects."
)


def _section(language: str, heading: str, text: str, **values: str) -> str:
    return f"{say(language, heading)}\n\n{say(language, text).format(**values) if values else say(language, text)}"


def _front_matter(found: Sequence[Reported], period: str, language: str) -> str:
    simulated = any(reported.ledger.data["simulated"] for reported in found)
    matter: dict[str, Any] = {
        "title": say(language, "All reforms at a glance"),
        "subtitle": period,
        "author": ["The pilotbook authors"],
        "date": vintage_order(period).isoformat(),
        "lang": LANGUAGE_TAG[language],
        "bibliography": "references.bib",
        "report": {
            "plan": NAME,
            "period": period,
            "version": __version__,
            "vintage": period,
            "status": say(language, "draft"),
            "simulated": simulated,
            "parameters": {"period": period, "language": language},
        },
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in matter.items()]
    return "\n".join(["---", *lines, "---"])


def _json(found: Sequence[Reported], period: str, catalogue: Catalogue) -> str:
    """Return the same for programs: verdicts and grades by reform and outcome, and every claim."""
    content = {
        "schema": 1,
        "period": period,
        "reforms": [
            {
                "reform": reported.reform.id,
                "simulated": reported.ledger.data["simulated"],
                "verdicts": {
                    id: {"verdict": judgement.verdict.value, "grade": judgement.grade, "row": judgement.row}
                    for id, judgement in reported.judgements.items()
                },
            }
            for reported in found
        ],
        "claims": {
            "counts": tables.claim_counts(found, catalogue),
            "beside": [claim.as_dict() for reported in found for claim in reported.claims],
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
