"""Tables of the chapter on the data."""

from __future__ import annotations

import numpy as np
from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.gaps import ALL_COUNTIES, COMPLETE_COUNTIES
from pilotbook.evaluate.ledger import Row
from pilotbook.panel.contract.layout import LAYOUTS
from pilotbook.panel.dataset import Dataset
from pilotbook.panel.periods import format_period
from pilotbook.panel.quality import Quality
from pilotbook.panel.quality_of import fields, revision_triangle
from pilotbook.panel.vintage import Vintage
from pilotbook.report.column_names import column_name
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.quality_words import GATES, indicator_of, label, triangle_column
from pilotbook.report.tables import pipe_table

PERIODS_SHOWN = 8  # the last ones: older periods are hardly ever revised
CASES_SHOWN = 10

ROWS = {
    "panel": "county and period",
    "counties": "county",
    "exposure": "county and reform",
    "facilities": "facility and month",
    "alliances": "alliance and period",
    "inputs": "unit, period and input",
}
"""What a row of each table of the contract stands for."""


def _heads(language: str, *names: str) -> list[str]:
    return [say(language, name) for name in names]


def sources(evaluation: Evaluation, dataset: Dataset, numbers: Numbers) -> Markdown:
    """Return every table that was handed in: what a row is, from when to when, how many, how they are linked."""
    language = numbers.language
    head = _heads(language, "Table", "One row per", "From", "To", "Rows", "Linked by")
    if dataset.vintage is None:
        first, last = (format_period(evaluation.panel.periods[i]) for i in (0, -1))
        rows = numbers.whole(len(evaluation.panel.units) * len(evaluation.panel.periods))
        link = f"`{evaluation.plan.panel.unit}`, `{evaluation.plan.panel.period}`"
        name = f"`{dataset.file.name}`"
        return pipe_table(head, "llllrl", [[name, say(language, "county and period"), first, last, rows, link]])
    return pipe_table(head, "llllrl", [_source(dataset.vintage, kind, numbers) for kind in dataset.vintage.tables])


def _source(vintage: Vintage, kind: str, numbers: Numbers) -> list[str]:
    resource = next(r for r in vintage.description["resources"] if r["name"] == kind)
    first = last = ""
    if "period" in {field["name"] for field in resource["schema"]["fields"]}:
        periods = vintage.table(kind, ["period"])["period"]
        periods = periods[periods != ""]
        first, last = (str(periods.min()), str(periods.max())) if len(periods) else ("", "")
    keys = ", ".join(f"`{column}`" for column in LAYOUTS[kind].key)  # type: ignore[index]  # a table of the contract
    what = say(numbers.language, ROWS[kind])
    return [f"`{kind}`", what, first, last, numbers.whole(resource["rows"]), keys]


def completeness(evaluation: Evaluation, quality: Quality, numbers: Numbers) -> Markdown:
    """Return how complete each column is, by arm, with what was flagged, broken and revised."""
    rows = [
        [
            label(evaluation, c.column, numbers.language),
            numbers.whole(c.expected),
            _share(c.missing_pilots, numbers),
            _share(c.missing_controls, numbers),
            *(numbers.missing if n is None else numbers.whole(n) for n in (c.flagged, c.breaks, c.revised)),
            say(numbers.language, GATES[c.gate]).replace(" ", "\N{NO-BREAK SPACE}", 1),
        ]
        for c in quality.completeness
    ]
    head = (
        "Indicator",
        "Values expected",
        "Missing in pilots, %",
        "Missing in controls, %",
        "Outside the usual range",
        "Breaks",
        "Revised",
        "Gate",
    )
    return pipe_table(_heads(numbers.language, *head), "lrrrrrrl", rows)


def shares(evaluation: Evaluation, dataset: Dataset, numbers: Numbers) -> Markdown:
    """Return, for every ratio, what is divided by what, and the columns that hold both."""
    language, rows = numbers.language, []
    there = set(evaluation.panel.columns) if dataset.vintage is None else set(fields(dataset.vintage))
    for outcome in evaluation.plan.outcomes:
        name = outcome.title.text(language)
        if outcome.numerator is not None and outcome.denominator is not None:
            parts = (
                column_name(evaluation.panel.source, c, language) for c in (outcome.numerator, outcome.denominator)
            )
            rows.append([name, *parts, say(language, "yes")])
        elif outcome.column is not None and (about := indicator_of(outcome.column)) is not None and about.numerator:
            chinese = language == "zh"
            top = (about.numerator_zh if chinese else about.numerator) or about.numerator
            bottom = (about.denominator_zh if chinese else about.denominator) or about.denominator
            both = {f"{outcome.column}.{part}" for part in ("numerator", "denominator")} <= there
            rows.append([name, top, bottom or numbers.missing, say(language, "yes" if both else "no")])
    head = _heads(language, "Outcome", "Numerator", "Denominator", "Both in the data")
    return pipe_table(head, "llll", rows)


