"""Tables of the report, as Markdown: built once, shown alike in HTML and PDF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.column_names import column_name, within_a_line
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import (
    GROUPS,
    leading_rows,
    main_rows,
    naive_rows,
    shown_paths,
    thinly_supported,
)
from pilotbook.report.words import analysis_name, role_name, weights_name

SPAN = re.compile(r"\[([^\]]*)\]\{[^}]*\}")
"""A tagged number: what is seen of it stands in the brackets."""


def pipe_table(head: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> Markdown:
    """Return a pipe table; a column whose cells are all empty is left out, and no rows are one that says so.

    How wide the columns are is for the page to find out: the browser, or the extension's `columns.lua`.

    Parameters
    ----------
    head
        Names of the columns.
    align
        A letter for each column: ``l`` for left, ``r`` for right.
    rows
        Cells as Markdown.
    """
    body = _said_once([list(cells) for cells in rows]) or [["–"] * len(head)]
    kept = [i for i in range(len(head)) if any(cells[i] for cells in body)] or list(range(len(head)))
    rules = [":---" if side == "l" else "---:" for side in align]
    return Markdown("\n".join(f"| {' | '.join(cells[i] for i in kept)} |" for cells in [list(head), rules, *body]))


def _said_once(rows: list[list[str]]) -> list[list[str]]:
    """Leave the first cell empty where it repeats the one above, if the column has several rows of the same name."""
    firsts = [cells[0] for cells in rows]
    return [["", *cells[1:]] if i and cells[0] == firsts[i - 1] else cells for i, cells in enumerate(rows)]


def _heads(language: str, *names: str) -> list[str]:
    return [say(language, name) for name in names]


def facts(pairs: Iterable[tuple[str, str]], language: str) -> Markdown:
    """Return a table of names and values."""
    return pipe_table(_heads(language, "Item", "Value"), "ll", [list(pair) for pair in pairs])


def cohorts(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return who starts when, at the unit of assignment and in counties."""
    contract = evaluation.contract
    rows = [
        [
            cohort.start,
            numbers.whole(cohort.assigned_units),
            numbers.whole(cohort.counties),
            numbers.whole(cohort.periods_before),
            numbers.whole(cohort.periods_after),
        ]
        for cohort in contract.cohorts
    ]
    controls = [numbers.whole(n) for n in (contract.assigned_controls, contract.controls, contract.periods, 0)]
    rows.append([say(numbers.language, "not within the panel"), *controls])
    head = _heads(
        numbers.language, "Start", "Assigned units", "Counties", "Periods before", "Periods from the start on"
    )
    return pipe_table(head, "lrrrr", rows)


