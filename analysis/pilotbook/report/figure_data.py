"""The numbers of a figure as a file: a link in the HTML page that holds them in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from IPython.display import Markdown

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import BALANCE, CLAIMS, Row
from pilotbook.report.language import say
from pilotbook.report.selection import shown_paths
from pilotbook.report.series_figures import drawn_series
from pilotbook.report.tile_grid import tiles

Record = Mapping[str, Any]

ESTIMANDS = {
    "fig-means": ("pilots", "controls", "pilots_without_reform"),
    "fig-cohorts": ("att_cohort",),
    "fig-violations": ("robust_to_violations", "breakdown"),
    "fig-specifications": ("specification",),
    "fig-left-out": ("without_pilot", "without_province", "without_control_province"),
    "fig-placebo-space": ("placebo_in_space", "placebo_in_space_bin", "placebo_in_space_range"),
    "fig-smallest-p": ("smallest_p",),
}
"""The figures whose numbers are all rows of some estimands."""

LINES = ("observed", "fitted", "counterfactual")
"""Estimands of a series that its panel draws."""

NAMED, FIELDS = ("outcome", "estimator", "estimand"), ("estimate", "ci_low", "ci_high", "level", "p", "unit")
"""Fields of a row before and after the entries of its ``spec``; with the plan, the first make its id."""

PLAIN = "/,;:=.-_+"
"""What an address may hold as it is."""


def offer(evaluation: Evaluation, label: str, language: str, outcomes: Sequence[Outcome] = ()) -> Markdown:
    """Return a link to the numbers of a figure as CSV, shown in HTML only; the file is in the page itself.

    Parameters
    ----------
    evaluation
        The evaluation.
    label
        Label of the figure's cell.
    language
        Of the link's text; the file has the names of the ledger.
    outcomes
        Those of page one, for its figure.
    """
    content = quote(_csv(records(evaluation, label, outcomes)).encode("utf-8-sig"), safe=PLAIN)
    link = f'[{say(language, "Numbers as CSV")}](data:text/csv;charset=utf-8,{content}){{.csv download="{label}.csv"}}'
    return Markdown(f'::: {{.content-visible when-format="html"}}\n{link}\n:::')


def records(evaluation: Evaluation, label: str, outcomes: Sequence[Outcome] = ()) -> list[Record]:
    """Return the numbers of a figure: rows of the ledger, or facts of the design."""
    if label == "fig-rollout":
        return [
            {"start": c.start, "counties": c.counties, "assigned_units": c.assigned_units}
            for c in evaluation.contract.cohorts
        ]
    if label == "fig-provinces":
        return [{"province": t.code, "pilots": t.pilots, "controls": t.controls} for t in tiles(evaluation)]
    return _records(list(_rows(evaluation, label, outcomes)))


def _records(rows: list[Row]) -> list[Record]:
    """Return rows with the entries of their specifications as columns, without columns in which nothing stands."""
    entries = dict.fromkeys(name for row in rows for name in row.spec)
    columns = [*NAMED, *entries, *FIELDS]
    written = [(row.spec, row.as_dict()) for row in rows]
    found = [{**spec, **{name: row[name] for name in (*NAMED, *FIELDS)}} for spec, row in written]
    filled = [name for name in columns if any(record.get(name) is not None for record in found)]
    return [{name: record.get(name) for name in filled} for record in found]


def _rows(evaluation: Evaluation, label: str, outcomes: Sequence[Outcome]) -> Iterable[Row]:
    if label == "fig-event-study":
        found = [row for path in shown_paths(evaluation) for row in (*path.rows, *path.bands.values())]
    elif label == "fig-forest":
        judged = [evaluation.judgement(outcome.id) for outcome in outcomes]
        found = [evaluation.ledger.row(name) for j in judged for name in (j.row, *j.intervals.values())]
    elif label == "fig-series":
        found = [row for one in drawn_series(evaluation) for name in LINES for row in one.select(name)]
    elif label == "fig-love":
        found = list(evaluation.ledger.select(estimator=BALANCE, estimand="difference"))
    elif label == "fig-claims":
        found = list(evaluation.ledger.select(estimator=CLAIMS))
    else:
        found = [row for row in evaluation.ledger if row.estimand in ESTIMANDS[label]]
    return found


def _csv(found: list[Record]) -> str:
    text = io.StringIO()
    if found:
        writer = csv.DictWriter(text, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    return text.getvalue()