def flags(evaluation: Evaluation, quality: Quality, numbers: Numbers) -> Markdown:
    """List values outside the usual range, the farthest out first."""
    language = numbers.language
    if not quality.flags:
        return Markdown(say(language, "No value lies outside the usual range of its indicator."))

    def far(value: float, low: float | None, high: float | None) -> float:
        width = (high - low) if low is not None and high is not None and high > low else 1.0
        return max(0.0 if low is None else low - value, 0.0 if high is None else value - high) / width

    ordered = sorted(quality.flags, key=lambda f: -far(f.value, f.low, f.high))
    rows = [
        [
            label(evaluation, f.column, language),
            f.county,
            f.period,
            numbers.decimal(f.value, 2),
            " – ".join("" if end is None else numbers.decimal(end, 1) for end in (f.low, f.high)),
        ]
        for f in ordered[:CASES_SHOWN]
    ]
    head = _heads(language, "Indicator", "County", "Period", "Value", "Usual range")
    return _cases(pipe_table(head, "lllrr", rows), len(ordered), numbers)


def breaks(evaluation: Evaluation, quality: Quality, numbers: Numbers) -> Markdown:
    """List breaks of denominators and definitions, the largest first."""
    language = numbers.language
    if all(c.breaks is None for c in quality.completeness):
        text = "Neither denominators nor definitions are in the data, so that breaks of the series are not evaluable."
        return Markdown(say(language, text))
    if not quality.breaks:
        return Markdown(say(language, "No denominator and no definition breaks."))
    ordered = sorted(quality.breaks, key=lambda b: (b.change is not None, -abs(b.change or 0)))
    rows = [
        [
            label(evaluation, b.column, language),
            b.county,
            b.period,
            b.words if b.change is None else f"{numbers.decimal(b.change, 0)}%",
        ]
        for b in ordered[:CASES_SHOWN]
    ]
    head = _heads(language, "Indicator", "County", "Period", "Change of the denominator or the definition")
    return _cases(pipe_table(head, "lllr", rows), len(ordered), numbers)


def _cases(table: Markdown, count: int, numbers: Numbers) -> Markdown:
    """Say how many more cases there are than those shown."""
    if count <= CASES_SHOWN:
        return table
    more = say(numbers.language, "And {count} more.", count=numbers.whole(count - CASES_SHOWN))
    return Markdown(f"{table.data}\n\n{more}")


def gaps(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what gaps there are, and the headline with and without the counties that have them."""
    language, flow = numbers.language, evaluation.contract.flow
    name = COMPLETE_COUNTIES if flow.gaps == "keep" else ALL_COUNTIES
    rows = []
    for outcome in evaluation.plan.outcomes:
        counts, lead = flow.outcomes[outcome.id], evaluation.ledger.lead(outcome.id)
        other = evaluation.ledger.select(outcome=outcome.id, estimator="sensitivity", estimand=name)
        concerned = counts.with_gaps if flow.gaps == "keep" else counts.incomplete
        rows.append(
            [
                outcome.title.text(language),
                numbers.whole(concerned.pilots),
                numbers.whole(concerned.controls),
                numbers.whole(counts.missing),
                numbers.whole(counts.lost),
                _with_interval(lead, numbers),
                _with_interval(other[0], numbers) if other else numbers.missing,
            ]
        )
    head = ("Outcome", "Pilots with gaps", "Controls with gaps", "Missing values", "Known values lost")
    last = "On complete counties" if flow.gaps == "keep" else "With all counties"
    return pipe_table(_heads(language, *head, "Leading estimate", last), "lrrrrrr", rows)


def _with_interval(row: Row, numbers: Numbers) -> str:
    if row.estimate is None:
        return say_if_known(numbers.language, row.reason or "")
    if row.ci_low is None:
        return numbers.value(row)
    return f"{numbers.value(row)} ({numbers.interval(row)})"


def triangle(evaluation: Evaluation, dataset: Dataset, numbers: Numbers) -> Markdown:
    """Return the mean of the column that was revised most often by period, as each vintage had it."""
    if dataset.vintage is None:
        return Markdown(say(numbers.language, "The data are no vintage, so that nothing can have been revised."))
    column, _ = triangle_column(evaluation, dataset)
    values = revision_triangle(dataset.vintage.folder.parents[1], column).tail(PERIODS_SHOWN)
    rows = [
        [str(period), *(numbers.missing if np.isnan(v) else numbers.decimal(float(v), 2) for v in row)]
        for period, row in zip(values.index, values.to_numpy(), strict=True)
    ]
    head = [say(numbers.language, "Period"), *map(str, values)]
    return pipe_table(head, "l" + "r" * values.shape[1], rows)


def _share(value: float | None, numbers: Numbers) -> str:
    return numbers.missing if value is None else numbers.decimal(value, 1)
