"""Who is compared with whom: flow of counties, balance before the start, other reforms."""

from __future__ import annotations

from IPython.display import Markdown
from matplotlib.figure import Figure

from pilotbook.design.flow import flow
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import BALANCE, OTHER_REFORM, Row
from pilotbook.report.figures import panels
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.tables import pipe_table

LIMITS = (0.1, 0.25)
"""Standardised differences up to the first are small, beyond the second large."""


def flow_table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the counties from the data to the analysis, with the reason for those that are left out."""
    language, found = numbers.language, flow(evaluation.plan, evaluation.panel)
    steps = [(say(language, "In the data"), found.in_data)]
    steps += [(say(language, "left out: {reason}", reason=why.text(language)), -n) for why, n in found.excluded]
    reasons = {"under the reform from the first period on": found.always, "without a weight": found.unweighted}
    steps += [(say(language, "left out: {reason}", reason=say(language, why)), -n) for why, n in reasons.items() if n]
    steps.append((say(language, "**Eligible**"), found.eligible))
    for outcome in evaluation.plan.outcomes:
        name = say(language, "analysed: {outcome}", outcome=outcome.title.text(language))
        steps.append((name, found.analysed[outcome.id]))
    head = [say(language, "Step"), say(language, "Counties")]
    return pipe_table(head, "lr", [[name, numbers.decimal(count, 0)] for name, count in steps])


def balance_table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return means, standardised difference, ratio of variances and placebo p of every characteristic."""
    rows = [
        [
            _name(evaluation, row, numbers.language),
            *(numbers.value(_twin(evaluation, row, name)) for name in ("pilots", "controls")),
            numbers.value(row),
            numbers.value(_twin(evaluation, row, "variance_ratio")),
            numbers.value(row, "p"),
        ]
        for row in _differences(evaluation)
    ]
    names = ("Before the start", "Pilots", "Controls", "Standardised difference", "Ratio of variances", "p")
    return pipe_table([say(numbers.language, name) for name in names], "lrrrrr", rows)


def _differences(evaluation: Evaluation) -> tuple[Row, ...]:
    return evaluation.ledger.select(estimator=BALANCE, estimand="difference")


def _twin(evaluation: Evaluation, row: Row, estimand: str) -> Row:
    rows = evaluation.ledger.select(estimator=BALANCE, estimand=estimand, outcome=row.outcome)
    return next(twin for twin in rows if twin.spec == row.spec)


def _name(evaluation: Evaluation, row: Row, language: str) -> str:
    plan, kind = evaluation.plan, row.spec["characteristic"]
    if kind == "covariate":
        return next(c.title.text(language) for c in plan.covariates if c.column == row.outcome)
    title = next(outcome.title.text(language) for outcome in plan.outcomes if outcome.id == row.outcome)
    return say(language, "{outcome}, change per period", outcome=title) if kind == "trend" else title


def love_plot(evaluation: Evaluation, language: str) -> Figure:
    """Draw the size of every standardised difference; lines mark what counts as small and as large."""
    rows = [row for row in _differences(evaluation) if row.estimate is not None]
    figure, (axes,) = panels(1, 1.0 + 0.3 * len(rows))
    size = [abs(row.estimate or 0) for row in rows]
    for limit in LIMITS:
        axes.axvline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.hlines(range(len(rows)), 0, size, color=CONTROL, linewidth=1)
    axes.scatter(size, range(len(rows)), color=PILOT, s=32, zorder=3)
    axes.set_yticks(range(len(rows)), [_name(evaluation, row, language) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, max([*size, 0.3]) * 1.05)
    axes.set_xlabel(say(language, "Size of the standardised difference"))
    return figure


def love_plot_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `love_plot` shows."""
    language = numbers.language
    said = [
        f"{_name(evaluation, row, language)}: {numbers.decimal(abs(row.estimate), 2)}"
        for row in _differences(evaluation)
        if row.estimate is not None
    ]
    return say(language, "Dots, size of standardised differences. {said}.", said="; ".join(said))


def other_reforms(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return how far each other reform reached pilots and controls after the first start."""
    titles = {other.id: other.title.text(numbers.language) for other in evaluation.plan.co_interventions or ()}
    rows = []
    for row in evaluation.ledger.select(estimator=OTHER_REFORM, estimand="pilots"):
        names = ("controls", "control_counties")
        twins = [evaluation.ledger.one(estimator=OTHER_REFORM, outcome=row.outcome, estimand=name) for name in names]
        rows.append([titles[row.outcome], *(numbers.value(own) for own in (row, *twins))])
    heads = ("Other reform", "Pilots, share of county-periods", "Controls, share of county-periods", "Controls reached")
    return pipe_table([say(numbers.language, name) for name in heads], "lrrr", rows)