def two_by_two(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the four means and the effect of every 2×2, by outcome and weighting."""
    rows = []
    for effect in evaluation.ledger.select(estimator="two_by_two", role="headline"):
        means = [_mean(evaluation, effect, group, period, numbers) for group in GROUPS for period in ("pre", "post")]
        rows.append(
            [
                outcome_name(evaluation, effect, numbers.language),
                weights_name(numbers.language, effect),
                *means,
                numbers.value(effect),
            ]
        )
    head = _heads(
        numbers.language,
        "Outcome",
        "Weights",
        "Pilots before",
        "Pilots after",
        "Controls before",
        "Controls after",
        "Effect",
    )
    return pipe_table(head, "llrrrrr", rows)


def _mean(evaluation: Evaluation, effect: Row, group: str, period: str, numbers: Numbers) -> str:
    """Return the mean of a group before or after; a report that ends before that period has none."""
    sample = {key: effect.spec[key] for key in ("weights", "cohorts") if key in effect.spec}
    found = evaluation.ledger.select(
        outcome=effect.outcome, estimator="mean", estimand=group, period=effect.spec[period], **sample
    )
    return next((numbers.value(row) for row in found if row.spec.keys() == {"period", *sample}), numbers.missing)


def estimates(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return every analysis with the error that leads, by outcome and weighting."""
    rows = []
    for outcome in evaluation.plan.outcomes:
        rows += [_naive(evaluation, row, numbers) for row in naive_rows(evaluation, outcome.id)]
        rows += [_estimate(evaluation, row, numbers) for row in main_rows(evaluation) if row.outcome == outcome.id]
    head = _heads(numbers.language, "Outcome", "Analysis", "Weights", "Effect", "Interval", "p", "Role")
    return pipe_table(head, "lllrrrl", rows)


def _estimate(evaluation: Evaluation, row: Row, numbers: Numbers) -> list[str]:
    return [
        outcome_name(evaluation, row, numbers.language),
        analysis_name(numbers.language, row.estimator, row.spec.get("cohorts")),
        weights_name(numbers.language, row),
        numbers.value(row),
        numbers.interval(row),
        numbers.value(row, "p"),
        role_name(numbers.language, row, evaluation),
    ]


def _naive(evaluation: Evaluation, row: Row, numbers: Numbers) -> list[str]:
    """Return the naive change: without interval and p, so that nobody reads it as an effect."""
    language = numbers.language
    name = say(language, "Pilots, after less before")
    outcome, weights = outcome_name(evaluation, row, language), weights_name(language, row)
    return [outcome, name, weights, numbers.value(row), "", "", say(language, "not an effect")]


def errors(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the standard errors of every analysis side by side: by kind, and by the unit they cluster on."""
    section = evaluation.plan.panel
    rows = []
    for row in main_rows(evaluation):
        same = [other for other in leading_rows(evaluation, row.outcome) if other.id.startswith(f"{row.id};error=")]
        by_kind = {kind: numbers.value(other, "se") for other in (row, *same) if (kind := _kind_of_error(other))}
        rows.append(
            [
                outcome_name(evaluation, row, numbers.language),
                analysis_name(numbers.language, row.estimator, row.spec.get("cohorts")),
                weights_name(numbers.language, row),
                *(next((by_kind[kind] for kind in kinds if kind in by_kind), "") for kinds in KINDS_OF_ERROR),
                _replicated(evaluation, row, numbers),
            ]
        )
    assigned, county = (
        within_a_line(column_name(evaluation.panel.source, column, numbers.language))
        for column in (section.assignment_unit, section.unit)
    )
    head = [
        *_heads(numbers.language, "Outcome", "Analysis", "Weights"),
        say(numbers.language, "by {unit}", unit=assigned),
        say(numbers.language, "CR2, by {unit}", unit=assigned),
        say(numbers.language, "jackknife, by {unit}", unit=assigned),
        say(numbers.language, "replication, by {unit}", unit=county),
    ]
    return pipe_table(head, "lllrrrr", rows)


KINDS_OF_ERROR = (("CRV1", "influence", "conservative"), ("CR2",), ("CRV3", "jackknife"))
"""The kinds of error that share a column: the plain form, CR2, and the jackknife with its equal for regressions."""


def _kind_of_error(row: Row) -> str | None:
    """Name the kind of a row's standard error; whichever leads does not bear it in its spec."""
    how = row.p_method or ""
    return row.spec.get("error") or (how.split(", ")[1] if how.startswith("t, ") else None)


def _replicated(evaluation: Evaluation, row: Row, numbers: Numbers) -> str:
    spec = {**row.spec, "cluster": evaluation.plan.panel.unit}
    twins = evaluation.ledger.select(
        role="replication", outcome=row.outcome, estimator=row.estimator, estimand=row.estimand
    )
    return next((numbers.value(twin, "se") for twin in twins if twin.spec == spec), "")


def event_times(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return effects by event time, with what stands behind each; a circle marks points of thin support."""
    rows = [
        [
            outcome_name(evaluation, row, numbers.language),
            analysis_name(numbers.language, path.estimator, path.cohorts),
            f"{'○ ' * thinly_supported(evaluation, row)}{numbers.decimal(int(row.spec['event_time']), 0)}",
            numbers.value(row),
            numbers.interval(row),
            numbers.interval(band) if (band := path.bands.get(row.spec["event_time"])) else "",
            numbers.value(row, "n_pilots"),
            numbers.value(row, "n_cohorts") if evaluation.contract.staggered else "",
        ]
        for path in shown_paths(evaluation)
        for row in path.rows
    ]
    names = ("Outcome", "Analysis", "Periods since start", "Effect", "Interval", "Simultaneous band", "Pilot counties")
    return pipe_table(_heads(numbers.language, *names, "Starts"), "llrrrrrr", rows)


def outcome_name(evaluation: Evaluation, row: Row, language: str) -> str:
    """Name the outcome where there is more than one."""
    outcomes = evaluation.plan.outcomes
    return next(o.title.text(language) for o in outcomes if o.id == row.outcome) if len(outcomes) > 1 else ""
