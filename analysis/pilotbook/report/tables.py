"""Tables of the report, as Markdown: built once, shown alike in HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import GROUPS, event_paths, leading_rows
from pilotbook.report.words import ROLES, WEIGHTS, analysis_name, error_name

Align = Literal["left", "right"]
_RULE = {"left": ":----", "right": "----:"}


def pipe_table(head: Sequence[str], align: Sequence[Align], rows: Iterable[Sequence[str]]) -> Markdown:
    """Return a pipe table; a column whose cells are all empty is left out."""
    body = [list(cells) for cells in rows]
    kept = [i for i in range(len(head)) if any(cells[i] for cells in body)] or list(range(len(head)))
    lines = [list(head), [_RULE[a] for a in align], *body]
    return Markdown("\n".join(f"| {' | '.join(cells[i] for i in kept)} |" for cells in lines))


def facts(pairs: Iterable[tuple[str, str]]) -> Markdown:
    """Return a table of names and values."""
    return pipe_table(["Item", "Value"], ["left", "left"], [list(pair) for pair in pairs])


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
    rows.append(["not within the panel", *controls])
    head = ["Start", "Assigned units", "Counties", "Periods before", "Periods from the start on"]
    return pipe_table(head, ["left", *["right"] * 4], rows)


def two_by_two(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the four means and the effect of every 2×2, by outcome and weighting."""
    rows = []
    for effect in evaluation.ledger.select(estimator="two_by_two", role="headline"):
        means = [
            numbers.value(_mean(evaluation, effect, group, period)) for group in GROUPS for period in ("pre", "post")
        ]
        rows.append([_outcome(evaluation, effect), WEIGHTS[effect.spec["weights"]], *means, numbers.value(effect)])
    head = ["Outcome", "Weights", "Pilots before", "Pilots after", "Controls before", "Controls after", "Effect"]
    return pipe_table(head, ["left", "left", *["right"] * 5], rows)


def _mean(evaluation: Evaluation, effect: Row, group: str, period: str) -> Row:
    sample = {key: effect.spec[key] for key in ("weights", "cohorts") if key in effect.spec}
    found = evaluation.ledger.select(
        outcome=effect.outcome, estimator="mean", estimand=group, period=effect.spec[period], **sample
    )
    return next(row for row in found if row.spec.keys() == {"period", *sample})


def estimates(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return every analysis with its errors: what leads, what stands beside it, what repeats a published paper."""
    rows = [
        [
            _outcome(evaluation, row),
            analysis_name(row.estimator, row.spec.get("cohorts")),
            WEIGHTS[row.spec["weights"]],
            numbers.value(row),
            numbers.value(row, "se"),
            numbers.interval(row),
            numbers.value(row, "p"),
            error_name(row),
            "**leads**" if row.id == evaluation.ledger.headline[row.outcome] else ROLES[row.role],
        ]
        for outcome in evaluation.plan.outcomes
        for row in leading_rows(evaluation, outcome.id)
    ]
    head = ["Outcome", "Analysis", "Weights", "Effect", "Error", "Interval", "p", "Kind of error", "Role"]
    return pipe_table(head, ["left", "left", "left", *["right"] * 4, "left", "left"], rows)


def event_times(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return effects by event time, with what stands behind each."""
    rows = [
        [
            _outcome(evaluation, row),
            analysis_name(path.estimator, path.cohorts),
            numbers.decimal(int(row.spec["event_time"]), 0),
            numbers.value(row),
            numbers.interval(row),
            numbers.count(row, "n_pilot_clusters"),
            numbers.count(row, "n_pilots"),
        ]
        for path in event_paths(evaluation)
        for row in path.rows
    ]
    head = ["Outcome", "Analysis", "Periods since start", "Effect", "Interval", "Assigned pilots", "Pilot counties"]
    return pipe_table(head, ["left", "left", *["right"] * 5], rows)


def _outcome(evaluation: Evaluation, row: Row) -> str:
    """Name the outcome where there is more than one."""
    outcomes = evaluation.plan.outcomes
    return next(o.title for o in outcomes if o.id == row.outcome) if len(outcomes) > 1 else ""
